"""CSV files people keep: company FX rates and the product map.

UTF-8, with or without byte order mark, or gb18030 as a Chinese Excel writes CSV.
Comma-separated, quoted where needed, the first row holds the names. Columns the table
does not have stay in the archived file only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from extract.errors import ContractError
from extract.formats.ecb import Row
from extract.formats.encoding import UTF8_BOM, decodable
from extract.formats.layouts import Layout
from extract.formats.names import normalise_name

# Company rates and product maps are small; reading one whole is simplest.
_LARGEST_BYTES = 16 << 20


@dataclass(frozen=True)
class ManualFile:
    """One CSV file, its names row read."""

    text: str
    encoding: str
    positions: tuple[int, ...]  # of the layout's columns, in the table's order
    width: int
    unknown_columns: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Physical first line and values of each row; blank rows are skipped.

        Raises:
            ContractError: broken quoting, or more fields than there are names.
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), strict=True)
        first_line = 1
        is_names_row = True
        for fields in _checked(reader):
            line_number, first_line = first_line, reader.line_num + 1
            if not any(value.strip() for value in fields):
                continue
            if is_names_row:
                is_names_row = False
                continue
            self._refuse_surplus(fields, line_number)
            padded = fields + [""] * self.width
            yield line_number, tuple(padded[at] for at in self.positions)

    def _refuse_surplus(self, fields: list[str], line_number: int) -> None:
        surplus = [value for value in fields[self.width :] if value.strip()]
        if surplus:
            raise ContractError(
                "row_width",
                "A row has more fields than there are columns. Put values with a comma "
                "in quotes.",
                line_number=line_number,
                expected=f"{self.width} fields",
                found=f"{len(fields)} fields",
            )


def open_manual_file(file: BinaryIO, layout: Layout) -> ManualFile:
    """Decode the file and bind its columns by name.

    Raises:
        ContractError: no known encoding, or a column is missing or there twice.
    """
    file.seek(0)
    data = file.read(_LARGEST_BYTES + 1)
    encoding = _encoding(data)
    text = data.decode(encoding)
    names = next(
        (
            row
            for row in _checked(csv.reader(io.StringIO(text, newline="")))
            if any(row)
        ),
        [],
    )
    columns = [normalise_name(name) for name in names]
    while columns and not columns[-1]:  # Excel leaves empty columns at the end
        columns.pop()
    missing = [name for name in layout.key_columns if name not in columns]
    twice = [name for name in layout.key_columns if columns.count(name) > 1]
    if missing or twice:
        raise ContractError(
            "key_columns",
            "The names row is not that of the template.",
            line_number=1,
            expected=f"the columns {', '.join(layout.key_columns)}, each once",
            found=", ".join(columns)[:300],
        )
    return ManualFile(
        text=text,
        encoding=encoding,
        positions=tuple(columns.index(name) for name in layout.key_columns),
        width=len(columns),
        unknown_columns=tuple(
            name for name in columns if name not in layout.known_columns
        ),
    )


def _encoding(data: bytes) -> str:
    if len(data) > _LARGEST_BYTES:
        raise ContractError(
            "readable_file",
            "The file is too large for a list that people keep.",
            expected=f"at most {_LARGEST_BYTES >> 20} MB",
        )
    if b"\0" in data:
        raise ContractError(
            "readable_file",
            "The file has NUL bytes, which no text has. Save it as CSV UTF-8.",
            line_number=1 + data.count(b"\n", 0, data.index(0)),
        )
    if data.startswith(UTF8_BOM) and decodable(data, "utf-8"):
        return "utf-8-sig"
    for encoding in ("utf-8", "gb18030"):
        if decodable(data, encoding):
            return encoding
    raise ContractError(
        "single_encoding",
        "The bytes of the file are no text. Save it as CSV UTF-8.",
        expected="UTF-8 or gb18030",
    )


def _checked(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise ContractError(
            "readable_file",
            f"The CSV cannot be read: {error}. Save it again from the spreadsheet.",
            line_number=getattr(rows, "line_num", None),
        ) from error
