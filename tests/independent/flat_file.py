"""Archived bytes of a settlement as rows of text, each with its physical line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_BLANKS = " \u00a0\u202f"


@dataclass(frozen=True)
class Row:
    """One line of the file: its number, the names row being line 1, and its cells."""

    line_number: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """The cell as delivered; a cell of blanks, or none at all, is empty."""
        value = self.cells.get(column, "")
        return value if value.strip(_BLANKS) else ""


def decoded(data: bytes) -> str:
    """The text. Bytes that are no UTF-8 are cp932 where money is yen, else cp1252."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        codec = "cp932" if b"\tJPY" in data or b"Amazon.co.jp" in data else "cp1252"
        return data.decode(codec)


def rows(data: bytes) -> Iterator[Row]:
    """Every line with content, by the names of the first one.

    Raises:
        ValueError: a line has content beyond the last column.
    """
    names: list[str] = []
    for line_number, line in enumerate(decoded(data).split("\n"), start=1):
        cells = line.removesuffix("\r").split("\t")
        if not any(cell.strip(_BLANKS) for cell in cells):
            continue
        if not names:
            names = [cell.strip().strip('"').lower() for cell in cells]
            continue
        if any(cell.strip(_BLANKS) for cell in cells[len(names) :]):
            raise ValueError(f"line {line_number} is wider than the names row")
        yield Row(line_number, dict(zip(names, cells, strict=False)))
