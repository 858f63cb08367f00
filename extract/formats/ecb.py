"""The European Central Bank's euro reference rates, as its XML envelope says them.

`<Cube time="2026-06-17"><Cube currency="USD" rate="1.0812"/></Cube>`: units of the
currency for one euro. Read in a stream with expat; a document type or an entity is
refused, so that no XML can grow in memory or reach for other files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from extract.errors import ContractError

_CHUNK_BYTES = 64 * 1024
Row = tuple[int, tuple[str, ...]]  # physical line, values in the table's order


def read_ecb_rates(file: BinaryIO) -> Iterator[Row]:
    """Line number and (rate_date, currency_code, rate) of each rate.

    Raises:
        ContractError: this is no well-formed envelope, or it holds no rates.
    """
    reader = _Reader()
    file.seek(0)
    count = 0
    is_final = False
    while not is_final:
        chunk = file.read(_CHUNK_BYTES)
        is_final = not chunk
        rows = reader.feed(chunk, is_final)
        count += len(rows)
        yield from rows
    if count == 0:
        raise _refusal(None, "at least one rate", "none")


class _Reader:
    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._rate_date: str | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes, is_final: bool) -> list[Row]:
        """The rates that end within this chunk."""
        try:
            self._parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            raise _refusal(
                error.lineno, "well-formed XML", expat.errors.messages[error.code]
            ) from error
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        line_number = self._parser.CurrentLineNumber
        self._rate_date = attributes.get("time", self._rate_date)
        if "currency" not in attributes:
            return
        if self._rate_date is None or "rate" not in attributes:
            raise _refusal(line_number, "a date and a rate", f"{attributes}")
        values = (self._rate_date, attributes["currency"], attributes["rate"])
        self._rows.append((line_number, values))

    def _doctype(self, *_: object) -> None:
        raise _refusal(
            self._parser.CurrentLineNumber, "plain XML", "a document type declaration"
        )


def _refusal(line_number: int | None, expected: str, found: str) -> ContractError:
    return ContractError(
        "readable_file",
        "This is not the ECB's rate file. Fetch it again.",
        line_number=line_number,
        expected=expected,
        found=found,
    )
