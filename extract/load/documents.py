"""An archived original as rows for its raw table, whatever its layout.

`open_document` finds layout, encoding and columns. `copy_blocks` then yields COPY text
block by block; the content's hash, the row count and the styles of numbers and dates
are gathered in that same pass, and memory does not grow with the file.

content_sha256 is over the names and the decoded rows in UTF-8 with LF ends: the same
content in another encoding or with other line ends has the same hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

from extract.errors import ContractError
from extract.formats.ecb import Row, read_ecb_rates
from extract.formats.encoding import TextForm, find_text_form, refuse_other_kinds
from extract.formats.flat_file import NamesRow, read_blocks, read_names, straighten
from extract.formats.layouts import ECB_RATES, SETTLEMENT_V2, Layout
from extract.formats.manual_csv import open_manual_file
from extract.formats.profile import StyleDetector
from extract.formats.recognise import HEAD_BYTES, recognise
from extract.load.copy_text import copy_rows, escape_lines, escape_values
from extract.records import AMAZON_SETTLEMENT, UNKNOWN_FEED

_ROWS_PER_BLOCK = 1_000
_KNOWN_DOCUMENTS = (
    "an Amazon settlement (tab-separated, with settlement-id), the ECB's rate XML, "
    "or a CSV of company rates or products"
)


@dataclass(frozen=True)
class DocumentFacts:
    """What ops.source_files keeps of a document's form."""

    encoding: str
    line_ending: str | None = None
    decimal_style: str | None = None
    timestamp_style: str | None = None
    date_style: str | None = None


@dataclass
class Tally:
    """Row count and content hash, kept while rows stream by."""

    columns: tuple[str, ...]
    row_count: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256("\t".join(self.columns).encode() + b"\n")

    def add(self, text: str, row_count: int) -> None:
        """Take in some rows, the last one's end left off."""
        if row_count:
            self._hash.update(text.encode())
            self._hash.update(b"\n")
            self.row_count += row_count

    @property
    def content_sha256(self) -> str:
        return self._hash.hexdigest()


class Document(Protocol):
    """Rows of one original on their way into `layout.raw_table`."""

    layout: Layout
    tally: Tally
    unknown_columns: tuple[str, ...]

    def copy_blocks(self, file_id: int) -> Iterator[bytes]:
        """COPY text of all rows. Raises ContractError where the content is wrong."""

    def facts(self, longest_days: int) -> DocumentFacts:
        """The document's form, once all rows went by. Raises ContractError."""


class SettlementDocument:
    """A settlement flat file."""

    def __init__(
        self, file: BinaryIO, layout: Layout, form: TextForm, names: NamesRow
    ) -> None:
        self.layout = layout
        self.tally = Tally(names.columns)
        self.unknown_columns = names.unknown_columns
        self._file = file
        self._form = form
        self._names = names
        self._styles = StyleDetector(layout, names)

    def copy_blocks(self, file_id: int) -> Iterator[bytes]:
        for block in read_blocks(self._file, self._form.encoding):
            straight = straighten(block, self._names)
            self.tally.add(straight.text, len(straight.lines))
            self._styles.add(straight)
            escaped = escape_lines(straight.text, straight.lines)
            yield copy_rows(file_id, straight.line_numbers, escaped)
        if self.tally.row_count == 0:
            raise ContractError(
                "readable_file",
                "The file ends after its names row. Fetch the report again.",
                line_number=self._names.line_number,
                expected="at least the settlement's header row",
                found="no rows",
            )

    def facts(self, longest_days: int) -> DocumentFacts:
        styles = self._styles.decide(longest_days)
        return DocumentFacts(
            encoding=self._form.encoding,
            line_ending=self._form.line_ending,
            decimal_style=styles.decimal,
            timestamp_style=styles.timestamp,
            date_style=styles.date,
        )


class RecordDocument:
    """A document whose reader gives values row by row: the ECB's XML, manual CSV."""

    def __init__(
        self,
        layout: Layout,
        rows: Iterable[Row],
        encoding: str,
        unknown_columns: tuple[str, ...] = (),
    ) -> None:
        self.layout = layout
        self.tally = Tally(layout.key_columns)
        self.unknown_columns = unknown_columns
        self._rows = iter(rows)
        self._encoding = encoding

    def copy_blocks(self, file_id: int) -> Iterator[bytes]:
        while some := list(islice(self._rows, _ROWS_PER_BLOCK)):
            lines = [escape_values(values) for _, values in some]
            self.tally.add("\n".join(lines), len(lines))
            yield copy_rows(file_id, (number for number, _ in some), lines)

    def facts(self, longest_days: int) -> DocumentFacts:
        return DocumentFacts(encoding=self._encoding)


def open_document(
    file: BinaryIO,
    feed: str,
    marketplace_ids: tuple[str, ...] = (),
    region: str | None = None,
) -> Document:
    """Find out how to read an original that was filed under `feed`.

    Raises:
        ContractError: it is none of that feed's documents, or cannot be read as one.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    layout = recognise(head)
    if layout is None or layout.feed != feed:
        layout = _layout_in_spite(head, feed, layout)
    if layout.feed == AMAZON_SETTLEMENT:
        form = find_text_form(file, marketplace_ids, region)
        names = read_names(file, form.encoding, layout)
        return SettlementDocument(file, layout, form, names)
    if layout is ECB_RATES:
        return RecordDocument(layout, read_ecb_rates(file), "utf-8")
    manual = open_manual_file(file, layout)
    return RecordDocument(
        layout, manual.rows(), manual.encoding, manual.unknown_columns
    )


def _layout_in_spite(head: bytes, feed: str, layout: Layout | None) -> Layout:
    """The layout to name missing columns by, when the names row shows none."""
    refuse_other_kinds(head, _KNOWN_DOCUMENTS if feed == UNKNOWN_FEED else feed)
    if layout is None and feed == AMAZON_SETTLEMENT:
        return SETTLEMENT_V2
    raise ContractError(
        "readable_file",
        "This is not a document that Acorn can read here. Check which file it is.",
        expected=_KNOWN_DOCUMENTS if feed == UNKNOWN_FEED else f"a document of {feed}",
        found=f"a document of {layout.feed}"
        if layout
        else f"a file that begins with {_first_words(head)}",
    )


def _first_words(head: bytes) -> str:
    return repr(head.split(b"\n", 1)[0][:60].decode("ascii", "replace"))
