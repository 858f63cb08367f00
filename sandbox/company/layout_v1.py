"""Write groups as the old V1 flat file, in which Canada's oldest periods come.

36 columns, or 33 when the period had no promotion. Each order item starts with a
row that has only a quantity, and what V2 calls amount-description is the
transaction-type for account-level rows, as in real Amazon.ca files. `other-amount`
may have trailing spaces.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.company.layouts import HEAD, V2Writer, Writer
from sandbox.company.plan import Settlement
from sandbox.company.rows import Group

PROMOTION_COLUMNS = ["promotion-id", "promotion-type", "promotion-amount"]
V1_COLUMNS = (
    HEAD
    + (
        "shipment-fee-type shipment-fee-amount order-fee-type order-fee-amount "
        "fulfillment-id posted-date order-item-code merchant-order-item-id "
        "merchant-adjustment-item-id sku quantity-purchased price-type price-amount "
        "item-related-fee-type item-related-fee-amount misc-fee-amount "
        "other-fee-amount other-fee-reason-description"
    ).split()
    + PROMOTION_COLUMNS
    + "direct-payment-type direct-payment-amount other-amount".split()
)
ITEM_TYPES = {
    "Order",
    "Refund",
    "A-to-z Guarantee Refund",
    "Chargeback Refund",
    "Liquidations",
}


class V1Writer(Writer):
    """The old layout: amounts spread over columns by kind."""

    def __init__(self, settlement: Settlement) -> None:
        super().__init__(settlement)
        self.columns = [
            c
            for c in V1_COLUMNS
            if settlement.has_promotions or c not in PROMOTION_COLUMNS
        ]

    def stamp(self, instant: int) -> str:
        return datetime.fromtimestamp(instant, UTC).isoformat()

    def add(self, group: Group) -> None:
        base = {
            "settlement-id": self.settlement.settlement_id,
            "transaction-type": group.transaction_type,
            "order-id": group.order_id,
            "merchant-order-id": group.merchant_order_id,
            "adjustment-id": group.adjustment_id,
            "shipment-id": group.shipment_id,
            "marketplace-name": group.marketplace,
            "fulfillment-id": group.fulfillment,
            "posted-date": self.stamp(group.posted),
            "order-item-code": group.item_code,
            "merchant-adjustment-item-id": group.adjustment_item_id,
            "sku": group.sku,
        }
        is_item = group.transaction_type in ITEM_TYPES
        if is_item and group.quantity and group.item_code:
            self._row({**base, "quantity-purchased": group.quantity})
        for key, amount, _ in group.lines:
            self.total += amount
            kind, description = key.split("\t")
            if is_item:
                self._item_row(base, group, kind, description, amount)
            else:
                self._other_row(base, group, kind, description, amount)

    def _row(self, values: dict[str, str]) -> None:
        self.lines += 1
        row = "\t".join(values.get(c, "") for c in self.columns)
        self._rows.append(row + self._eol)

    def _item_row(
        self, base: dict[str, str], group: Group, kind: str, what: str, amount: int
    ) -> None:
        text = self._money[amount]
        if not group.item_code and group.order_id.startswith("S01"):
            # A multi-channel order has one fee row without item in V1.
            if amount:
                fee = "FBA transportation fee"
                extra = {"shipment-fee-type": fee, "shipment-fee-amount": text}
                self._row({**base, "sku": "", **extra})
        elif kind == "ItemPrice":
            self._row({**base, "price-type": what, "price-amount": text})
        elif kind == "Promotion":
            extra = dict(
                zip(PROMOTION_COLUMNS, (group.promotion_id, what, text), strict=True)
            )
            self._row({**base, **extra})
        else:
            extra = {"item-related-fee-type": what, "item-related-fee-amount": text}
            self._row({**base, **extra})

    def _other_row(
        self, base: dict[str, str], group: Group, kind: str, what: str, amount: int
    ) -> None:
        if kind == "Cost of Advertising":
            tax = amount * 12 // 112
            extra = {
                "item-related-fee-type": kind,
                "item-related-fee-amount": self._money[amount - tax],
                "other-fee-amount": self._money[tax],
                "other-fee-reason-description": "TaxAmount",
            }
            self._row({**base, **extra})
            return
        text = self._money[amount]
        if what == "Successful charge":
            text += "    "
        extra = {"transaction-type": what, "quantity-purchased": group.quantity}
        self._row({**base, **extra, "other-amount": text})


def writer_for(settlement: Settlement) -> Writer:
    """Return the writer of the settlement's layout."""
    return V1Writer(settlement) if settlement.layout == "v1" else V2Writer(settlement)
