"""Exchange rates from the archived rate files, with a rule of their own.

An amount is converted at the rate of its posting day, or of the last day before that
has one, at most `longest_gap_days` earlier. Of the providers of one day the preferred
one counts; of two files that name a day, the one known last.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

_DAY_OR_RATE = re.compile(
    r"""time=['"]([\d-]+)['"]|currency=['"](\w+)['"]\s+rate=['"]([\d.]+)['"]"""
)
_TEN_DIGITS = Decimal("1e-10")
_FOUR_DIGITS = Decimal("1e-4")


@dataclass(frozen=True)
class Conversion:
    """The settings that conversion depends on."""

    base_currency: str
    providers: tuple[str, ...]  # the preferred one first
    longest_gap_days: int


@dataclass
class Rates:
    """Every rate that was delivered. Add the files in the order they became known."""

    settings: Conversion
    _ecb: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    _manual: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    _chosen: dict[str, dict[date, Decimal]] = field(default_factory=dict)

    def add_ecb(self, data: bytes) -> None:
        """Units of each currency for one euro, from the ECB's XML."""
        rates: dict[str, Decimal] = {}
        for day, code, rate in _DAY_OR_RATE.findall(data.decode("utf-8")):
            if day:
                known = date.fromisoformat(day)
                rates = self._ecb.setdefault(known, {"EUR": Decimal(1)})
            else:
                rates[code] = Decimal(rate)
        self._chosen.clear()

    def add_manual(self, data: bytes) -> None:
        """Units of the base currency for one of each currency, from a CSV."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            into = row["base_currency_code"].strip().upper()
            if into == self.settings.base_currency:
                day = date.fromisoformat(row["rate_date"].strip())
                code = row["currency_code"].strip().upper()
                self._manual.setdefault(day, {})[code] = Decimal(row["rate"].strip())
        self._chosen.clear()

    def rate(self, currency: str, day: date) -> tuple[Decimal, date] | None:
        """Rate into the base currency and the day it is of; None: there is none."""
        if currency == self.settings.base_currency:
            return Decimal(1), day
        if currency not in self._chosen:
            self._chosen[currency] = self._choose(currency)
        rates = self._chosen[currency]
        days = sorted(rates)
        at = bisect_right(days, day)
        if at == 0:
            return None
        last = days[at - 1]
        is_near = day - last <= timedelta(days=self.settings.longest_gap_days)
        return (rates[last], last) if is_near else None

    def _choose(self, currency: str) -> dict[date, Decimal]:
        tables = {"ecb": self._crossed(currency), "manual": self._given(currency)}
        chosen: dict[date, Decimal] = {}
        for provider in reversed(self.settings.providers):
            chosen.update(tables[provider])
        return chosen

    def _given(self, currency: str) -> dict[date, Decimal]:
        return {
            day: _rounded(rates[currency], _TEN_DIGITS)
            for day, rates in self._manual.items()
            if currency in rates
        }

    def _crossed(self, currency: str) -> dict[date, Decimal]:
        """From units per euro: how much of the base one of the currency buys."""
        with localcontext(prec=60):
            return {
                day: _rounded(
                    rates[self.settings.base_currency] / rates[currency], _TEN_DIGITS
                )
                for day, rates in self._ecb.items()
                if currency in rates and self.settings.base_currency in rates
            }


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """The amount in base currency, to four decimals."""
    with localcontext(prec=60):
        return _rounded(amount * rate, _FOUR_DIGITS)


def _rounded(number: Decimal, digits: Decimal) -> Decimal:
    return number.quantize(digits, rounding=ROUND_HALF_UP)
