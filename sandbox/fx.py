"""Invented euro reference rates in the file format of the European Central Bank.

A rate depends on its date and currency alone, so files made on different days
agree. A yearly level moves in a straight line between month starts, plus a small
daily step, all in integers. Business days only: no weekends, no 1 January, Good
Friday, Easter Monday, 1 May, 25 and 26 December.

    python -m sandbox.fx --from 2026-01-01 --until 2026-10-31 --out rates.xml
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

FIRST_DAY = date(2023, 1, 2)
# Typical rate per euro, written with the decimals the bank uses.
TYPICAL: dict[str, str] = {
    "USD": "1.1050",
    "JPY": "161.20",
    "CZK": "24.850",
    "DKK": "7.4580",
    "GBP": "0.85600",
    "HUF": "396.50",
    "PLN": "4.2900",
    "RON": "5.0200",
    "SEK": "11.2400",
    "CHF": "0.9480",
    "ISK": "146.30",
    "NOK": "11.6200",
    "TRY": "42.1500",
    "AUD": "1.7150",
    "BRL": "6.1800",
    "CAD": "1.5230",
    "CNY": "7.9400",
    "HKD": "8.6300",
    "IDR": "18120.50",
    "ILS": "3.9400",
    "INR": "96.4050",
    "KRW": "1585.40",
    "MXN": "21.0500",
    "MYR": "4.7800",
    "NZD": "1.8950",
    "PHP": "63.120",
    "SGD": "1.4680",
    "THB": "37.210",
    "ZAR": "20.1500",
}
PEGGED = {"DKK": 20}


def easter(year: int) -> date:
    """Return Easter Sunday (Gregorian calendar, anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def is_business_day(day: date) -> bool:
    """Say whether rates are published for this day."""
    if day.weekday() > 4 or (day.month, day.day) in {
        (1, 1),
        (5, 1),
        (12, 25),
        (12, 26),
    }:
        return False
    sunday = easter(day.year)
    return day not in (sunday - timedelta(days=2), sunday + timedelta(days=1))


def _draw(text: str, spread: int) -> int:
    number = int.from_bytes(sha256(text.encode()).digest()[:8], "big")
    return number % (2 * spread + 1) - spread


def rate(day: date, currency: str) -> str:
    """Return units of a currency per euro on a day, as text."""
    spread = PEGGED.get(currency, 35_000)  # parts per million
    month = day.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    low = _draw(f"{currency}:{month}", spread)
    high = _draw(f"{currency}:{following}", spread)
    days = (following - month).days
    level = low + (high - low) * (day - month).days // days
    level += _draw(f"{currency}:{day}", max(spread // 12, 1))
    typical = TYPICAL[currency]
    decimals = len(typical.split(".")[1])
    units = int(typical.replace(".", "")) * (1_000_000 + level) // 1_000_000
    whole, part = divmod(units, 10**decimals)
    return f"{whole}.{part:0{decimals}d}"


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield business days from the newest to the oldest."""
    day = last
    while day >= first:
        if is_business_day(day):
            yield day
        day -= timedelta(days=1)


def render(first: date, last: date) -> str:
    """Return the XML of all business days between two days, newest first."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        "\t<gesmes:subject>Reference rates</gesmes:subject>\n\t<gesmes:Sender>\n"
        "\t\t<gesmes:name>European Central Bank</gesmes:name>\n"
        "\t</gesmes:Sender>\n\t<Cube>\n"
    ]
    for day in days_between(first, last):
        parts.append(f'\t\t<Cube time="{day.isoformat()}">\n')
        for currency in TYPICAL:
            value = rate(day, currency)
            parts.append(f'\t\t\t<Cube currency="{currency}" rate="{value}"/>\n')
        parts.append("\t\t</Cube>\n")
    parts.append("\t</Cube>\n</gesmes:Envelope>\n")
    return "".join(parts)


def write_history(path: Path, first: date, last: date) -> None:
    """Write the rates of a span of days to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(first, last), encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.fx")
    parser.add_argument("--from", dest="first", type=date.fromisoformat)
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 10, 31))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    write_history(options.out, options.first or FIRST_DAY, options.until)


if __name__ == "__main__":
    main()
