"""Small settlement files, made by hand for tests."""

from __future__ import annotations

from collections.abc import Sequence

V2_NAMES = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()
V1_NAMES = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name shipment-fee-type shipment-fee-amount order-fee-type "
    "order-fee-amount fulfillment-id posted-date order-item-code "
    "merchant-order-item-id merchant-adjustment-item-id sku quantity-purchased "
    "price-type price-amount item-related-fee-type item-related-fee-amount "
    "misc-fee-amount other-fee-amount other-fee-reason-description promotion-id "
    "promotion-type promotion-amount direct-payment-type direct-payment-amount "
    "other-amount"
).split()
SETTLEMENT_ID = "23395380562"
ISO_HEADER = {
    "settlement-start-date": "2026-06-03 08:00:00 UTC",
    "settlement-end-date": "2026-06-17 08:00:00 UTC",
    "deposit-date": "2026-06-19 08:00:00 UTC",
    "total-amount": "10.50",
    "currency": "USD",
}
ISO_LINE = {
    "transaction-type": "Order",
    "marketplace-name": "Amazon.com",
    "amount-type": "ItemPrice",
    "amount-description": "Principal",
    "amount": "10.50",
    "posted-date": "2026-06-05",
    "posted-date-time": "2026-06-05 10:00:37 UTC",
    "sku": "RED-1",
}


def line(names: Sequence[str], **values: str) -> str:
    """One line; keywords are column names with `_` for `-`."""
    given = {name.replace("_", "-"): value for name, value in values.items()}
    assert not set(given) - set(names), "a column this layout does not have"
    return "\t".join(
        {"settlement-id": SETTLEMENT_ID, **given}.get(n, "") for n in names
    )


def settlement(
    *lines: dict[str, str],
    header: dict[str, str] | None = None,
    names: Sequence[str] = V2_NAMES,
    end: str = "\n",
    encoding: str = "utf-8",
) -> bytes:
    """A V2 file: names row, header row and `lines`, each over ISO_LINE."""
    rows = ["\t".join(names), line(names, **_keys(ISO_HEADER | (header or {})))]
    rows += [line(names, **_keys(ISO_LINE | given)) for given in lines or ({},)]
    return "".join(row + end for row in rows).encode(encoding)


def _keys(values: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in values.items()}
