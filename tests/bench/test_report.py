"""The report says which goals were met, from measures made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench import gate, load, rebuild
from bench.delivery import Delivery
from bench.goals import Results, goals
from bench.processes import Measure
from bench.report import write_results
from bench.rounds import Rounds

_ABOUT = {
    "command": "bench-quick",
    "machine": {"cores": 2},
    "server": {},
    "versions": {},
}


def _rounds(name: str, **contenders: Measure) -> Rounds:
    return Rounds(name, {key: [measure] * 3 for key, measure in contenders.items()})


def _measure(wall_s: float, server_cpu_s: float = 1.0, **answer: object) -> Measure:
    return Measure(wall_s, 0.5, 0.5, server_cpu_s, 50.0, answer=answer)


def _results() -> Results:
    model = {"models_s": 1.0, "tests_s": 0.1, "longest_models": {"fct_a": 0.9}}
    build = _measure(
        10.0,
        models_s=0.2,
        dbt_server_cpu_s=1.0,
        dbt_s=8.0,
        gate_b_and_publish_s=2.0,
        import_s=3.0,
    )
    slower = replace(build, answer={**build.answer, "models_s": 0.4})
    return Results(
        load={
            1_000_000: _rounds(
                "load", **{load.FLOOR: _measure(2.0), load.ACORN: _measure(3.0)}
            )
        },
        gate={
            1_000_000: _rounds(
                "gate", **{gate.LOAD: _measure(3.0), gate.GATE: _measure(6.0)}
            )
        },
        rebuild={
            1_000_000: _rounds(
                "rebuild",
                **{
                    rebuild.ACORN: _measure(20.0, server_cpu_s=5.4, **model),
                    rebuild.DUCKDB: replace(_measure(3.0, 0.0), client_cpu_s=3.0),
                },
            )
        },
        increment=_rounds("increment", **{"1M": build, "5M": slower}),
        delivery=[Delivery(700, 10.0, 30.0, 50.0)],
    )


def test_goals_are_told_from_what_was_measured() -> None:
    met = {goal.name: (goal.measured, goal.is_met) for goal in goals(_results())}

    assert met == {
        "load, 1,000,000 amounts: rows/s of the floor": ("0.67 (0.67 to 0.67)", True),
        "load, 1,000,000 amounts, stretch: rows/s of the floor": (
            "0.67 (0.67 to 0.67)",
            False,
        ),
        "load, 1,000,000 amounts: peak client memory": ("50 MB", True),
        "gate A, 1,000,000 amounts: time of the load of the same rows": (
            "2.00 (2.00 to 2.00)",
            False,
        ),
        "rebuild, 1,000,000 amounts: server CPU, times DuckDB's": (
            "1.80 (1.80 to 1.80)",
            True,
        ),
        "increment of one settlement: statements of the models, 5M to 1M of history": (
            "2.00 (2.00 to 2.00)",
            False,
        ),
        "increment of one settlement: server CPU of dbt, 5M to 1M of history": (
            "1.00 (1.00 to 1.00)",
            True,
        ),
        "increment of one settlement: the whole build, 5M to 1M of history": (
            "1.00 (1.00 to 1.00)",
            True,
        ),
        "landed file to published report, through Airflow": ("50 s (50 to 50)", True),
    }


def test_both_files_hold_every_part(tmp_path: Path) -> None:
    write_results(tmp_path, "quick", _ABOUT, _results())

    content = json.loads((tmp_path / "quick.json").read_text())
    rounds = content["load"]["1000000"][load.ACORN]["rounds"]
    assert [measure["wall_s"] for measure in rounds] == [3.0, 3.0, 3.0]
    table = (tmp_path / "quick.md").read_text()
    assert "| Acorn loader | 3 | 3.00 (3.00-3.00) | 0.50 | 1.50 (1.50-1.50) |" in table
    assert "**missed**" in table
    assert "fct_a 0.90" in table
    assert "| 700 | 10.0 | 30.0 | 50.0 |" in table
