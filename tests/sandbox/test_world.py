"""The generated world: determinism, sums, chains, sizes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sandbox.company.plan import plan_world
from sandbox.company.products import UNMAPPED
from sandbox.company.world import write_world
from tests.sandbox.conftest import UNTIL, World, make_world
from tests.sandbox.reading import parse


def contents(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file() and ".served" not in p.parts
    }


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def chains(world: World) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for entry in sorted(world.files, key=lambda e: e["period_start"]):
        found[entry["marketplace_code"]].append(entry)
    return found


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = make_world(tmp_path / "a", seed=7)
    second = make_world(tmp_path / "b", seed=7)

    assert contents(first.root) == contents(second.root)


def test_other_seed_gives_other_files(tmp_path: Path, world: World) -> None:
    other = make_world(tmp_path, seed=2)

    assert not {e["sha256"] for e in other.files} & {e["sha256"] for e in world.files}


def test_manifest_names_every_file_and_its_hash(world: World) -> None:
    found = contents(world.root)

    for entry in world.files:
        assert found[entry["path"]] == entry["sha256"]
        assert len(parse(world.root, entry).rows) == entry["line_count"]
    assert len(world.files) == sum(".txt" in path for path in found)


def test_every_settlement_adds_up_except_the_wrong_totals(world: World) -> None:
    wrong = {a["settlement_id"] for a in world.answers if a["kind"] == "wrong_total"}

    for entry in world.files:
        parsed = parse(world.root, entry)
        ties = parsed.lines_total == parsed.total
        assert ties == (entry["settlement_id"] not in wrong), entry["path"]
        assert parsed.total == Decimal(entry["declared_total"])


def test_periods_follow_each_other_and_fit_90_days(world: World) -> None:
    absent = {
        a["previous_settlement_id"]: a
        for a in world.answers
        if a["kind"] == "missing_settlement"
    }

    for chain in chains(world).values():
        for entry in chain:
            age = UNTIL - moment(entry["created_time"]).date()
            assert timedelta(0) < age < timedelta(days=90)
            length = moment(entry["period_end"]) - moment(entry["period_start"])
            assert length == timedelta(days=14)
        for before, after in zip(chain, chain[1:], strict=False):
            gap = absent.get(before["settlement_id"])
            end = gap["period_end"] if gap else before["period_end"]
            assert end == after["period_start"]


def test_world_has_six_chains_of_six(world: World) -> None:
    sizes = {code: len(chain) for code, chain in chains(world).items()}
    for answer in world.answers:
        if answer["kind"] == "missing_settlement":
            sizes[answer["marketplace_code"]] += 1

    assert sizes == dict.fromkeys(("US", "CA", "UK", "DE", "FR", "JP"), 6)


def test_orders_add_up_to_the_number_asked_for() -> None:
    for orders in (0, 1, 599, 2_000_000):
        planned = plan_world(3, orders, UNTIL, 6)
        assert sum(s.order_count for c in planned.values() for s in c) == orders


def test_anomalies_keep_their_distance_for_many_seeds() -> None:
    for seed in range(200):
        for chain in plan_world(seed, 600, UNTIL, 6).values():
            hard = {s.index for s in chain if s.is_missing or s.wrong_by}
            broken = {s.index for s in chain if s.reserve_break}
            links = broken | {index - 1 for index in broken}
            assert not hard & {0, len(chain) - 1}
            assert all(abs(a - b) > 1 for a in hard for b in (hard | links) - {a})
            for s in chain:
                assert not (s.unknown_fee and (s.index in hard | links))


def test_places_differ_between_seeds() -> None:
    places = {
        tuple(s.settlement_id for s in chain if s.is_missing or s.wrong_by)
        for seed in range(20)
        for chain in plan_world(seed, 600, UNTIL, 6).values()
    }

    assert len(places) > 20


def test_some_settlements_are_listed_twice_and_ids_repeat_across_accounts(
    world: World,
) -> None:
    ids = defaultdict(list)
    for entry in world.files:
        ids[entry["account_code"]] += entry["report_ids"]

    assert any(len(entry["report_ids"]) == 2 for entry in world.files)
    assert all(len(found) == len(set(found)) for found in ids.values())
    assert set(ids["na-demo"]) & set(ids["eu-demo"])


def test_some_total_is_negative_and_charged_in_the_next_period(world: World) -> None:
    charged = False
    for chain in chains(world).values():
        for before, after in zip(chain, chain[1:], strict=False):
            owed = Decimal(before["declared_total"])
            if owed < 0:
                parsed = parse(world.root, after)
                charged = True
                assert parsed.of("Payable to Amazon") == owed
                assert parsed.of("Successful charge") == -owed
    assert charged
    assert any(Decimal(e["declared_total"]) == 0 for e in world.files)


def test_product_map_leaves_out_two_skus_per_account(world: World) -> None:
    path = world.root / "company" / "product_map.csv"
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    mapped = {(line.split(",")[0], line.split(",")[1]) for line in lines}
    sold = {
        (entry["account_code"], row["sku"].replace('"', '""'))
        for entry in world.files
        for row in parse(world.root, entry).rows
        if row["sku"]
    }
    quoted = {(a, f'"{s}"' if '"' in s else s) for a, s in sold}

    assert len(quoted - mapped) == 4
    assert {a for a, _ in quoted - mapped} == set(UNMAPPED)


@pytest.mark.parametrize("orders", [0, 40])
def test_tiny_worlds_still_tie(tmp_path: Path, orders: int) -> None:
    tiny = make_world(tmp_path, seed=4, orders=orders)
    wrong = {a["settlement_id"] for a in tiny.answers if a["kind"] == "wrong_total"}

    for entry in tiny.files:
        parsed = parse(tiny.root, entry)
        if entry["settlement_id"] not in wrong:
            assert parsed.lines_total == parsed.total


def test_too_few_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 6 periods"):
        plan_world(1, 600, date(2026, 10, 31), 5)


def test_a_new_world_replaces_the_old_one(tmp_path: Path) -> None:
    make_world(tmp_path, seed=8, orders=60)
    second = make_world(tmp_path, seed=9, orders=60)

    found = {str(p.relative_to(tmp_path)) for p in tmp_path.glob("*-demo/*.txt")}
    assert found == {entry["path"] for entry in second.files}


def test_longer_chains(tmp_path: Path) -> None:
    manifest = write_world(tmp_path, 5, 100, UNTIL, periods=9)

    missing = plan_world(5, 100, UNTIL, 9)
    expected = sum(not s.is_missing for chain in missing.values() for s in chain)
    assert len(manifest["files"]) == expected
