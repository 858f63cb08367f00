"""The benchmark counts right and notices wrong results. No test looks at times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acorn.postgres import ensure_postgres
from acorn.warehouse import ensure_warehouse
from bench import load
from bench.processes import Measure
from bench.rebuild import ResultsDiffer, require_equal
from bench.rounds import Rounds
from bench.server import EMPTY, drop_database
from bench.stages import Stages
from bench.statements import StatementLog
from bench.world import World, ensure_world
from sandbox.company.plan import MIN_PERIODS
from tests.conftest import server_home


def _measure(wall_s: float) -> Measure:
    return Measure(wall_s, None, 0.1, 0.2, 30.0)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bench.world.PERIODS", MIN_PERIODS)
        yield ensure_world(tmp_path_factory.mktemp("bench") / "world", 2_000, 1)


@pytest.fixture(scope="module")
def own_server() -> Iterator[Path]:
    """A server nobody else is connected to: the benchmark waits until it is idle."""
    with server_home() as home:
        ensure_postgres()
        yield home


@pytest.fixture
def stages(
    world: World, own_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stages]:
    # What needs .venv-bench is left out: tests run without it.
    monkeypatch.setattr(load, "_CLIENTS", {})
    ensure_warehouse(EMPTY)
    pid_file = own_server / "postgres" / "data" / "postmaster.pid"
    postmaster = int(pid_file.read_text().splitlines()[0])
    yield Stages(world, tmp_path / "archive", postmaster, say=lambda _: None)
    for name in ("load", "empty", f"archived_{world.amount_count}"):
        drop_database(f"bench_{name}")


def test_every_contender_loads_all_rows(stages: Stages) -> None:
    rounds = load.measure_load(stages, rounds=1)

    for measures in rounds.measures.values():
        assert measures[0].server_cpu_s >= 0
        assert measures[0].peak_client_mb > 1
    assert set(rounds.measures) == {load.FLOOR, load.ACORN, load.ACORN_FROM_SOURCE}


def test_a_lost_line_fails_the_run(stages: Stages) -> None:
    path = stages.world.decoded("copy_text")[0]
    whole = path.read_bytes()
    path.write_bytes(whole.rstrip(b"\n").rpartition(b"\n")[0] + b"\n")

    try:
        with pytest.raises(load.RowsDiffer, match="expected"):
            load.measure_load(stages, rounds=1)
    finally:
        path.write_bytes(whole)


def test_the_same_world_has_the_same_bytes(world: World, tmp_path: Path) -> None:
    again = ensure_world(tmp_path / "again", 2_000, 1)

    assert again.history == world.history
    for file in world.history[:4]:
        assert again.source(file).stat().st_size == world.source(file).stat().st_size


def test_ratios_are_formed_within_a_round_in_turned_order() -> None:
    walls = {"base": iter([1.0, 4.0, 1.0]), "other": iter([2.0, 8.0, 3.0])}
    order = []

    def contender(name: str) -> Measure:
        order.append(name)
        return _measure(next(walls[name]))

    rounds = Rounds.run(
        "try",
        {name: lambda name=name: contender(name) for name in walls},
        3,
        lambda _: None,
    )

    ratio = rounds.ratio("other", "base", "wall_s")
    assert (ratio.median, ratio.least, ratio.greatest) == (2.0, 2.0, 3.0)
    assert order == ["base", "other", "other", "base", "base", "other"]


def test_engines_that_differ_by_a_cent_void_the_comparison() -> None:
    require_equal("profit", [("US", "1.0000")], [("US", "1.0000")])

    with pytest.raises(ResultsDiffer, match=r"1\.0100"):
        require_equal("profit", [("US", "1.0000")], [("US", "1.0100")])
    with pytest.raises(ResultsDiffer, match="0 rows"):
        require_equal("profit", [], [])


def test_statement_times_are_read_by_model(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("2026-01-01 00:00:00.000 UTC [7] LOG:  duration: 9000 ms\n")
    times = StatementLog(log)
    head = "2026-01-01 00:00:01.000 UTC [7] LOG:  duration: "
    node = '/* {"app": "dbt", "node_id": "model.acorn.fct_a"} */'
    with log.open("a") as file:
        file.write(f"{head}1500.5 ms  statement: {node}\n    create table\n    fct_a\n")
        file.write(f"{head}500.0 ms  statement: {node}\n")
        file.write(f"{head}2.0 ms  execute <unnamed>: with x as (\n  insert into y\n")

    assert times.model_seconds() == {"fct_a": pytest.approx(2.0005)}
    assert times.test_seconds() == {}
    assert times.seconds_of("insert into y") == pytest.approx(0.002)
