"""Decide the date styles of a settlement from all of its dates.

Two groups are decided apart: timestamps (the header's dates and posted-date-time) and
posted-date. Most styles show in any one value. Dates with slashes do not say whether
the day or the month comes first: then a number above 12 decides, or that only one
order makes a sensible settlement (start before end, lines posted within the period,
posted-date on the day of posted-date-time). When that leaves both orders the file is
refused: a guess would put money into wrong months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

from extract.errors import ContractError
from extract.formats.dates import (
    SLASH,
    DateStyle,
    family_of,
    parse_date,
    slash_parts,
)

# No settlement has more distinct days; a file beyond that is judged by its first ones.
_MOST_DAYS = 2_000
# Days a line may stand outside the period: zones, and entries booked at its close.
_SLACK = timedelta(days=2)
# The date part of every style is within this many signs.
_DATE_SIGNS = 10


_Styles = tuple[DateStyle | None, DateStyle | None]  # of timestamps, of posted-date


@dataclass
class DateGroup:
    """The distinct dates of one group, without their times."""

    name: str  # as people know the columns
    families: dict[str, tuple[int, str]] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)  # its first line
    strange: tuple[int, str] | None = None
    # Slash dates: the first one whose first, or second, number can be no month.
    no_month: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, values: Sequence[str], line_numbers: Sequence[int]) -> None:
        """Take in one column of some lines."""
        tokens = dict.fromkeys(
            value.strip()[:_DATE_SIGNS] for value in dict.fromkeys(values)
        )
        for token in tokens:
            if token and token not in self.days:
                self._add_day(token, values, line_numbers)

    def _add_day(
        self, token: str, values: Sequence[str], line_numbers: Sequence[int]
    ) -> None:
        family = family_of(token)
        if family is None:
            self.strange = self.strange or _place(token, values, line_numbers)
            return
        if family not in self.families:
            self.families[family] = _place(token, values, line_numbers)
        if family == SLASH:
            for at, number in enumerate(slash_parts(token)):
                if number > 12 and at not in self.no_month:
                    self.no_month[at] = _place(token, values, line_numbers)
        if len(self.days) < _MOST_DAYS:
            self.days[token] = _place(token, values, line_numbers)[0]

    @property
    def is_open(self) -> bool:
        """Whether more values could still tell something."""
        return not self.families or SLASH in self.families

    def candidates(self) -> tuple[DateStyle | None, ...]:
        """Styles the values allow on their own; (None,) when there are no values.

        Raises:
            ContractError: no known style, or several.
        """
        if not self.families:
            if self.strange is None:
                return (None,)
            raise _refusal(
                self, *self.strange, "a date such as 2026-06-17 or 17.06.2026"
            )
        if len(self.families) > 1:
            (one_line, one), (line, other), *_ = self.families.values()
            raise _refusal(
                self, line, f"{other}; {one} in line {one_line}", "one style of dates"
            )
        family = next(iter(self.families))
        return self._slash_orders() if family == SLASH else (family,)  # type: ignore[return-value]

    def _slash_orders(self) -> tuple[DateStyle, ...]:
        if len(self.no_month) == 2:
            (one_line, one), (line, other) = sorted(self.no_month.values())
            raise _refusal(
                self,
                line,
                f"{other}; {one} in line {one_line}",
                "one order of day and month",
            )
        if 0 in self.no_month:
            return ("dmy_slash",)
        if 1 in self.no_month:
            return ("mdy_slash",)
        if all(first == second for first, second in map(slash_parts, self.days)):
            return ("dmy_slash",)  # both orders read the same
        return ("dmy_slash", "mdy_slash")


@dataclass
class DateEvidence:
    """The dates of a settlement, gathered line by line."""

    timestamps: DateGroup
    dates: DateGroup
    # Distinct (posted-date, posted-date-time) of a line; kept for slash dates only.
    pairs: set[tuple[str, str]] = field(default_factory=set)
    header: dict[str, str] = field(default_factory=dict)  # start, end

    def add_pairs(self, dates: Sequence[str], timestamps: Sequence[str]) -> None:
        """Take in both posting columns of some lines."""
        if SLASH not in self.dates.families | self.timestamps.families:
            return
        if len(self.pairs) < _MOST_DAYS:
            self.pairs.update(
                (day.strip()[:_DATE_SIGNS], time.strip()[:_DATE_SIGNS])
                for day, time in set(zip(dates, timestamps, strict=True))
                if day and time
            )

    def decide(self, longest_days: int) -> _Styles:
        """Styles of the timestamps and of posted-date.

        Raises:
            ContractError: a group has no known style, several, or an open order.
        """
        styles = list(product(self.timestamps.candidates(), self.dates.candidates()))
        if len(styles) > 1:
            styles = self._readable(styles)
        # The surer sign first; the other is asked only while both orders are open.
        for is_possible in (self._agree, self._fit_period):
            if len(styles) > 1:
                styles = [
                    pair for pair in styles if is_possible(*pair, longest_days)
                ] or styles
        if len(styles) == 1:
            return styles[0]
        is_date_open = len({date_style for _, date_style in styles}) > 1
        open_group = self.dates if is_date_open else self.timestamps
        line, value = open_group.families[SLASH]
        raise _refusal(
            open_group,
            line,
            f"{value}, and no date in the file that decides",
            "dates that show whether day or month comes first",
        )

    def _readable(self, styles: list[_Styles]) -> list[_Styles]:
        """Those in which every date is one: no month 13, no 31 April.

        Raises:
            ContractError: there are none; it names a date that is none in any of them.
        """
        time_styles, date_styles = map(set, zip(*styles, strict=True))
        times = _styles_that_read(self.timestamps, time_styles)
        dates = _styles_that_read(self.dates, date_styles)
        return [pair for pair in styles if pair[0] in times and pair[1] in dates]

    def _agree(
        self, time_style: DateStyle | None, date_style: DateStyle | None, _: int
    ) -> bool:
        """posted-date is the day of posted-date-time, or its neighbour by zone."""
        both = (
            (_read(day, date_style), _read(time, time_style))
            for day, time in self.pairs
        )
        return all(
            abs(day - time) <= timedelta(days=1) for day, time in both if day and time
        )

    def _fit_period(
        self,
        time_style: DateStyle | None,
        date_style: DateStyle | None,
        longest_days: int,
    ) -> bool:
        """Start before end, not too far, lines in between; N/A decides nothing."""
        start, end = (
            _read(self.header.get(name, ""), time_style) for name in ("start", "end")
        )
        if start is None or end is None:
            return True
        days = (_read(day, date_style) for day in self.dates.days)
        return timedelta() <= end - start <= timedelta(days=longest_days) and all(
            start - day <= _SLACK and day - end <= _SLACK for day in days if day
        )


def _read(text: str, style: DateStyle | None) -> date | None:
    """The date in that style; None: it is none."""
    try:
        return parse_date(text, style) if style else None
    except ValueError:
        return None


def _styles_that_read(
    group: DateGroup, styles: set[DateStyle | None]
) -> set[DateStyle | None]:
    """The styles that read every date; refuses the first with which none is left."""
    left = styles
    for day, line in group.days.items():
        readable = {style for style in left if style is None or _read(day, style)}
        if not readable:
            raise _refusal(group, line, day, "dates that the calendar has")
        left = readable
    return left


def _place(
    token: str, values: Sequence[str], line_numbers: Sequence[int]
) -> tuple[int, str]:
    """Line number and full text of the first value that begins with `token`."""
    for line_number, value in zip(line_numbers, values, strict=True):
        if value.strip().startswith(token):
            return line_number, value.strip()
    raise LookupError(token)


def _refusal(
    group: DateGroup, line_number: int, found: str, expected: str
) -> ContractError:
    return ContractError(
        "unambiguous_dates",
        f"The dates of {group.name} cannot be read without guessing. Fetch the report "
        f"again, or ask Amazon for it in another format.",
        line_number=line_number,
        expected=expected,
        found=found,
    )
