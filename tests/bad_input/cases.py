"""Bad files: what each looks like, what its verdict says, and what puts it right."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from tests.unit.formats.settlements import SETTLEMENT_ID, V2_NAMES, settlement


@dataclass(frozen=True)
class BadFile:
    """A file that must be set aside, with the parts of its verdict."""

    data: bytes
    check: str
    line: int | None  # None: the file as a whole is at fault
    expected: str
    found: str


def _made(*lines: dict[str, str], **form) -> bytes:
    return settlement(*lines, **form)


GOOD = _made({}, {"amount": "2.00"}, header={"total-amount": "12.50"})
_LINES = GOOD.splitlines(keepends=True)
_NAMES, _HEADER, _FIRST, _SECOND = _LINES
_ADD_UP = "lines that add up to 12.5 USD"
_MARCH_OR_MAY = {
    "settlement-start-date": "03/05/2026",
    "settlement-end-date": "04/05/2026",
    "deposit-date": "06/05/2026",
    "total-amount": "12.50",
}
_DOTS = {"posted-date": "05.06.2026", "posted-date-time": "05.06.2026 10:00:37 UTC"}

BAD_FILES = {
    "cut within a line": BadFile(
        GOOD[: -len(_SECOND) // 2], "posted_times_are_present", 4, "a posting", "none"
    ),
    "cut after a line": BadFile(
        GOOD[: -len(_SECOND)], "lines_add_up", 2, _ADD_UP, "10.5, a difference of -2"
    ),
    "pasted in twice": BadFile(
        GOOD + GOOD, "header_row_is_single", 6, "one header row", "3 header rows"
    ),
    "a line doubled": BadFile(
        GOOD + _SECOND, "lines_add_up", 2, _ADD_UP, "14.5, a difference of 2"
    ),
    "wrong total": BadFile(
        GOOD.replace(b"12.50", b"12.51"),
        *("lines_add_up", 2, "lines that add up to 12.51 USD"),
        "12.5, a difference of -0.01",
    ),
    "mixed decimals": BadFile(
        GOOD.replace(b"2.00", b"2,00"),
        *("one_decimal_style", 4, "decimal points or decimal commas"),
        "2,00 in line 4",
    ),
    "mixed date signs": BadFile(
        GOOD.replace(b"2026-06-05", b"05.06.2026", 1).replace(
            b"2026-06-05", b"06/05/2026"
        ),
        *(
            "unambiguous_dates",
            3,
            "one style of dates",
            "06/05/2026 10:00:37 UTC; 2026",
        ),
    ),
    "open order of day and month": BadFile(
        _made(
            {"posted-date": "03/05/2026", "posted-date-time": "03/05/2026 10:00"},
            {"posted-date": "", "posted-date-time": "03/05/2026 11:00", "amount": "2"},
            header=_MARCH_OR_MAY,
        ),
        *("unambiguous_dates", 3, "dates that show whether day or month", "03/05/2026"),
    ),
    "no amount column": BadFile(
        GOOD.replace(b"\tamount\t", b"\tbetrag\t"),
        *("key_columns", 1, "the column amount", "only settlement_id"),
    ),
    "two settlements": BadFile(
        GOOD + _SECOND.replace(SETTLEMENT_ID.encode(), b"777"),
        *("settlement_is_single", 5, "the settlement of the header row", '"777"'),
    ),
    "binary junk": BadFile(
        bytes(range(256)) * 40, "readable_file", None, "an Amazon", "begins with"
    ),
    "junk within": BadFile(
        GOOD.replace(b"RED-1", b"\x00\x01\x02", 1), "readable_file", 3, "text", "a NUL"
    ),
    "empty": BadFile(b"", "readable_file", None, "a", "no content"),
    "UTF-16": BadFile(
        GOOD.decode().encode("utf-16"), "readable_file", None, "a", "UTF-16 text"
    ),
    "two encodings": BadFile(
        GOOD.replace(b"RED-1", "größe".encode(), 1).replace(
            b"RED-1", "größe".encode("cp1252")
        ),
        *("single_encoding", 4, "one encoding", "UTF-8 in line 3"),
    ),
    "HTML page": BadFile(
        b"<!doctype html><html><body>Service Unavailable</body></html>",
        *("readable_file", None, "a", "a web page"),
    ),
    "gzip cut short": BadFile(
        gzip.compress(GOOD)[:-30], "readable_file", None, "a", "gzip archive"
    ),
    "dates in another style much later": BadFile(
        _made(
            _DOTS,
            *(_DOTS | {"amount": "0.00"},) * 3_000,
            _DOTS | {"posted-date-time": "06/05/2026 10:00:37 UTC", "amount": "2.00"},
            header={
                "settlement-start-date": "03.06.2026 08:00:00 UTC",
                "settlement-end-date": "17.06.2026 08:00:00 UTC",
                "deposit-date": "19.06.2026 08:00:00 UTC",
                "total-amount": "12.50",
            },
        ),
        *("posted_times_parse", 3_004, "a posting time in the style of this file"),
        "06/05/2026 10",
    ),
}
# Read and accepted, with a warning that names what is odd.
NEW_COLUMN = settlement(
    {},
    {"amount": "2.00"},
    header={"total-amount": "12.50"},
    names=[*V2_NAMES, "new-fee"],
)
BLANK_CELLS = GOOD.replace(b"\tUSD\t", b"\tUSD\t \xc2\xa0", 1) + _SECOND.replace(
    b"2.00", b"   "
)
