"""The layouts we read: raw table and columns of each.

Names are those of the raw tables: the document's names in lower case with `_` for
`-` and blanks. Columns are bound by name, never by position: Amazon leaves columns out
(V1 comes with 33 or 36) and adds new ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from extract.records import (
    AMAZON_SETTLEMENT,
    ECB_FX_RATES,
    MANUAL_FX_RATES,
    MANUAL_PRODUCT_MAP,
)


@dataclass(frozen=True)
class Layout:
    """One document layout of a feed and the raw table it goes to."""

    feed: str
    raw_table: str
    key_columns: tuple[str, ...]  # without one of these the document is refused
    # Groups of which at least one column must be there.
    either_columns: tuple[tuple[str, ...], ...] = ()
    amount_columns: tuple[str, ...] = ()
    timestamp_columns: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()  # known, but may be left out

    @property
    def known_columns(self) -> frozenset[str]:
        """Every column the raw table has from the start."""
        either = (name for group in self.either_columns for name in group)
        return frozenset((*self.key_columns, *either, *self.extra_columns))


_SETTLEMENT_HEADER = (
    "settlement_id",
    "settlement_start_date",
    "settlement_end_date",
    "deposit_date",
    "total_amount",
    "currency",
    "transaction_type",
)
_HEADER_DATES = ("settlement_start_date", "settlement_end_date", "deposit_date")
_SETTLEMENT_EXTRA = (
    "order_id",
    "merchant_order_id",
    "adjustment_id",
    "shipment_id",
    "marketplace_name",
    "fulfillment_id",
    "order_item_code",
    "merchant_order_item_id",
    "merchant_adjustment_item_id",
    "sku",
    "quantity_purchased",
    "promotion_id",
)

SETTLEMENT_V2 = Layout(
    feed=AMAZON_SETTLEMENT,
    raw_table="raw.amazon_settlement_v2",
    key_columns=(*_SETTLEMENT_HEADER, "amount_type", "amount_description", "amount"),
    either_columns=(("posted_date_time", "posted_date"),),
    amount_columns=("total_amount", "amount"),
    timestamp_columns=(*_HEADER_DATES, "posted_date_time"),
    date_columns=("posted_date",),
    extra_columns=_SETTLEMENT_EXTRA,
)

SETTLEMENT_V1 = Layout(
    feed=AMAZON_SETTLEMENT,
    raw_table="raw.amazon_settlement_v1",
    key_columns=(
        *_SETTLEMENT_HEADER,
        "posted_date",
        "price_amount",
        "item_related_fee_amount",
        "other_amount",
    ),
    amount_columns=(
        "total_amount",
        "shipment_fee_amount",
        "order_fee_amount",
        "price_amount",
        "item_related_fee_amount",
        "misc_fee_amount",
        "other_fee_amount",
        "promotion_amount",
        "direct_payment_amount",
        "other_amount",
    ),
    timestamp_columns=_HEADER_DATES,
    date_columns=("posted_date",),
    extra_columns=(
        *_SETTLEMENT_EXTRA,
        "shipment_fee_type",
        "shipment_fee_amount",
        "order_fee_type",
        "order_fee_amount",
        "price_type",
        "item_related_fee_type",
        "misc_fee_amount",
        "other_fee_amount",
        "other_fee_reason_description",
        "promotion_type",
        "promotion_amount",
        "direct_payment_type",
        "direct_payment_amount",
    ),
)

ECB_RATES = Layout(
    feed=ECB_FX_RATES,
    raw_table="raw.ecb_fx_rates",
    key_columns=("rate_date", "currency_code", "rate"),
)

MANUAL_RATES = Layout(
    feed=MANUAL_FX_RATES,
    raw_table="raw.manual_fx_rates",
    key_columns=("rate_date", "currency_code", "base_currency_code", "rate"),
)

PRODUCT_MAP = Layout(
    feed=MANUAL_PRODUCT_MAP,
    raw_table="raw.manual_product_map",
    key_columns=(
        "account_code",
        "sku",
        "product_code",
        "product_name",
        "brand",
        "category",
    ),
)
