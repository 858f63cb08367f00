"""Flat files: no line is lost, and every row knows its physical line."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.errors import ContractError
from extract.formats import flat_file
from extract.formats.flat_file import read_blocks, read_names, straighten
from extract.formats.layouts import SETTLEMENT_V1, SETTLEMENT_V2
from tests.unit.formats.settlements import V1_NAMES, V2_NAMES, settlement

NAMES = "\t".join(V2_NAMES)


def rows(data: bytes, encoding: str = "utf-8") -> list[tuple[int, list[str]]]:
    file = io.BytesIO(data)
    names = read_names(file, encoding, SETTLEMENT_V2)
    found = []
    for block in read_blocks(file, encoding):
        straight = straighten(block, names)
        found += [
            (number, text.split("\t"))
            for number, text in zip(straight.line_numbers, straight.lines, strict=True)
        ]
    return found


def test_names_are_bound_whatever_their_case_and_signs():
    given_names = NAMES.replace("settlement-id", " Settlement ID ").upper()

    names = read_names(io.BytesIO(given_names.encode()), "utf-8", SETTLEMENT_V2)

    assert names.index("settlement_id") == 0
    assert names.index("sku") == 21
    assert names.unknown_columns == ()


@pytest.mark.parametrize("left_out", [3, 0, 1])
def test_v1_binds_by_name_whatever_columns_it_has(left_out):
    promotion = {"promotion-id", "promotion-type", "promotion-amount"}
    dropped = sorted(promotion)[:left_out]
    columns = [name for name in V1_NAMES if name not in dropped]

    names = read_names(io.BytesIO("\t".join(columns).encode()), "utf-8", SETTLEMENT_V1)

    assert len(names.columns) == 36 - left_out
    assert names.columns[-1] == "other_amount"


def test_new_columns_are_told_and_kept():
    data = (NAMES + "\tBuy Box-Level\n").encode()

    names = read_names(io.BytesIO(data), "utf-8", SETTLEMENT_V2)

    assert names.unknown_columns == ("buy_box_level",)


@pytest.mark.parametrize(
    ("names_row", "told"),
    [
        (NAMES.replace("\tamount\t", "\tbetrag\t"), "Expected the column amount"),
        (NAMES.replace("posted-date", "x"), "posted_date_time or posted_date"),
        (NAMES + "\tsku", "twice: sku"),
        (NAMES + "\tSKU\tnew", "twice: sku"),
        (NAMES + "\t\tnew", "none for 25"),
        ("\n\n", "no names row"),
    ],
)
def test_names_rows_that_cannot_be_bound_are_refused(names_row, told):
    with pytest.raises(ContractError, match=told):
        read_names(io.BytesIO(names_row.encode()), "utf-8", SETTLEMENT_V2)


def test_line_numbers_stay_physical_through_everything_odd():
    good = "\t".join(["x"] * 24)
    data = (
        f"{NAMES}\r\n"
        f"{good}\n"
        "\n"
        'has "quotes\t"\n'
        "   \r\n"
        f"{good}\t\t \r\n"
        "lone\rreturn\tback\\slash\r\r\n"
        f"{good}"
    ).encode()

    found = rows(data)

    assert [number for number, _ in found] == [2, 4, 6, 7, 8]
    assert found[1][1][:3] == ['has "quotes', '"', ""]
    assert found[3][1][:3] == ["lone\rreturn", "back\\slash\r", ""]
    assert {len(fields) for _, fields in found} == {24}


def test_cp932_half_signs_are_not_backslashes():
    text = settlement({"sku": "表ソ能\\"}, encoding="cp932")

    assert rows(text, "cp932")[1][1][21] == "表ソ能\\"


def test_content_beyond_the_last_column_is_refused_with_its_line():
    data = settlement() + ("\t" * 23 + "\tsurplus\n").encode()

    with pytest.raises(ContractError) as refusal:
        rows(data)

    assert (refusal.value.check_name, refusal.value.line_number) == ("row_width", 4)


def test_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(flat_file, "_LONGEST_LINE_BYTES", 1 << 20)

    with pytest.raises(ContractError, match="does not end"):
        list(read_blocks(io.BytesIO(b"x" * (2 << 20)), "utf-8"))


@settings(max_examples=60, deadline=None)
@given(
    contents=st.lists(
        st.text(st.sampled_from('ab"\\\r\té表 '), max_size=12), max_size=30
    ),
    ends=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=30, max_size=30),
    block_bytes=st.integers(1, 40),
)
def test_no_line_is_lost_and_none_is_counted_twice(contents, ends, block_bytes):
    lines = [text.rstrip("\r") for text in contents]
    data = "".join(line + end for line, end in zip(lines, ends, strict=False))
    before = flat_file.BLOCK_BYTES
    flat_file.BLOCK_BYTES = block_bytes
    try:
        found = rows((NAMES + "\n" + data).encode())
    finally:
        flat_file.BLOCK_BYTES = before

    expected = [
        (
            number,
            [text if text.strip(" ") else "" for text in line.split("\t") + [""] * 24][
                :24
            ],
        )
        for number, line in enumerate(lines, start=2)
        if "\t" in line or line.strip(" ")
    ]
    assert found == expected
