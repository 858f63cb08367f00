"""Loading: Acorn's loader beside `psql \\copy` of decoded files, and other ways.

The floor is what Postgres can do with a file that needs no reading: decoded to UTF-8,
backslashes doubled, no metadata, no index. All contenders but Acorn are given decoded
files too. Acorn reads the originals in their own encodings, numbers the lines, keeps
the ledger and an index on the file.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from acorn.postgres import admin_connection
from acorn.warehouse import ensure_database
from bench.processes import PROCESS_BENCH, Measure, run_client
from bench.rounds import Rounds
from bench.server import drop_database, login, psql_program
from bench.stages import Stages
from bench.world import COLUMNS, World

FLOOR = "psql \\copy (floor)"
ACORN = "Acorn loader"
ACORN_FROM_SOURCE = "Acorn, archiving included"
_DATABASE = "bench_load"
_RAW_TABLE = "raw.amazon_settlement_v2"


class RowsDiffer(Exception):
    """A contender did not load what was in the files."""


@dataclass(frozen=True)
class _Client:
    """A loader of .venv-bench."""

    module: str
    files: str  # copy_text or plain
    largest: int  # amounts; beyond that it takes too long to be worth the wait


_CLIENTS = {
    "psycopg COPY, no metadata": _Client("psycopg_copy", "copy_text", 10_000_000),
    "Polars + ADBC": _Client("polars_adbc", "plain", 1_500_000),
    "pandas -> csv -> COPY": _Client("pandas_copy", "plain", 1_500_000),
    "dlt (Arrow, csv)": _Client("dlt_arrow", "plain", 150_000),
    "pandas to_sql": _Client("pandas_to_sql", "plain", 150_000),
}


def measure_load(stages: Stages, rounds: int) -> Rounds:
    """Every contender that is fast enough for this size, `rounds` times.

    Raises:
        RowsDiffer: count or sum after a load are not those of the files.
    """
    contenders: dict[str, Callable[[], Measure]] = {
        FLOOR: lambda: _other(stages, "public.rows", _psql),
        ACORN: lambda: _acorn(stages, "load"),
        ACORN_FROM_SOURCE: lambda: _acorn(stages, "archive_and_load"),
    }
    for name, client in _CLIENTS.items():
        if stages.world.amount_count <= client.largest:
            contenders[name] = _run_of(stages, client)
    return Rounds.run("load", contenders, rounds, stages.say)


def _run_of(stages: Stages, client: _Client) -> Callable[[], Measure]:
    def run(world: World, postmaster: int, table: str) -> Measure:
        job = {
            "files": [str(path) for path in world.decoded(client.files)],
            "table": table,
            "columns": COLUMNS,
        }
        command = (PROCESS_BENCH, "-m", f"bench.clients.{client.module}")
        return run_client(command, login(_DATABASE), postmaster, json.dumps(job))

    # dlt makes its own table, in a schema of its own; the others are given one.
    table = "dlt_rows.rows" if client.module == "dlt_arrow" else "rows"
    return lambda: _other(stages, table, run)


def _other(
    stages: Stages, table: str, run: Callable[[World, int, str], Measure]
) -> Measure:
    drop_database(_DATABASE)
    with admin_connection("postgres") as server:
        ensure_database(server, _DATABASE, owner="owner")
        with admin_connection(_DATABASE) as connection:
            columns = ", ".join(f"{column} text" for column in COLUMNS)
            connection.execute(
                f"create table public.rows ({columns});"
                "alter table public.rows owner to owner"
            )
        server.execute("checkpoint")
    measure = run(stages.world, stages.postmaster, table)
    _check(_DATABASE, table, stages.world)
    drop_database(_DATABASE)
    return measure


def _psql(world: World, postmaster: int, table: str) -> Measure:
    script = "".join(
        f"\\copy {table} ({', '.join(COLUMNS)}) from '{path}'"
        " with (format text, header, null '')\n"
        for path in world.decoded("copy_text")
    )
    command = (psql_program(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-")
    return run_client(command, login(_DATABASE), postmaster, script)


def _acorn(stages: Stages, step: str) -> Measure:
    if step == "load":
        stages.start("archived", _DATABASE)
        measure = stages.step(step, _DATABASE)
    else:
        stages.start("empty", _DATABASE)
        fresh = stages.archive.with_name(f"{stages.archive.name}-fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        measure = stages.step(step, _DATABASE, stages.world.history, fresh)
        shutil.rmtree(fresh)
    _check(_DATABASE, _RAW_TABLE, stages.world)
    drop_database(_DATABASE)
    return measure


def _check(database: str, table: str, world: World) -> None:
    with admin_connection(database) as connection:
        # No file of the benchmark groups digits, so a comma is a decimal mark.
        row = connection.execute(
            "select count(*), sum(cast(replace(nullif(amount, ''), ',', '.')"
            f" as numeric)) from {table}"
        ).fetchone()
    expected = (world.row_count, world.total)
    if row != expected:
        raise RowsDiffer(f"{table}: {row} rows and sum, expected {expected}.")
