"""A full rebuild: Acorn's dbt build beside the same logic in DuckDB, results compared.

Server CPU is what Postgres spent on it, dbt's tests included; dbt's own CPU (start,
parsing, Jinja) does not grow with the rows and is given apart. DuckDB is one process.
Both write their tables to disk; both find the raw rows there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from acorn.postgres import admin_connection
from bench.processes import PROCESS_BENCH, Measure, run_client
from bench.rebuild_queries import COMPARED, SOURCES, duckdb_script
from bench.rounds import Rounds
from bench.server import drop_database, server_log
from bench.stages import Stages
from bench.statements import StatementLog

ACORN = "Acorn (dbt, Postgres)"
DUCKDB = "DuckDB"
DUCKDB_THREADS = 2
_DATABASE = "bench_rebuild"
_NAMED_MODELS = 6


class ResultsDiffer(Exception):
    """The two engines did not come to the same result: the comparison is void."""


def measure_rebuild(stages: Stages, folder: Path, rounds: int) -> Rounds:
    """Both engines in turns; each round's results are compared row by row.

    Raises:
        ResultsDiffer: a row of profit, settlements or bucket totals differs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = _source_for_duckdb(stages, folder)
    comparison = _Comparison()

    def acorn() -> Measure:
        measure = _acorn(stages)
        comparison.add(ACORN, lambda query: _export(folder, query))
        return measure

    def duckdb() -> Measure:
        measure = _duckdb(folder, source)
        comparison.add(DUCKDB, lambda query: _export_duckdb(folder, query))
        return measure

    contenders = {ACORN: acorn, DUCKDB: duckdb}
    measured = Rounds.run("rebuild", contenders, rounds, stages.say)
    drop_database(_DATABASE)
    return measured


def _acorn(stages: Stages) -> Measure:
    stages.start("accepted", _DATABASE)
    log = StatementLog(server_log())
    measure = stages.step("dbt", _DATABASE)
    models = log.model_seconds()
    longest = dict(list(models.items())[:_NAMED_MODELS])
    return replace(
        measure,
        answer={
            "models_s": sum(models.values()),
            "tests_s": sum(log.test_seconds().values()),
            "longest_models": longest,
        },
    )


def _duckdb(folder: Path, source: Path) -> Measure:
    target = folder / "marts.duckdb"
    target.unlink(missing_ok=True)
    return _run_script(target, duckdb_script(), {"source": source})


def _run_script(
    database: Path, script: str, attached: dict[str, Path] | None = None
) -> Measure:
    job = {
        "database": str(database),
        "threads": DUCKDB_THREADS,
        "attached": {name: str(path) for name, path in (attached or {}).items()},
        "script": script,
    }
    command = (PROCESS_BENCH, "-m", "bench.clients.duckdb_run")
    return run_client(command, {}, None, json.dumps(job))


def _source_for_duckdb(stages: Stages, folder: Path) -> Path:
    """The accepted raw rows and what the ledger says of them, in a DuckDB file."""
    stages.start("accepted", _DATABASE)
    target = folder / "source.duckdb"
    target.unlink(missing_ok=True)
    script = ""
    for table, source in SOURCES.items():
        path = folder / f"{table}.csv"
        _copy_out(source.query, path, header=True)
        numbers = ", ".join(
            f"cast({name} as bigint) as {name}" for name in source.numbers
        )
        script += (
            f"create table {table} as select * replace ({numbers}) from"
            f" read_csv('{path}', header = true, all_varchar = true);\n"
        )
    _run_script(target, script)
    for table in SOURCES:
        (folder / f"{table}.csv").unlink()
    return target


def _export(folder: Path, query: str) -> Path:
    path = folder / f"acorn-{query}.csv"
    _copy_out(COMPARED[query].acorn, path, header=False)
    return path


def _export_duckdb(folder: Path, query: str) -> Path:
    path = folder / f"duckdb-{query}.csv"
    _run_script(
        folder / "marts.duckdb",
        f"copy ({COMPARED[query].duckdb}) to '{path}' (header false)",
    )
    return path


def _copy_out(query: str, path: Path, header: bool) -> None:
    with (
        path.open("wb") as file,
        admin_connection(_DATABASE) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy ({query}) to stdout (format csv, header {header})") as copy,
    ):
        for block in copy:
            file.write(block)


def _rows(path: Path) -> list[tuple[str, ...]]:
    with path.open(newline="") as file:
        return sorted(tuple(row) for row in csv.reader(file))


class _Comparison:
    """The results of one round; compared as soon as both engines have theirs."""

    def __init__(self) -> None:
        self._results: dict[str, dict[str, list[tuple[str, ...]]]] = {}

    def add(self, engine: str, export: Callable[[str], Path]) -> None:
        self._results[engine] = {query: _rows(export(query)) for query in COMPARED}
        if len(self._results) == 2:
            for query in COMPARED:
                require_equal(
                    query, self._results[ACORN][query], self._results[DUCKDB][query]
                )
            self._results.clear()


def require_equal(
    query: str, acorn: list[tuple[str, ...]], duckdb: list[tuple[str, ...]]
) -> None:
    """Raises ResultsDiffer unless both have the same rows, and some at all."""
    if acorn and acorn == duckdb:
        return
    only = sorted(set(acorn) ^ set(duckdb))[:4]
    raise ResultsDiffer(
        f"{query}: {len(acorn)} rows of Acorn, {len(duckdb)} of DuckDB; found in one "
        f"of them only, such as {only}."
    )
