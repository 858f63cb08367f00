"""Account-level rows of a settlement: advertising, storage, reimbursements, more.

Amounts follow the settlement's number of orders, so that fees keep their share of
sales in small and in large worlds. V1 periods use the older names only.
"""

from __future__ import annotations

from random import Random

from sandbox.company.lines import local
from sandbox.company.plan import Settlement
from sandbox.company.products import Product
from sandbox.company.rows import Group

OTHER = "other-transaction"
REIMBURSEMENTS = (
    ("WAREHOUSE_LOST", 1),
    ("WAREHOUSE_DAMAGE", 1),
    ("REVERSAL_REIMBURSEMENT", 1),
    ("COMPENSATED_CLAWBACK", -1),
    ("CUSTOMER_RETURN", 1),
)


class Charges:
    """Make the account-level groups of one settlement."""

    def __init__(
        self, rng: Random, settlement: Settlement, products: list[Product]
    ) -> None:
        self._rng = rng
        self._plan = settlement
        self._products = products
        # Typical sales of the period, to size charges by.
        self._volume = settlement.order_count * local(2600, settlement.market)

    def all(self) -> list[Group]:
        """Return every account-level group of the period, in no special order."""
        groups = self._advertising() + self._reimbursements() + self._handling()
        if self._plan.index % 2 == 0:
            amount = self._plan.market.subscription
            groups.append(self._other("Subscription Fee", amount))
        groups += self._storage()
        if self._plan.layout == "v2":
            groups += self._programs()
        if self._plan.unknown_fee:
            groups += self._unknown(self._plan.unknown_fee)
        return groups

    def _when(self) -> int:
        plan = self._plan
        return plan.start + 7_200 + self._rng.randrange(plan.end - plan.start - 14_400)

    def _part(self, low: int, high: int) -> int:
        """A random share of the period's volume in basis points, at least 1."""
        return max(self._volume * self._rng.randint(low, high) // 10_000, 1)

    def _other(self, what: str, amount: int, **fields: str) -> Group:
        line = (f"{OTHER}\t{what}", amount, False)
        return Group(OTHER, [line], self._when(), **fields)

    def _service(self, group: str, what: str, amount: int) -> Group:
        return Group("ServiceFee", [(f"{group}\t{what}", amount, False)], self._when())

    def _advertising(self) -> list[Group]:
        what = "TransactionTotalAmount"
        groups = [
            self._service("Cost of Advertising", what, -self._part(180, 420))
            for _ in range(self._rng.randint(2, 3))
        ]
        if self._plan.layout == "v2" and self._rng.random() < 0.25:
            refund = self._service("Refund for Advertiser", what, self._part(5, 30))
            groups.append(refund)
        return groups

    def _storage(self) -> list[Group]:
        """Old name in even periods, the newer one with its tax in odd periods."""
        fee = -self._part(60, 140)
        if self._plan.index % 2 == 0 or self._plan.layout == "v1":
            return [self._other("Storage Fee", fee)]
        kind = "FBA Inventory Storage Fee"
        lines = [(f"{kind}\tBase fee", fee, False)]
        tax = fee * self._plan.market.tax_rates[1] // 10_000
        lines.append((f"{kind}\tTax on fee", tax, False))
        return [Group("FBAFees", lines, self._when())]

    def _reimbursements(self) -> list[Group]:
        groups = []
        for what, sign in self._rng.sample(REIMBURSEMENTS, self._rng.randint(2, 4)):
            product = self._rng.choice(self._products)
            amount = sign * (product.price * self._rng.randint(40, 70) // 100)
            line = (f"FBA Inventory Reimbursement\t{what}", amount, False)
            groups.append(
                Group(
                    OTHER,
                    [line],
                    self._when(),
                    adjustment_id=f"amzn1:crow:{self._rng.getrandbits(96):024x}",
                    sku=product.sku,
                    quantity="1",
                )
            )
        return groups

    def _handling(self) -> list[Group]:
        market, rng = self._plan.market, self._rng
        day = f"{rng.randint(10, 99)}{rng.randint(100000, 999999)}VO"
        fee = -local(104 * rng.randint(1, 6), market)
        groups = [self._other("RemovalComplete", fee, order_id=day)]
        inbound = f"FBA{rng.randint(10, 99)}ZN{rng.randint(1000, 9999)}"
        groups.append(
            self._other(
                "FBAInboundTransportationFee",
                -self._part(30, 90),
                shipment_id=inbound,
            )
        )
        return groups

    def _programs(self) -> list[Group]:
        market, index = self._plan.market, self._plan.index
        groups = []
        if index % 2 == 1:
            groups.append(self._liquidation())
        if index % 3 == 2:
            fee = -local(15000, market) if self._volume > local(300_000, market) else 0
            fee = fee or -local(900, market)
            deal = self._service("Lightning Deal Fee", "RunLightningDealFee", fee)
            groups.append(deal)
        if market.code in ("DE", "FR") and index == 3:
            line = (f"{OTHER}\tCOMMINGLING_VAT", -self._part(2, 9), False)
            groups.append(Group("COMMINGLING_VAT", [line], self._when()))
        if market.code in ("US", "UK") and index == 4:
            line = (f"{OTHER}\tSAFE-T Reimbursement", local(1899, market), False)
            groups.append(Group("SAFE-T Reimbursement", [line], self._when()))
        return groups

    def _liquidation(self) -> Group:
        product, number = self._rng.choice(self._products), self._rng.getrandbits(40)
        price = product.price * self._rng.randint(5, 15) // 100
        return Group(
            "Liquidations",
            [
                ("ItemPrice\tPrincipal", price, False),
                ("ItemFees\tLiquidationsBrokerageFee", -(price * 15 // 100), False),
            ],
            self._when(),
            order_id=f"L{number:012d}",
            marketplace=self._plan.market.name,
            fulfillment="AFN",
            sku=product.sku,
            quantity="1",
        )

    def _unknown(self, triple: tuple[str, str, str]) -> list[Group]:
        kind, group, what = triple
        return [
            Group(
                kind, [(f"{group}\t{what}", -self._part(10, 60), False)], self._when()
            )
            for _ in range(self._rng.randint(3, 6))
        ]
