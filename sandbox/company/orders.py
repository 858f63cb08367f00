"""Orders of one settlement, in the order they were posted, and their refunds.

Refunds wait in a heap until they are due, so some fall into a later settlement of
the same chain. The heap is the only thing that outlives a settlement.
"""

from __future__ import annotations

from heapq import heappop, heappush
from random import Random

from sandbox.company.layouts import Writer
from sandbox.company.lines import (
    ATOZ,
    CHARGEBACK,
    FIRST_COUPON,
    Options,
    order_lines,
    refund_lines,
)
from sandbox.company.plan import DAY, Settlement
from sandbox.company.products import Product
from sandbox.company.rows import Group, Line

LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
TRIPLES = [a + b + c for a in LETTERS for b in LETTERS for c in LETTERS]
MULTI_CHANNEL_SHARE, REFUND_SHARE, SECOND_ITEM_SHARE = 0.03, 0.045, 0.10

Pending = list[tuple[int, int, Group]]


class Orders:
    """Make the orders of one settlement and push their refunds onto the heap."""

    def __init__(
        self,
        rng: Random,
        settlement: Settlement,
        products: list[Product],
        writer: Writer,
        pending: Pending,
    ) -> None:
        self._rng = rng
        self._plan = settlement
        self._market = settlement.market
        self._writer = writer
        self._pending = pending
        # The dearest product sells rarely.
        self._picks = [p for p in products for _ in range(1 if p.price > 90_000 else 4)]
        self._cache: dict[tuple[int, ...], tuple[Product, list[Line]]] = {}
        self._sequence = 0
        self._own_number = 1000 + settlement.index * 100

    def push(self, group: Group) -> None:
        """Queue a group until its posting time."""
        self._sequence += 1
        order = self._plan.index * 10_000_000 + self._sequence
        heappush(self._pending, (group.posted, order, group))

    def release(self, instant: int) -> None:
        """Write all queued groups that are due by `instant`."""
        pending, add = self._pending, self._writer.add
        while pending and pending[0][0] <= instant:
            add(heappop(pending)[2])

    def run(self) -> None:
        """Write all orders of the settlement, with what falls due in between."""
        plan, random, pending = self._plan, self._rng.random, self._pending
        count = plan.order_count
        span = plan.end - plan.start - 1_200
        for number in range(count):
            posted = plan.start + 600 + int((number + random()) * span / count)
            if pending and pending[0][0] <= posted:
                self.release(posted)
            # The fourth is always multi-channel, so that small worlds have some.
            drawn = 0.0 if number == 3 else random()
            if drawn < MULTI_CHANNEL_SHARE and self._market.multi_channel:
                self._multi_channel(posted)
            else:
                self._order(number, posted)
        self.release(plan.end - 1)

    def _order(self, number: int, posted: int) -> None:
        random = self._rng.random
        prefixes = self._market.order_prefixes
        order_id = (
            f"{prefixes[int(random() * len(prefixes))]}-"
            f"{int(random() * 10_000_000):07d}-{int(random() * 10_000_000):07d}"
        )
        mfn = random() < 0.12
        merchant_id = self._merchant_id(order_id) if mfn else order_id
        shipment = "B" + TRIPLES[int(random() * len(TRIPLES))]
        shipment += TRIPLES[int(random() * len(TRIPLES))]
        items = 2 if random() < SECOND_ITEM_SHARE else 1
        for _ in range(items):
            product, quantity, lines = self._item(mfn)
            has_promotion = lines[-1][2] or any(line[2] for line in lines)
            promotion = ""
            if has_promotion and random() < 0.8:
                promotion = f"PAWS-V2-{int(random() * 9e13) + 10**13}"
            group = Group(
                "Order",
                lines,
                posted,
                order_id,
                merchant_id,
                "",
                shipment,
                self._market.name,
                "MFN" if mfn else "AFN",
                str(int(random() * 9e13) + 10**13),
                "",
                product.sku,
                str(quantity),
                promotion,
            )
            self._writer.add(group)
            if number == 0 or random() < REFUND_SHARE:
                self._refund(group, number == 0)

    def _merchant_id(self, order_id: str) -> str:
        self._own_number += 1
        if self._own_number % 100 == 1:
            # One per settlement with a backslash, which COPY formats trip over.
            return f"WEB\\{self._own_number}"
        return f"WEB-{self._own_number}"

    def _item(self, mfn: bool) -> tuple[Product, int, list[Line]]:
        """Draw an item; its rows come from the cache when drawn before."""
        random, market = self._rng.random, self._market
        pick = int(random() * len(self._picks))
        drawn = random()
        quantity = (
            1 if drawn < 0.82 else 2 if drawn < 0.94 else 3 if drawn < 0.98 else 5
        )
        step = int(random() * 4)
        rate = int(random() * len(market.tax_rates))
        drawn = random()
        extra = 0 if drawn < 0.58 else 1 if drawn < 0.82 else 2 if drawn < 0.95 else 3
        promotion = 0
        if random() < 0.14:
            promotion = 1 + int(random() * (1 + len(market.coupons)))
        if not self._plan.has_promotions:
            promotion, extra = 0, 0 if extra == 1 else extra
        elif self._plan.layout == "v1" and promotion >= FIRST_COUPON:
            promotion = 1
        withheld = random() * 100 < market.withheld_share
        # The real V1 files have no tax rows, so the old layout gets none.
        tax = 0 if self._plan.layout == "v1" else market.tax_rates[rate]
        key = (pick, quantity, step, rate, extra, promotion, mfn, withheld)
        found = self._cache.get(key)
        if found is None:
            product = self._picks[pick]
            options = Options(
                quantity,
                step,
                tax,
                mfn,
                extra,
                promotion,
                withheld,
            )
            found = (product, order_lines(market, product, options))
            if len(self._cache) < 50_000:
                self._cache[key] = found
        return found[0], quantity, found[1]

    def _refund(self, order: Group, is_first: bool) -> None:
        """Queue a refund; the first order of a settlement always has one in it."""
        random, plan = self._rng.random, self._plan
        drawn = random()
        kind = ATOZ if drawn < 0.05 else CHARGEBACK if drawn < 0.09 else "Refund"
        wait = int((1 + random() * 18) * DAY)
        if is_first:
            kind = ("Refund", ATOZ, CHARGEBACK)[plan.index % 3]
            wait = min(wait, plan.end - 3_600 - order.posted)
        lines = refund_lines(self._market, kind, order.lines, random() < 0.05)
        code = f"amzn1:crow:{self._rng.getrandbits(96):024x}"
        self.push(
            order._replace(
                transaction_type=kind,
                lines=lines,
                posted=order.posted + max(wait, 1),
                adjustment_id=code,
                shipment_id="",
                adjustment_item_id=str(int(random() * 9e17) + 10**18),
                quantity="",
            )
        )

    def _multi_channel(self, posted: int) -> None:
        """An order from our own shop, shipped by Amazon: price 0.00 and one fee."""
        random, market = self._rng.random, self._market
        product = self._picks[int(random() * len(self._picks))]
        self._own_number += 1
        fee = -(product.fba_fee * 135 // 100)
        self._writer.add(
            Group(
                "Order",
                [
                    ("ItemPrice\tPrincipal", 0, False),
                    ("ItemFees\tFBAPerUnitFulfillmentFee", fee, False),
                ],
                posted,
                f"S01-{int(random() * 1e7):07d}-{int(random() * 1e7):07d}",
                f"#{self._own_number}",
                shipment_id="B" + TRIPLES[int(random() * len(TRIPLES))],
                marketplace=market.multi_channel,
                fulfillment="AFN",
                sku=product.sku,
                quantity="1",
            )
        )
