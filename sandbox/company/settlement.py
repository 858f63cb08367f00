"""Build one settlement: opening balances, orders, charges, reserve, total.

A settlement ends with `Current Reserve Amount`, which the next one gives back as
`Previous Reserve Amount Balance`. A negative total is charged to the seller's card:
the next settlement shows `Payable to Amazon` and `Successful charge`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from sandbox.company.charges import OTHER, Charges
from sandbox.company.layout_v1 import writer_for
from sandbox.company.layouts import Writer
from sandbox.company.lines import local
from sandbox.company.orders import Orders, Pending
from sandbox.company.plan import Settlement
from sandbox.company.products import Product
from sandbox.company.rows import Group


@dataclass
class ChainState:
    """What one settlement passes on to the next of its chain."""

    reserve: int
    owed: int = 0
    settlement_id: str = ""
    pending: Pending = field(default_factory=list)


@dataclass(frozen=True)
class Built:
    """A settlement whose rows are in the writer, with what the answer key needs."""

    writer: Writer
    lines_total: int
    reserve_expected: int
    reserve_found: int
    unknown_count: int
    unknown_total: int
    charges: list[Group]


def opening_reserve(seed: int, settlement: Settlement) -> int:
    """The reserve a chain starts with, from before the world began."""
    rng = Random(f"{seed}:{settlement.market.code}:opening")
    return local(rng.randint(4_000, 25_000), settlement.market)


def build(
    seed: int, settlement: Settlement, state: ChainState, products: list[Product]
) -> Built:
    """Write all rows of a settlement and move the chain's state on."""
    rng = Random(f"{seed}:{settlement.market.code}:{settlement.index}")
    writer = writer_for(settlement)
    orders = Orders(rng, settlement, products, writer, state.pending)
    expected = state.reserve
    found = max(expected + settlement.reserve_break, 0)
    if settlement.reserve_break and found == expected:
        found = expected - settlement.reserve_break
    for group in _opening(settlement, found, state.owed):
        orders.push(group)
    charges = Charges(rng, settlement, products).all()
    for group in charges:
        orders.push(group)
    orders.run()
    if settlement.is_lean:
        _overspend(settlement, writer)
    _close(settlement, state, writer)
    unknown = [
        amount
        for group in charges
        for key, amount, _ in group.lines
        if (group.transaction_type, *key.split("\t")) == settlement.unknown_fee
    ]
    return Built(
        writer, writer.total, expected, found, len(unknown), sum(unknown), charges
    )


def _opening(settlement: Settlement, reserve: int, owed: int) -> list[Group]:
    start = settlement.start
    groups = []
    if reserve:
        groups.append(_balance("Previous Reserve Amount Balance", reserve, start + 102))
    if owed:
        groups.append(_balance("Payable to Amazon", -owed, start))
        groups.append(_balance("Successful charge", owed, start + 4_093))
    return groups


def _balance(what: str, amount: int, posted: int) -> Group:
    return Group(OTHER, [(f"{OTHER}\t{what}", amount, False)], posted)


def _overspend(settlement: Settlement, writer: Writer) -> None:
    """Push a lean period below zero with one more advertising charge."""
    amount = writer.total * 11 // 10 + local(1_500, settlement.market)
    if writer.total > -local(500, settlement.market):
        line = ("Cost of Advertising\tTransactionTotalAmount", -amount, False)
        writer.add(Group("ServiceFee", [line], settlement.end - 60))


def _close(settlement: Settlement, state: ChainState, writer: Writer) -> None:
    reserve = 0
    if writer.total > 0:
        percent = 100 if settlement.is_all_reserved else settlement.reserve_percent
        reserve = writer.total * percent // 100
    if reserve:
        # Posted seconds after the end, as in real files.
        name = "Current Reserve Amount"
        writer.add(_balance(name, -reserve, settlement.end + 96))
    state.reserve = reserve
    state.owed = max(-writer.total, 0)
