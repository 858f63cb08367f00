"""The unit that generators hand to writers: rows that share all but the amounts."""

from __future__ import annotations

from typing import NamedTuple

# amount-type and amount-description joined by a tab, amount in the smallest unit,
# whether the row is a promotion.
Line = tuple[str, int, bool]


class Group(NamedTuple):
    """Rows of one event: an order item, a refund or an account-level charge."""

    transaction_type: str
    lines: list[Line]
    posted: int
    order_id: str = ""
    merchant_order_id: str = ""
    adjustment_id: str = ""
    shipment_id: str = ""
    marketplace: str = ""
    fulfillment: str = ""
    item_code: str = ""
    adjustment_item_id: str = ""
    sku: str = ""
    quantity: str = ""
    promotion_id: str = ""


class Money(dict[int, str]):
    """Amounts as text in the marketplace's own number format, kept once made."""

    def __init__(self, decimals: int, mark: str) -> None:
        super().__init__()
        self._decimals = decimals
        self._mark = mark

    def __missing__(self, amount: int) -> str:
        if self._decimals == 0:
            text = str(amount)
        else:
            whole, part = divmod(abs(amount), 100)
            text = f"{'-' if amount < 0 else ''}{whole}{self._mark}{part:02d}"
        if len(self) > 200_000:
            self.clear()
        self[amount] = text
        return text


def plain_amount(amount: int, decimals: int) -> str:
    """Write an amount with a point, as manifest and answer key do."""
    return Money(decimals, ".")[amount]
