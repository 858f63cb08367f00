"""Set up a warehouse database: roles, schemas, ledger, raw tables, grants.

The SQL is in `config/postgres/`; every statement may run again. Roles belong to the
server, so their passwords are set on each run to those of this ACORN_HOME.
"""

from __future__ import annotations

from psycopg import Connection, sql

from acorn.postgres import admin_connection
from config.home import CHECKOUT, secret
from config.warehouse import ROLES, database_name

_SQL_FOLDER = CHECKOUT / "config" / "postgres"
_SETUP_LOCK = 7_201_001  # advisory lock: two set-ups at once would collide


def ensure_warehouse(database: str | None = None) -> None:
    """Create or complete the roles, the database and everything in it."""
    name = database or database_name()
    with admin_connection("postgres") as server:
        server.execute("select pg_advisory_lock(%s)", [_SETUP_LOCK])
        _ensure_roles(server)
        ensure_database(server, name, owner="owner")
        with admin_connection(name) as warehouse:
            _run_sql_files(warehouse)


def ensure_database(server: Connection, name: str, owner: str) -> None:
    """Create database `name` unless it exists."""
    found = server.execute("select from pg_database where datname = %s", [name])
    if found.fetchone() is None:
        server.execute(
            sql.SQL("create database {} owner {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )


def ensure_login(server: Connection, role: str, password: str) -> None:
    """Create login role `role` unless it exists; set its password."""
    found = server.execute("select from pg_roles where rolname = %s", [role])
    verb = "create" if found.fetchone() is None else "alter"
    server.execute(
        sql.SQL("{} role {} with login password {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )


def _ensure_roles(server: Connection) -> None:
    for role in ROLES:
        ensure_login(server, role, secret(f"{role}_password"))
    # The owner sets up schemas on the transformer's behalf.
    server.execute("grant transformer to owner")
    # A reader's runaway query must end by itself; writers are bounded by their tasks.
    server.execute("alter role analyst set statement_timeout = '10min'")
    server.execute("alter role analyst set default_transaction_read_only = on")
    server.execute("alter role bi set default_transaction_read_only = on")


def _run_sql_files(warehouse: Connection) -> None:
    with warehouse.transaction():
        warehouse.execute("set local role owner")
        warehouse.execute("set local client_min_messages = warning")
        for path in sorted(_SQL_FOLDER.glob("*.sql")):
            warehouse.execute(path.read_text())
