"""Results as JSON, for programs, and as Markdown tables, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import gate, load, rebuild
from bench.goals import Goal, Results, goals
from bench.rounds import Rounds, Spread


def write_results(
    folder: Path, name: str, about: dict[str, Any], results: Results
) -> None:
    """Write `<name>.json` and `<name>.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = about | {
        "goals": [asdict(goal) for goal in goals(results)],
        "load": _by_size(results.load),
        "gate": _by_size(results.gate),
        "rebuild": _by_size(results.rebuild),
        "increment": results.increment.as_json() if results.increment else {},
        "delivery": [asdict(delivery) for delivery in results.delivery],
    }
    (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    lines = "\n".join(_markdown(name, about, results))
    (folder / f"{name}.md").write_text(lines + "\n")


def _by_size(sizes: dict[int, Rounds]) -> dict[str, Any]:
    return {str(amounts): rounds.as_json() for amounts, rounds in sizes.items()}


def _markdown(name: str, about: dict[str, Any], results: Results) -> Iterator[str]:
    yield f"# Benchmark: {name}"
    yield ""
    yield f"Made by `make {about['command']}`. Medians over rounds, least and greatest"
    yield "in brackets; ratios are formed round by round. CPU is user and system time;"
    yield "wall time has the client's start-up in it."
    yield ""
    for part in ("machine", "server"):
        facts = ", ".join(f"{key} {value}" for key, value in about[part].items())
        yield f"- {part}: {facts}"
    for owner, versions in about["versions"].items():
        facts = ", ".join(f"{key} {value}" for key, value in versions.items())
        yield f"- versions, {owner}: {facts}"
    yield from _goal_table(goals(results))
    for amounts, rounds in results.load.items():
        yield from _load_table(amounts, rounds)
    for title, sizes, base in (
        ("Gate A", results.gate, gate.LOAD),
        ("Full rebuild", results.rebuild, rebuild.DUCKDB),
    ):
        for amounts, rounds in sizes.items():
            yield from _table(f"{title}, {amounts:,} amounts", rounds, base)
    for rounds in results.rebuild.values():
        yield from _longest_models(rounds)
    if results.increment:
        yield from _increment_table(results.increment)
    if results.delivery:
        yield from _heading("Landed file to published report")
        yield "| lines | accepted s | built s | published s |"
        yield "|---|---|---|---|"
        for one in results.delivery:
            yield (
                f"| {one.line_count} | {one.accepted_s:.1f} | {one.built_s:.1f}"
                f" | {one.published_s:.1f} |"
            )


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {text}"
    yield ""


def _goal_table(found: list[Goal]) -> Iterator[str]:
    yield from _heading("Goals")
    yield "| goal | wanted | measured | |"
    yield "|---|---|---|---|"
    for goal in found:
        outcome = "met" if goal.is_met else "**missed**"
        yield f"| {goal.name} | {goal.wanted} | {goal.measured} | {outcome} |"


def _load_table(amounts: int, rounds: Rounds) -> Iterator[str]:
    yield from _table(f"Load, {amounts:,} amounts", rounds, load.FLOOR)
    yield ""
    yield "Acorn reads the originals, numbers their lines, keeps an index, over two"
    yield "connections; all others read decoded files over one, the floor and psycopg"
    yield "with backslashes doubled before."


def _table(title: str, rounds: Rounds, base: str) -> Iterator[str]:
    yield from _heading(title)
    yield (
        f"| contender | rounds | wall s | of it start-up | wall, times {base} |"
        " without start-up | CPU, times | client CPU s | server CPU s | client MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, measures in rounds.measures.items():
        ratios = (
            rounds.ratio(name, base, figure) for figure in ("wall_s", "work_s", "cpu_s")
        )
        cells = [
            name,
            str(len(measures)),
            _cell(rounds.figure(name, "wall_s")),
            _median(rounds.figure(name, "startup_s")),
            *map(_cell, ratios),
            _median(rounds.figure(name, "client_cpu_s")),
            _median(rounds.figure(name, "server_cpu_s")),
            _median(rounds.figure(name, "peak_client_mb"), decimals=0),
        ]
        yield "| " + " | ".join(cells) + " |"


def _longest_models(rounds: Rounds) -> Iterator[str]:
    newest = rounds.measures[rebuild.ACORN][-1].answer
    models = ", ".join(
        f"{name} {seconds:.2f}" for name, seconds in newest["longest_models"].items()
    )
    yield ""
    yield (
        f"Statements of the models {newest['models_s']:.2f} s, of the tests"
        f" {newest['tests_s']:.2f} s (last round); the longest: {models}."
    )


def _increment_table(rounds: Rounds) -> Iterator[str]:
    yield from _heading("One new settlement of 20,000 lines")
    yield (
        "| history | rounds | statements of models s | server CPU of dbt s | dbt s |"
        " gate B and publish s | whole build s | import s |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name, measures in rounds.measures.items():
        figures = (
            *("models_s", "dbt_server_cpu_s", "dbt_s", "gate_b_and_publish_s"),
            *("wall_s", "import_s"),
        )
        cells = (_cell(rounds.figure(name, figure)) for figure in figures)
        yield f"| {name} | {len(measures)} | " + " | ".join(cells) + " |"


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    return f"{spread.median:.2f} ({spread.least:.2f}-{spread.greatest:.2f})"


def _median(spread: Spread | None, decimals: int = 2) -> str:
    return "-" if spread is None else f"{spread.median:.{decimals}f}"
