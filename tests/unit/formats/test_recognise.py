"""A document's layout is told from its first bytes."""

import pytest

from extract.formats.layouts import (
    ECB_RATES,
    MANUAL_RATES,
    PRODUCT_MAP,
    SETTLEMENT_V1,
    SETTLEMENT_V2,
)
from extract.formats.names import raw_column
from extract.formats.recognise import recognise
from tests.unit.formats.settlements import V1_NAMES, V2_NAMES


@pytest.mark.parametrize(
    ("head", "layout"),
    [
        ("\t".join(V2_NAMES).encode(), SETTLEMENT_V2),
        (b"\xef\xbb\xbf" + "\t".join(V2_NAMES).upper().encode(), SETTLEMENT_V2),
        ("\t".join(V1_NAMES).encode() + b"\r\n1\t", SETTLEMENT_V1),
        ("\t".join(reversed(V1_NAMES)).encode(), SETTLEMENT_V1),
        (b'<?xml version="1.0"?><gesmes:Envelope><Cube><Cube', ECB_RATES),
        (b"rate_date,currency_code,base_currency_code,rate\n", MANUAL_RATES),
        (b'"account_code","sku","product_code"\r\n', PRODUCT_MAP),
        (b"return-date\torder-id\tsku\n", None),
        (b"<html><body>gesmes</body></html>", None),
        (b"name,street,town\n", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"", None),
    ],
)
def test_layout_shows_in_the_head(head, layout):
    assert recognise(head) is layout


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("posted-date-time", "posted_date_time"),
        (" Amount Type ", "amount_type"),
        ("fee (net)", "fee_net"),
        ("2nd-fee", "column_2nd_fee"),
        ("_file_id", "file_id"),
        ("x" * 80, "x" * 50),
    ],
)
def test_raw_columns_are_plain_names(name, column):
    assert raw_column(name) == column
