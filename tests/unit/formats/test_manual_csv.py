"""CSV that people keep: Excel's encodings and quoting, columns bound by name."""

import io

import pytest

from extract.errors import ContractError
from extract.formats.layouts import MANUAL_RATES, PRODUCT_MAP
from extract.formats.manual_csv import open_manual_file

PRODUCTS = "account_code,sku,product_code,product_name,brand,category\r\n"


def products(text: str, encoding: str = "utf-8"):
    manual = open_manual_file(io.BytesIO(text.encode(encoding)), PRODUCT_MAP)
    return manual, list(manual.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_names_are_read_as_excel_saves_them(encoding):
    manual, rows = products(PRODUCTS + "na,RED-1,P1,红色杯子,蓝海,厨房\r\n", encoding)

    assert manual.encoding == encoding
    assert rows == [(2, ("na", "RED-1", "P1", "红色杯子", "蓝海", "厨房"))]


def test_quoted_lines_and_blank_rows_keep_line_numbers_physical():
    _, rows = products(PRODUCTS + 'na,"A,1",P1,"two\nlines",,\n\n,,,,,\nna,B,P2,x,,\n')

    assert rows == [
        (2, ("na", "A,1", "P1", "two\nlines", "", "")),
        (6, ("na", "B", "P2", "x", "", "")),
    ]


def test_columns_are_bound_by_name_and_unknown_ones_told():
    names = "note,rate,currency_code,rate_date,base_currency_code,,"
    text = f"{names}\nx,7.1,USD,2026-06-17,CNY\n"

    manual = open_manual_file(io.BytesIO(text.encode()), MANUAL_RATES)

    assert manual.unknown_columns == ("note",)
    assert list(manual.rows()) == [(2, ("2026-06-17", "USD", "CNY", "7.1"))]


@pytest.mark.parametrize(
    ("text", "told", "line_number"),
    [
        ("sku,product_code\n", "each once", 1),
        (PRODUCTS.strip() + ",sku\n", "each once", 1),
        (PRODUCTS + "na,A,P,n,b,c,surplus\n", "found 7 fields", 2),
        (PRODUCTS + 'na,"A"x,P,n,b,c\n', "cannot be read", 2),
        (PRODUCTS + "na,A\0,P,n,b,c\n", "NUL", 2),
    ],
)
def test_broken_files_are_refused_with_their_line(text, told, line_number):
    with pytest.raises(ContractError, match=f"(?i){told}") as refusal:
        products(text)

    assert refusal.value.line_number == line_number
