"""Settlement files in any form that can be read, and what is truly in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.unit.formats.settlements import V1_NAMES, V2_NAMES

PLACEHOLDER = "99999999999"  # stands for the settlement's number until it is written
START = datetime(2026, 6, 3, 8, tzinfo=UTC)
END = datetime(2026, 6, 17, 8, tzinfo=UTC)
# Per encoding the signs its texts are made of: trail bytes 0x5C and 0x7C (表, ポ),
# quotes, backslashes, lone returns, and what other programs take for a line end.
ALPHABETS = {
    "utf-8": "ab\"'\\|,;é表ソ\u00a0\u2028\u0085\x0b😀N \r",
    "utf-8-sig": "ab\"'\\|é表能 \r",
    "cp1252": "ab\"'\\|éßÀ \r",
    "cp932": "ab\"'\\|表ソ能予ポ弗ー \r",
}
SEPARATORS = {
    "iso": "%Y-%m-%d",
    "ymd_slash": "%Y/%m/%d",
    "dmy_dot": "%d.%m.%Y",
    "dmy_slash": "%d/%m/%Y",
    "mdy_slash": "%m/%d/%Y",
    "dmy_dash": "%d-%m-%Y",
}
_ZONES = {"": 0, " UTC": 0, "+00:00": 0, " PDT": -7, " JST": 9, "Z": 0}
_FREE_TEXT = ("order-id", "sku", "promotion-id", "merchant-order-id")
_V1_AMOUNTS = [name for name in V1_NAMES if name.endswith("-amount")]
_V1_AMOUNTS.remove("total-amount")


@dataclass(frozen=True)
class MadeFile:
    """Bytes, and the rows that must come of them: line number and cells by column."""

    template: bytes
    encoding: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    total: Decimal
    is_v1: bool

    def data(self, settlement_id: str) -> bytes:
        return self.template.replace(PLACEHOLDER.encode(), settlement_id.encode())

    def cells(self, settlement_id: str) -> list[tuple[int, dict[str, str]]]:
        """Cells as raw tables hold them: those of blanks only are left out."""
        return [
            (
                number,
                {
                    name.replace("-", "_"): text.replace(PLACEHOLDER, settlement_id)
                    for name, text in row.items()
                    if text.strip(" \u00a0\u202f")
                },
            )
            for number, row in self.rows
        ]


@st.composite
def written_amounts(
    draw: Any, style: str, is_whole: bool = False, spaces: str = "\u00a0"
) -> tuple[str, Decimal]:
    """An amount in one of the ways of its style, and its value."""
    cents = draw(st.integers(-(10**9), 10**9))
    value = Decimal(cents) if is_whole else Decimal(cents).scaleb(-2)
    own_sign = "," if style == "point" else "."
    group = draw(st.sampled_from(["", own_sign, *spaces]))
    text = f"{value:,}".replace(",", "g").replace(".", "d")
    text = text.replace("g", group).replace("d", "." if style == "point" else ",")
    plus = draw(st.sampled_from(["", "+"])) if value > 0 else ""
    return f"{plus}{text}{draw(st.sampled_from(['', '', '', ' ', '  ']))}", value


@st.composite
def posting_times(draw: Any, time_style: str, date_style: str) -> tuple[str, str]:
    """An instant within the period, and its day, each as its column writes it."""
    zone = draw(st.sampled_from(sorted(_ZONES)))
    minutes = draw(st.integers(0, int((END - START) / timedelta(minutes=1))))
    local = START + timedelta(minutes=minutes, hours=_ZONES[zone])
    return (
        f"{local:{SEPARATORS[time_style]} %H:%M:%S}{zone}",
        f"{local:{SEPARATORS[date_style]}}",
    )


@st.composite
def made_files(draw: Any) -> MadeFile:
    """A sound settlement, whatever it looks like."""
    encoding = draw(st.sampled_from(sorted(ALPHABETS)))
    is_v1, is_japanese = draw(st.booleans()), encoding == "cp932"
    number_style = draw(st.sampled_from(["point", "comma"]))
    time_style = draw(st.sampled_from(sorted(SEPARATORS)))
    date_style = time_style if is_v1 else draw(st.sampled_from(sorted(SEPARATORS)))
    lines = draw(
        st.lists(
            _lines(encoding, is_v1, number_style, time_style, date_style, is_japanese),
            min_size=1,
            max_size=12,
        )
    )
    total = sum((value for _, values in lines for value in values), Decimal())
    written = f"{total:f}".replace(".", "." if number_style == "point" else ",")
    shape = SEPARATORS[time_style] + " %H:%M:%S UTC"
    header = {
        "settlement-id": PLACEHOLDER,
        "settlement-start-date": f"{START:{shape}}",
        "settlement-end-date": f"{END:{shape}}",
        "deposit-date": f"{END + timedelta(days=2):{shape}}",
        "total-amount": written,
        "currency": "JPY" if is_japanese else "USD",
    }
    names = draw(st.permutations(V1_NAMES if is_v1 else V2_NAMES))
    rows = [header, *(cells for cells, _ in lines)]
    text, numbers = draw(_layout(names, rows))
    return MadeFile(
        text.encode(encoding),
        encoding,
        tuple(zip(numbers, rows, strict=True)),
        total,
        is_v1,
    )


@st.composite
def _lines(
    draw: Any,
    encoding: str,
    is_v1: bool,
    number_style: str,
    time_style: str,
    date_style: str,
    is_japanese: bool,
) -> tuple[dict[str, str], list[Decimal]]:
    texts = st.text(st.sampled_from(ALPHABETS[encoding]), max_size=8)
    cells = {
        "settlement-id": PLACEHOLDER,
        "transaction-type": "Order",
        "marketplace-name": "Amazon.co.jp" if is_japanese else "Amazon.com",
        **{name: _fit(draw(texts)) for name in _FREE_TEXT},
    }
    spaces = "" if is_japanese else "\u00a0"  # which cp932 does not have
    amounts = written_amounts(number_style, is_japanese, spaces)
    if is_v1:
        columns = draw(st.lists(st.sampled_from(_V1_AMOUNTS), max_size=3, unique=True))
        cells["posted-date"], _ = draw(posting_times(date_style, date_style))
    else:
        columns = ["amount"]
        time, day = draw(posting_times(time_style, date_style))
        cells |= {
            "amount-type": "ItemPrice",
            "amount-description": _fit(draw(texts)),
            "posted-date-time": time,
            "posted-date": day,
        }
    values = []
    for column in columns:
        cells[column], value = draw(amounts)
        values.append(value)
    return cells, values


def _fit(text: str) -> str:
    """A return at the end of a line's last cell would be its line end's."""
    return text.rstrip("\r")


@st.composite
def _layout(
    draw: Any, names: list[str], rows: list[dict[str, str]]
) -> tuple[str, list[int]]:
    """The text of names and rows, and the physical line number of each row."""
    text, numbers, number = "", [], 0
    ends = st.sampled_from(["\n", "\n", "\r\n"])
    for cells in [dict(zip(names, names, strict=True)), *rows]:
        while draw(st.integers(0, 9)) == 0:
            text += draw(st.sampled_from(["\n", "\r\n", "  \n"]))
            number += 1
        number += 1
        numbers.append(number)
        line = "\t".join(cells.get(name, "") for name in names)
        ragged = draw(st.integers(0, 5))
        if ragged == 0:
            line = line.rstrip("\t")
        elif ragged == 1:
            line += "\t" * draw(st.integers(1, 3))
        text += line + draw(ends)
    if draw(st.booleans()):
        text = text.removesuffix("\n").removesuffix("\r")
    return text, numbers[1:]
