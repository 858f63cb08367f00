"""The answer key, recounted from the files alone."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import World, make_world
from tests.sandbox.reading import Parsed, amount_of, parse
from tests.sandbox.vocabulary import KNOWN, V1_TYPES

Found = dict[str, list[tuple[Any, ...]]]


def recount(world: World) -> Found:
    """Find all anomalies from the files and their periods."""
    found: Found = defaultdict(list)
    chains = defaultdict(list)
    for entry in sorted(world.files, key=lambda e: e["period_start"]):
        parsed = parse(world.root, entry)
        chains[entry["marketplace_code"]].append((entry, parsed))
        if parsed.total != parsed.lines_total:
            difference = parsed.total - parsed.lines_total
            found["wrong_total"].append((entry["settlement_id"], difference))
        unknown = defaultdict(list)
        for row in parsed.rows:
            triple = unknown_triple(row)
            if triple:
                unknown[triple].append(amount_of(row))
        for triple, amounts in unknown.items():
            key = (entry["settlement_id"], triple, len(amounts), sum(amounts))
            found["unknown_fee"].append(key)
    for chain in chains.values():
        for before, after in zip(chain, chain[1:], strict=False):
            _compare(found, before, after)
    return found


def unknown_triple(row: dict[str, str]) -> tuple[str, str, str] | None:
    if "amount-type" not in row:
        kind = row["transaction-type"]
        return None if kind in V1_TYPES else (kind, "", "")
    triple = (row["transaction-type"], row["amount-type"], row["amount-description"])
    return None if triple in KNOWN else triple


def _compare(
    found: Found,
    before: tuple[dict[str, Any], Parsed],
    after: tuple[dict[str, Any], Parsed],
) -> None:
    ids = (before[0]["settlement_id"], after[0]["settlement_id"])
    if before[0]["period_end"] != after[0]["period_start"]:
        period = (before[0]["period_end"], after[0]["period_start"])
        found["missing_settlement"].append((*ids, *period))
        return
    expected = -before[1].of("Current Reserve Amount")
    amount = after[1].of("Previous Reserve Amount Balance")
    if expected != amount:
        found["broken_reserve_chain"].append((*ids, expected, amount))


def keyed(world: World) -> Found:
    """The answer key in the same shape."""
    found: Found = defaultdict(list)
    for a in world.answers:
        if a["kind"] == "missing_settlement":
            ids = (a["previous_settlement_id"], a["next_settlement_id"])
            value: tuple[Any, ...] = (*ids, a["period_start"], a["period_end"])
        elif a["kind"] == "wrong_total":
            value = (a["settlement_id"], Decimal(a["difference"]))
        elif a["kind"] == "unknown_fee":
            names = ("transaction_type", "amount_type", "amount_description")
            total = Decimal(a["amount_total"])
            triple = tuple(a[n] for n in names)
            value = (a["settlement_id"], triple, a["line_count"], total)
        else:
            ids = (a["previous_settlement_id"], a["settlement_id"])
            amounts = (Decimal(a["expected_amount"]), Decimal(a["found_amount"]))
            value = (*ids, *amounts)
        found[a["kind"]].append(value)
    return found


def test_default_world_has_every_kind(world: World) -> None:
    kinds = {answer["kind"] for answer in world.answers}

    assert kinds == {
        "missing_settlement",
        "wrong_total",
        "unknown_fee",
        "broken_reserve_chain",
    }


def test_key_of_the_default_world_is_complete_and_exact(world: World) -> None:
    found, key = recount(world), keyed(world)

    assert {k: sorted(v) for k, v in found.items()} == {
        k: sorted(v) for k, v in key.items()
    }


@pytest.mark.parametrize("seed", [2, 3, 12])
def test_key_of_other_seeds_is_complete_and_exact(tmp_path: Path, seed: int) -> None:
    other = make_world(tmp_path, seed=seed, orders=200)
    found, key = recount(other), keyed(other)

    assert {k: sorted(v) for k, v in found.items()} == {
        k: sorted(v) for k, v in key.items()
    }


def test_a_missing_settlement_has_no_file(world: World) -> None:
    present = {entry["settlement_id"] for entry in world.files}

    for answer in world.answers:
        is_missing = answer["kind"] == "missing_settlement"
        assert (answer["settlement_id"] in present) != is_missing
