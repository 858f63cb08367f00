"""The number and date styles of a settlement, gathered in the pass that loads it."""

from __future__ import annotations

from dataclasses import dataclass

from extract.formats.date_evidence import DateEvidence, DateGroup
from extract.formats.dates import DateStyle
from extract.formats.flat_file import NamesRow, StraightLines
from extract.formats.layouts import Layout
from extract.formats.numbers import DecimalEvidence, DecimalStyle


@dataclass(frozen=True)
class FileStyles:
    """How one file writes amounts and dates; kept in ops.source_files."""

    decimal: DecimalStyle
    timestamp: DateStyle | None
    date: DateStyle | None


class StyleDetector:
    """Takes in all lines of a file, then says its styles. Memory stays constant.

    Splitting lines into fields costs most of a load's time. So once the styles are
    certain, a block is split only if some field of it could be an amount in the other
    notation. Later dates in another style change no decision here: gate A reads every
    posting time in the file's style and names the line where that fails.
    """

    def __init__(self, layout: Layout, names: NamesRow) -> None:
        self._width = len(names.columns)
        self._amounts = _positions(layout.amount_columns, names)
        self._timestamps = _positions(layout.timestamp_columns, names)
        self._dates = _positions(layout.date_columns, names)
        self._start = names.index("settlement_start_date")
        self._end = names.index("settlement_end_date")
        self._posted = (names.index("posted_date"), names.index("posted_date_time"))
        self._decimals = DecimalEvidence()
        self._days = DateEvidence(
            DateGroup("settlement dates and posted-date-time"), DateGroup("posted-date")
        )

    def add(self, straight: StraightLines) -> None:
        """Take in lines that have one field for each column."""
        is_dates_open = self._are_dates_open()
        if not straight.lines or not (
            is_dates_open or self._decimals.may_change_by(straight.text)
        ):
            return
        # One split for all lines; column k is then every width-th field from k on.
        fields = straight.text.replace("\n", "\t").split("\t")
        for at in self._amounts:
            self._decimals.add(fields[at :: self._width], straight.line_numbers)
        if is_dates_open:
            self._add_dates(fields, straight)

    def _are_dates_open(self) -> bool:
        return self._days.timestamps.is_open or bool(
            self._dates and self._days.dates.is_open
        )

    def _add_dates(self, fields: list[str], straight: StraightLines) -> None:
        for at in self._timestamps:
            self._days.timestamps.add(fields[at :: self._width], straight.line_numbers)
        for at in self._dates:
            self._days.dates.add(fields[at :: self._width], straight.line_numbers)
        self._note_period(fields)
        date_at, time_at = self._posted
        if date_at is not None and time_at is not None:
            self._days.add_pairs(
                fields[date_at :: self._width], fields[time_at :: self._width]
            )

    def decide(self, longest_days: int) -> FileStyles:
        """The styles of all lines taken in.

        Raises:
            ContractError: two decimal styles, or dates whose order stays open.
        """
        timestamp, date = self._days.decide(longest_days)
        return FileStyles(self._decimals.decide(), timestamp, date)

    def _note_period(self, fields: list[str]) -> None:
        for name, at in (("start", self._start), ("end", self._end)):
            if at is not None and name not in self._days.header:
                value = next(filter(None, fields[at :: self._width]), None)
                if value:
                    self._days.header[name] = value.strip()


def _positions(columns: tuple[str, ...], names: NamesRow) -> list[int]:
    found = (names.index(column) for column in columns)
    return [position for position in found if position is not None]
