"""One new settlement of 20,000 lines, with little and with much history before it.

Each round brings the next settlement into every warehouse and builds. What is measured
is the statements of dbt's models, and the whole of what `acorn build` does after its
start: dbt, gate B, publication.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.processes import Measure
from bench.rounds import Rounds
from bench.server import drop_database, server_log
from bench.stages import Stages
from bench.statements import StatementLog
from bench.world import SettlementFile


def measure_increments(sizes: dict[str, Stages], rounds: int) -> Rounds:
    """Build one settlement after the other; `sizes` are named by their history."""
    for name, stages in sizes.items():
        stages.start("built", _database(stages))
        _settle(stages, name)
    contenders = {name: _builds_of(stages) for name, stages in sizes.items()}
    say = next(iter(sizes.values())).say
    try:
        return Rounds.run("increment", contenders, rounds, say)
    finally:
        for stages in sizes.values():
            drop_database(_database(stages))


def _database(stages: Stages) -> str:
    return f"bench_increment_{stages.world.amount_count}"


def _settle(stages: Stages, name: str) -> None:
    """One build before any is measured: a first one reads a cold copy from the disk."""
    stages.say(f"  preparing: history of {name}, one new settlement unmeasured")
    _build(stages, stages.world.newcomers[0])


def _builds_of(stages: Stages) -> Callable[[], Measure]:
    left = iter(stages.world.newcomers[1:])
    return lambda: _build(stages, next(left))


def _build(stages: Stages, file: SettlementFile) -> Measure:
    database = _database(stages)
    arrival = stages.step("import", database, (file,))
    log = StatementLog(server_log())
    dbt = stages.step("dbt", database)
    models = log.model_seconds()
    rest = stages.step("publish", database)
    return replace(
        dbt,
        wall_s=dbt.wall_s + rest.wall_s,
        client_cpu_s=dbt.client_cpu_s + rest.client_cpu_s,
        server_cpu_s=dbt.server_cpu_s + rest.server_cpu_s,
        answer={
            "models_s": sum(models.values()),
            "dbt_server_cpu_s": dbt.server_cpu_s,
            "dbt_s": dbt.wall_s,
            "gate_b_and_publish_s": rest.wall_s,
            "import_s": arrival.wall_s,
        },
    )
