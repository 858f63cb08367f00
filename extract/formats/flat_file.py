"""Tab-separated files as Amazon writes them, read in blocks of whole lines.

Quotes mean nothing. A line ends at LF; one CR before it is stripped, any other CR is
data. Line numbers are physical: the names row is line 1 and blank lines, which are
skipped, count. Cutting bytes at LF is safe in every encoding we read, since no
multi-byte sign of UTF-8 or cp932 contains 0x0A; anything else waits for decoding
(in cp932 the backslash byte 0x5C can be half of a sign). A field of blanks only is an
empty field, in every column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import BinaryIO

from extract.errors import ContractError
from extract.formats.encoding import UTF8_BOM
from extract.formats.layouts import Layout
from extract.formats.names import normalise_name, raw_column

BLOCK_BYTES = 64 * 1024
# A settlement line has a few hundred bytes. This bounds memory on other content.
_LONGEST_LINE_BYTES = 4 << 20
# Blanks that Amazon pads with, and the no-break spaces of European systems.
_BLANKS = " \u00a0\u202f"
_AT_FIELD_END = {blank: re.compile(rf"{blank}(?=[\t\n]|\Z)") for blank in _BLANKS}
_BLANK_FIELD = re.compile(rf"(?<![^\t\n])[{_BLANKS}]+(?![^\t\n])")


@dataclass(frozen=True)
class TextBlock:
    """Some whole lines, without the last one's end."""

    first_line: int
    text: str


@dataclass(frozen=True)
class NamesRow:
    """The first line: column names as the raw table has them."""

    line_number: int
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]  # those the layout does not have

    def index(self, column: str) -> int | None:
        """Position of a column, None when this file leaves it out."""
        return self.columns.index(column) if column in self.columns else None


@dataclass(frozen=True)
class StraightLines:
    """Lines that each have exactly as many fields as there are columns."""

    text: str
    lines: list[str]
    line_numbers: Sequence[int]


def read_blocks(file: BinaryIO, encoding: str) -> Iterator[TextBlock]:
    """The whole file from its start, decoded, about BLOCK_BYTES at a time.

    Raises:
        ContractError: a line is longer than any settlement's.
    """
    file.seek(len(UTF8_BOM) if encoding == "utf-8-sig" else 0)
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    first_line = 1
    rest = b""
    while chunk := file.read(BLOCK_BYTES):
        end = chunk.rfind(b"\n")
        if end < 0:
            rest += chunk
            if len(rest) > _LONGEST_LINE_BYTES:
                raise _endless_line(first_line)
            continue
        block = rest + chunk[:end]
        rest = chunk[end + 1 :]
        yield TextBlock(first_line, _decode(block, codec))
        first_line += block.count(b"\n") + 1
    if rest:
        yield TextBlock(first_line, _decode(rest, codec))


def read_names(file: BinaryIO, encoding: str, layout: Layout) -> NamesRow:
    """The names row: the first line that is not blank.

    Raises:
        ContractError: a key column is missing, or a name is there twice.
    """
    for block in read_blocks(file, encoding):
        # Line by line: a block has hundreds, and the first is nearly always it.
        lines = StringIO(block.text, newline="\n")
        for line_number, line in enumerate(lines, start=block.first_line):
            if line.strip():
                return _names_row(line.removesuffix("\n"), line_number, layout)
    raise ContractError(
        "key_columns", "The file has no names row.", found="only blank lines"
    )


def straighten(block: TextBlock, names: NamesRow) -> StraightLines:
    """Bring every line of a block to the names row's number of fields.

    Missing fields become empty ones, surplus empty ones go, and a field of blanks only
    is emptied: readers of raw tables ask for null, never for blanks.

    Raises:
        ContractError: a line has more content than there are columns.
    """
    tabs = len(names.columns) - 1
    text = _without_blank_fields(block.text)
    lines = text.split("\n")
    first_line = block.first_line
    if first_line <= names.line_number:
        lines = lines[names.line_number + 1 - first_line :]
        first_line = names.line_number + 1
    line_numbers = range(first_line, first_line + len(lines))
    if {line.count("\t") for line in lines} == {tabs}:
        if first_line > block.first_line:
            text = "\n".join(lines)
        return StraightLines(text, lines, line_numbers)
    kept = [
        (number, _straight(line, number, tabs))
        for number, line in zip(line_numbers, lines, strict=True)
        if line
    ]
    straight = [line for _, line in kept]
    return StraightLines("\n".join(straight), straight, [number for number, _ in kept])


def _decode(block: bytes, codec: str) -> str:
    text = block.decode(codec)
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text.removesuffix("\r")  # of the last line, whose LF was cut off


def _without_blank_fields(text: str) -> str:
    # The pattern is slow and nearly never needed. Whether a field ends in a blank is
    # the cheapest look, whether one begins with one the next.
    present = [blank for blank in _BLANKS if blank in text]
    if any(_AT_FIELD_END[blank].search(text) for blank in present) and any(
        text.startswith(blank) or f"\t{blank}" in text or f"\n{blank}" in text
        for blank in present
    ):
        return _BLANK_FIELD.sub("", text)
    return text


def _names_row(line: str, line_number: int, layout: Layout) -> NamesRow:
    given = line.rstrip("\t \r").split("\t")
    columns = tuple(raw_column(name) for name in given)
    blank = [at for at, name in enumerate(given, start=1) if not normalise_name(name)]
    if blank:
        raise _bad_names(line_number, "a name for each column", f"none for {blank[0]}")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise _bad_names(line_number, "each column once", f"twice: {', '.join(twice)}")
    missing = [name for name in layout.key_columns if name not in columns]
    missing += [
        " or ".join(group)
        for group in layout.either_columns
        if not set(group) & set(columns)
    ]
    if missing:
        raise _bad_names(
            line_number,
            f"the column {', '.join(missing)}",
            f"only {', '.join(columns)}"[:300],
        )
    unknown = tuple(name for name in columns if name not in layout.known_columns)
    return NamesRow(line_number, columns, unknown)


def _straight(line: str, line_number: int, tabs: int) -> str:
    missing = tabs - line.count("\t")
    if missing >= 0:
        return line + "\t" * missing
    fields = line.split("\t")
    surplus = [value for value in fields[tabs + 1 :] if value.strip()]
    if surplus:
        raise ContractError(
            "row_width",
            "A line has more fields than there are columns. Fetch the report again.",
            line_number=line_number,
            expected=f"{tabs + 1} fields",
            found=f"{len(fields)} fields, beyond the last column {surplus[0][:60]!r}",
        )
    return "\t".join(fields[: tabs + 1])


def _bad_names(line_number: int, expected: str, found: str) -> ContractError:
    return ContractError(
        "key_columns",
        "The names row is not that of the layout. Fetch the report in English and "
        "unchanged.",
        line_number=line_number,
        expected=expected,
        found=found,
    )


def _endless_line(line_number: int) -> ContractError:
    return ContractError(
        "readable_file",
        "A line does not end. Fetch the report again.",
        line_number=line_number,
        expected="lines of a few hundred bytes",
        found=f"more than {_LONGEST_LINE_BYTES >> 20} MB without a line end",
    )
