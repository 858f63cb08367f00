"""Decide the world before any row is written: periods, sizes, ids and anomalies.

Each marketplace has one chain of 14-day settlements. A chain's anomalies are placed
at least two periods apart, so that none hides another: a settlement that is missing
or has a wrong total cannot also be one end of a broken reserve link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

from sandbox.company.markets import MARKETS, Market

DAY = 86_400
PERIOD_DAYS = 14
MIN_PERIODS = 6

# Triples that appear in no vocabulary known to us; each world uses one to three.
UNKNOWN_FEES: tuple[tuple[str, str, str], ...] = (
    ("ServiceFee", "Carbon Handling Levy", "Base"),
    ("other-transaction", "other-transaction", "Dock Scheduling Levy"),
    ("FBAFees", "FBA Packaging Return Scheme", "Base fee"),
    ("Kiosk Rental Fee", "Kiosk Rental Fee", "Weekly rental"),
    ("ServiceFee", "Route Planning Charge", "TransactionTotalAmount"),
)


@dataclass
class Settlement:
    """What one settlement will contain. Instants are seconds since 1970 in UTC."""

    market: Market
    index: int
    settlement_id: str
    start: int
    end: int
    order_count: int = 0
    layout: str = "v2"
    has_promotions: bool = True
    has_last_newline: bool = True
    reserve_percent: int = 10
    is_lean: bool = False
    is_all_reserved: bool = False
    is_missing: bool = False
    is_listed_twice: bool = False
    wrong_by: int = 0
    reserve_break: int = 0
    unknown_fee: tuple[str, str, str] | None = None


Chains = dict[str, list[Settlement]]


def plan_world(seed: int, orders: int, until: date, periods: int) -> Chains:
    """Return the chain of settlements of each marketplace, with anomalies marked."""
    if periods < MIN_PERIODS:
        raise ValueError(f"at least {MIN_PERIODS} periods are needed, got {periods}")
    chains = {m.code: _chain(seed, m, until, periods) for m in MARKETS}
    _place_anomalies(Random(f"{seed}:anomalies"), chains, periods)
    _share_orders(Random(f"{seed}:sizes"), chains, orders)
    return chains


def _chain(seed: int, market: Market, until: date, periods: int) -> list[Settlement]:
    rng = Random(f"{seed}:{market.code}:chain")
    midnight = int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp())
    hour, minute, second = market.close
    # The newest period ends 2 to 12 days before `until`, so that six periods lie
    # inside the 90 days that getReports can see.
    last_end = midnight - rng.randint(2, 12) * DAY + hour * 3600 + minute * 60 + second
    first_start = last_end - periods * PERIOD_DAYS * DAY
    number = 20_000_000_000 + rng.randrange(500_000_000) * 10
    number += MARKETS.index(market)
    chain = []
    for index in range(periods):
        number += rng.randrange(30_000_000, 60_000_000) * 10
        start = first_start + index * PERIOD_DAYS * DAY
        old = index < market.layout_v1_periods
        chain.append(
            Settlement(
                market=market,
                index=index,
                settlement_id=str(number),
                start=start,
                end=start + PERIOD_DAYS * DAY,
                layout="v1" if old else "v2",
                has_promotions=not (old and index == 0),
                has_last_newline=rng.random() > 0.25,
                reserve_percent=rng.randint(5, 25),
            )
        )
    return chain


class _Slots:
    """Free places in the chains; a taken place keeps a distance to all others."""

    def __init__(self, rng: Random, chains: Chains) -> None:
        self._rng = rng
        self._chains = chains
        self._taken: dict[str, set[int]] = {code: set() for code in chains}

    def take(self, places: Iterable[int], width: int, gap: int = 2) -> Settlement:
        """Take `width` settlements in a row starting at one of `places`."""
        free = [
            (code, place)
            for code, taken in self._taken.items()
            for place in places
            if all(abs(place + w - t) >= gap for w in range(width) for t in taken)
        ]
        code, place = self._rng.choice(free)
        self._taken[code].update(range(place, place + width))
        return self._chains[code][place]


def _place_anomalies(rng: Random, chains: Chains, periods: int) -> None:
    slots = _Slots(rng, chains)
    middle = range(1, periods - 1)
    for _ in range(rng.randint(1, 2)):
        slots.take(middle, 1).is_missing = True
    for _ in range(rng.randint(1, 2)):
        wrong = slots.take(middle, 1)
        wrong.wrong_by = rng.choice((-1, 1)) * rng.choice((1, 10, 1250, 8431))
    for _ in range(rng.randint(1, 2)):
        start = slots.take(range(periods - 1), 2)
        after = chains[start.market.code][start.index + 1]
        after.reserve_break = rng.choice((-1, 1)) * rng.randint(105, 2950)
    slots.take(range(periods - 1), 2).is_lean = True
    slots.take(range(periods - 1), 1, gap=1).is_all_reserved = True
    for triple in rng.sample(UNKNOWN_FEES, rng.randint(1, 3)):
        old = max(m.layout_v1_periods for m in MARKETS)
        slots.take(range(old, periods), 1, gap=1).unknown_fee = triple
    for _ in range(rng.randint(1, 2)):
        slots.take(range(periods), 1, gap=1).is_listed_twice = True


def _share_orders(rng: Random, chains: Chains, orders: int) -> None:
    """Split the orders by weight; the shares add up to exactly `orders`."""
    settlements = [s for chain in chains.values() for s in chain]
    weights = [
        s.market.weight * (3 if s.is_lean else rng.randint(88, 115))
        for s in settlements
    ]
    whole = sum(weights)
    for settlement, weight in zip(settlements, weights, strict=True):
        settlement.order_count = orders * weight // whole
    left = orders - sum(s.order_count for s in settlements)
    busiest = sorted(settlements, key=lambda s: -s.order_count)
    for position in range(left):
        busiest[position % len(busiest)].order_count += 1
