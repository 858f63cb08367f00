"""Shared fixtures: a real Postgres for the session, a fresh warehouse for each test.

The server lives in a temporary ACORN_HOME. A warehouse is a copy of a template
database, which takes a fraction of a second.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

TEMPLATE = "warehouse_template"


@dataclass(frozen=True)
class Warehouse:
    """A warehouse of a test's own: $ACORN_WAREHOUSE_DATABASE names it meanwhile."""

    database: str
    home: Path

    def connect(self, role: str) -> psycopg.Connection[Any]:
        from config.warehouse import connect

        return connect(role, autocommit=True)

    def rows(self, statement: str, *values: Any, role: str = "owner") -> list[Any]:
        """The rows of a query; with one column, its values."""
        with self.connect(role) as connection:
            found = connection.execute(statement, values or None).fetchall()
        return [row[0] for row in found] if found and len(found[0]) == 1 else found


@pytest.fixture(scope="session")
def postgres_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running embedded Postgres with a warehouse template; stopped at the end."""
    from acorn.postgres import ensure_postgres, stop_postgres
    from acorn.warehouse import ensure_warehouse

    home = tmp_path_factory.mktemp("home", numbered=True)
    for folder in (home, *home.parents):  # the server may run as another user
        if os.stat(folder).st_uid == os.geteuid() and folder.stat().st_mode & 0o777 == (
            0o700
        ):
            folder.chmod(0o711)
    before = os.environ.get("ACORN_HOME")
    os.environ["ACORN_HOME"] = str(home)
    ensure_postgres()
    ensure_warehouse(TEMPLATE)
    yield home
    stop_postgres()
    if before is None:
        os.environ.pop("ACORN_HOME", None)
    else:
        os.environ["ACORN_HOME"] = before


@pytest.fixture
def warehouse(
    postgres_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    """A fresh warehouse database and archive, dropped after the test."""
    from acorn.postgres import admin_connection

    name = f"warehouse_{uuid.uuid4().hex[:12]}"
    with admin_connection("postgres") as server:
        server.execute(f"create database {name} template {TEMPLATE} owner owner")
    monkeypatch.setenv("ACORN_WAREHOUSE_DATABASE", name)
    monkeypatch.setenv("ACORN_ARCHIVE", str(tmp_path / "archive"))
    yield Warehouse(database=name, home=postgres_home)
    with admin_connection("postgres") as server:
        server.execute(f"drop database {name} with (force)")
