"""Gate A beside the load of the same rows: checking must not cost more than loading."""

from __future__ import annotations

from dataclasses import replace

from bench.processes import Measure
from bench.rounds import Rounds
from bench.server import drop_database, server_log
from bench.stages import Stages
from bench.statements import StatementLog

GATE = "gate A"
LOAD = "load"
_DATABASE = "bench_gate"


def measure_gate(stages: Stages, rounds: int) -> Rounds:
    """Load and gate A in turns, each on a fresh copy of the stage before it.

    Gate A answers `profile_s` besides: seconds of the statement that reads the rows.
    """
    contenders = {
        LOAD: lambda: _step(stages, "archived", "load"),
        GATE: lambda: _step(stages, "loaded", "gate"),
    }
    return Rounds.run("gate", contenders, rounds, stages.say)


def _step(stages: Stages, stage: str, step: str) -> Measure:
    stages.start(stage, _DATABASE)
    log = StatementLog(server_log())
    measure = stages.step(step, _DATABASE)
    profile = log.seconds_of("insert into ops.settlement_profiles")
    drop_database(_DATABASE)
    return replace(measure, answer={"profile_s": profile})
