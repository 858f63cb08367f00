"""Tell a document's layout from its first bytes, whatever its name says.

The parts looked at are ASCII in every encoding we read, so this works before the
encoding is known.
"""

from __future__ import annotations

from extract.formats.layouts import (
    ECB_RATES,
    MANUAL_RATES,
    PRODUCT_MAP,
    SETTLEMENT_V1,
    SETTLEMENT_V2,
    Layout,
)
from extract.formats.names import normalise_name

HEAD_BYTES = 16_384
UTF8_BOM = b"\xef\xbb\xbf"


def recognise(head: bytes) -> Layout | None:
    """The layout that a document beginning with `head` has; None when unknown."""
    text = head.removeprefix(UTF8_BOM).lstrip()
    if text.startswith(b"<"):
        # The ECB's own format; an HTML error page starts with `<` as well.
        return ECB_RATES if b"gesmes" in text and b"<Cube" in text else None
    names_row = text.split(b"\n", 1)[0].decode("latin-1")
    if "\t" in names_row:
        return settlement_layout(
            {normalise_name(part) for part in names_row.split("\t")}
        )
    return _csv_layout({normalise_name(part) for part in names_row.split(",")})


def settlement_layout(names: set[str]) -> Layout | None:
    """V1 by the columns only V1 has; any other settlement is read as V2."""
    if "settlement_id" not in names:
        return None
    is_v1 = names & {"price_amount", "item_related_fee_amount", "other_amount"}
    return SETTLEMENT_V1 if is_v1 else SETTLEMENT_V2


def _csv_layout(names: set[str]) -> Layout | None:
    # Two names are enough to know what is meant; the reader names those missing.
    if {"sku", "product_code"} <= names:
        return PRODUCT_MAP
    if {"rate_date", "currency_code"} <= names:
        return MANUAL_RATES
    return None
