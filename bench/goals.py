"""The goals, each with what was measured: met or missed, never an error.

Timing is for the reader to judge; correctness is checked in the runs themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench import gate, load, rebuild
from bench.delivery import Delivery
from bench.rounds import Rounds

_LOAD_SPEED = 0.6
_LOAD_STRETCH = 0.8
_LOAD_MEMORY_MB = 64.0
_INCREMENT_GROWTH = 1.25
_DELIVERY_S = 60.0
# Times DuckDB's CPU, up to so many amounts.
_REBUILD_CPU = ((1_500_000, 2.0), (10_000_000, 3.0))


@dataclass(frozen=True)
class Goal:
    """One goal and what came out; `text` is for the table."""

    name: str
    wanted: str
    measured: str
    is_met: bool


@dataclass(frozen=True)
class Results:
    """All that one run measured; sizes are numbers of amounts."""

    load: dict[int, Rounds]
    gate: dict[int, Rounds]
    rebuild: dict[int, Rounds]
    increment: Rounds | None
    delivery: list[Delivery]


def goals(results: Results) -> list[Goal]:
    """Every goal that this run can tell."""
    return [
        *_load_goals(results.load),
        *_gate_goals(results.gate),
        *_rebuild_goals(results.rebuild),
        *_increment_goals(results.increment),
        *_delivery_goals(results.delivery),
    ]


def _load_goals(sizes: dict[int, Rounds]) -> Iterator[Goal]:
    for amounts, rounds in sizes.items():
        speed = rounds.ratio(load.FLOOR, load.ACORN, "wall_s")
        text = f"{speed.median:.2f} ({speed.least:.2f} to {speed.greatest:.2f})"
        for name, wanted in (("", _LOAD_SPEED), (", stretch", _LOAD_STRETCH)):
            yield Goal(
                f"load, {amounts:,} amounts{name}: rows/s of the floor",
                f">= {wanted}",
                text,
                speed.median >= wanted,
            )
        memory = rounds.figure(load.ACORN, "peak_client_mb")
        assert memory is not None  # every run has it
        yield Goal(
            f"load, {amounts:,} amounts: peak client memory",
            f"< {_LOAD_MEMORY_MB:.0f} MB",
            f"{memory.greatest:.0f} MB",
            memory.greatest < _LOAD_MEMORY_MB,
        )


def _gate_goals(sizes: dict[int, Rounds]) -> Iterator[Goal]:
    for amounts, rounds in sizes.items():
        ratio = rounds.ratio(gate.GATE, gate.LOAD, "wall_s")
        yield Goal(
            f"gate A, {amounts:,} amounts: time of the load of the same rows",
            "<= 1",
            f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.greatest:.2f})",
            ratio.median <= 1,
        )


def _rebuild_goals(sizes: dict[int, Rounds]) -> Iterator[Goal]:
    for amounts, rounds in sizes.items():
        wanted = next(times for most, times in _REBUILD_CPU if amounts <= most)
        ratio = rounds.ratio(rebuild.ACORN, rebuild.DUCKDB, "server_cpu_s", "cpu_s")
        yield Goal(
            f"rebuild, {amounts:,} amounts: server CPU, times DuckDB's",
            f"<= {wanted:g}",
            f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.greatest:.2f})",
            ratio.median <= wanted,
        )


def _increment_goals(rounds: Rounds | None) -> Iterator[Goal]:
    if rounds is None or len(rounds.measures) < 2:
        return
    small, *_, large = rounds.measures
    for name, figure in (
        ("statements of the models", "models_s"),
        ("server CPU of dbt", "dbt_server_cpu_s"),
        ("the whole build", "wall_s"),
    ):
        ratio = rounds.ratio(large, small, figure)
        yield Goal(
            f"increment of one settlement: {name}, {large} to {small} of history",
            f"<= {_INCREMENT_GROWTH}",
            f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.greatest:.2f})",
            ratio.median <= _INCREMENT_GROWTH,
        )


def _delivery_goals(deliveries: list[Delivery]) -> Iterator[Goal]:
    if not deliveries:
        return
    seconds = [delivery.published_s for delivery in deliveries]
    yield Goal(
        "landed file to published report, through Airflow",
        f"<= {_DELIVERY_S:.0f} s",
        f"{median(seconds):.0f} s ({min(seconds):.0f} to {max(seconds):.0f})",
        median(seconds) <= _DELIVERY_S,
    )
