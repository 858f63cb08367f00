"""Find a text document's encoding and line ends, reading all of it once.

The rule: a byte order mark means UTF-8; bytes that are valid UTF-8 are UTF-8; else
cp932 (Windows Shift_JIS) for Japan and cp1252 elsewhere. Amazon states no encoding
for settlement files; only names and titles depend on it, amounts and ids are ASCII.
Memory stays constant whatever the size.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from config.marketplaces import marketplaces
from extract.errors import ContractError

_CHUNK_BYTES = 128 * 1024
_HEAD_BYTES = 65_536
UTF8_BOM = b"\xef\xbb\xbf"

_OTHER_KINDS = (
    (b"\x1f\x8b", "a gzip archive that is cut short or damaged"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"<", "a web page or an XML error message"),
    (b"{", "a JSON message"),
)


@dataclass(frozen=True)
class TextForm:
    """How a document's bytes make text."""

    encoding: str  # utf-8, utf-8-sig, cp932, cp1252
    line_ending: str  # lf, crlf, mixed


def refuse_other_kinds(head: bytes, expected: str) -> None:
    """Refuse an empty document and those that no flat file begins like.

    Raises:
        ContractError: with a sentence that says what the document is instead.
    """
    content = head.removeprefix(UTF8_BOM).lstrip()
    if not content:
        raise ContractError(
            "readable_file",
            "The file is empty. Fetch it again.",
            expected=expected,
            found="no content",
        )
    for magic, kind in _OTHER_KINDS:
        if head.startswith(magic) or content.startswith(magic):
            raise ContractError(
                "readable_file",
                "This is another kind of file. Fetch the report again.",
                expected=expected,
                found=kind,
            )


def find_text_form(
    file: BinaryIO, marketplace_ids: tuple[str, ...] = (), region: str | None = None
) -> TextForm:
    """Encoding and line ends of the whole file, which is read from its start.

    Raises:
        ContractError: NUL bytes, or bytes that fit no encoding or more than one.
    """
    file.seek(0)
    has_bom = file.read(len(UTF8_BOM)) == UTF8_BOM
    bad_line, line_ending = _scan(file)
    if bad_line is None:
        return TextForm("utf-8-sig" if has_bom else "utf-8", line_ending)
    if has_bom:
        raise _no_encoding(bad_line, "UTF-8, as the byte order mark says")
    is_japanese = _is_japanese(file, marketplace_ids, region)
    encoding = "cp932" if is_japanese else "cp1252"
    _refuse_other_letters(file, encoding, bad_line)
    return TextForm(encoding, line_ending)


def decodable(data: bytes, encoding: str) -> bool:
    """Whether `data` is valid in the encoding, to its last byte."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _scan(file: BinaryIO) -> tuple[int | None, str]:
    """The first line that is not UTF-8, if any, and the line ends."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    line_feeds = crlf = 0
    last = b""
    while chunk := file.read(_CHUNK_BYTES):
        if 0 in chunk:
            raise _nul_found(next(n for n, line in _lines(file) if 0 in line))
        is_utf8 = is_utf8 and _feed(decoder, chunk)
        if b"\r" in chunk or last == b"\r":
            line_feeds += chunk.count(b"\n")
            crlf += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        else:  # nearly always: then it is enough to know that there is one
            line_feeds += b"\n" in chunk
        last = chunk[-1:]
    ending = "lf" if crlf == 0 else "crlf" if crlf == line_feeds else "mixed"
    if is_utf8 and _feed(decoder, b"", final=True):
        return None, ending
    return next(
        number for number, line in _letter_lines(file) if not decodable(line, "utf-8")
    ), ending


def _feed(
    decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False
) -> bool:
    # ASCII is nearly all there is, and much faster to tell than to decode.
    if not final and chunk.isascii() and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    return enumerate(file, start=1)


def _letter_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines that are not ASCII: only those tell encodings apart, and few are."""
    return ((number, line) for number, line in _lines(file) if not line.isascii())


def _is_japanese(
    file: BinaryIO, marketplace_ids: tuple[str, ...], region: str | None
) -> bool:
    """What the content says goes before what the source says."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    japan, elsewhere = _signs_of_place()
    if japan.search(head):
        return True
    if elsewhere.search(head):
        return False
    return marketplaces()["JP"].marketplace_id in marketplace_ids or region == "FE"


@cache
def _signs_of_place() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Fields that place a file in Japan, and those that place it elsewhere."""
    japan = marketplaces()["JP"]
    here = {japan.settlement_name, japan.currency_code}
    others = {
        name
        for place in marketplaces().values()
        for name in (place.settlement_name, place.currency_code)
    }
    return _field_pattern(here), _field_pattern(others - here)


def _field_pattern(values: set[str]) -> re.Pattern[bytes]:
    names = "|".join(re.escape(value) for value in sorted(values))
    return re.compile(rb"\t(?:" + names.encode() + rb")[\t\r\n]", re.IGNORECASE)


def _refuse_other_letters(file: BinaryIO, encoding: str, other_line: int) -> None:
    """Letters that the encoding does not have, or lines of UTF-8 among those of cp1252.

    The latter are two files glued together. In cp932 a line may well read as UTF-8.
    """
    for number, line in _letter_lines(file):
        if not decodable(line, encoding):
            raise _no_encoding(number, f"UTF-8 or {encoding}")
        if encoding == "cp1252" and decodable(line, "utf-8"):
            raise ContractError(
                "single_encoding",
                "Lines of this file are in two encodings. Fetch the report again.",
                line_number=max(number, other_line),
                expected="one encoding in all of the file",
                found=f"UTF-8 in line {number}, another in line {other_line}",
            )


def _no_encoding(line_number: int, expected: str) -> ContractError:
    return ContractError(
        "single_encoding",
        "The bytes of this line are no text. Fetch the report again.",
        line_number=line_number,
        expected=f"text in {expected}",
        found="bytes that it does not have",
    )


def _nul_found(line_number: int) -> ContractError:
    return ContractError(
        "readable_file",
        "The file has NUL bytes, which no text has. Fetch the report again.",
        line_number=line_number,
        expected="text",
        found="a NUL byte",
    )
