"""Shared fixtures: a real Postgres for the session, a fresh warehouse for each test.

The server lives in a temporary ACORN_HOME. A warehouse is a copy of a template
database, which takes a fraction of a second.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Folders whose files share what takes long to start.
SHARED_FOLDERS = ("tests/superset", "tests/properties")
TEMPLATE = "warehouse_template"


class _FoldersAndFiles(LoadScopeScheduling):
    """Hands a worker whole files, and whole folders that share one costly server."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::")[0]
        folder = "/".join(path.split("/")[:2])
        return folder if folder in SHARED_FOLDERS else path


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> LoadScopeScheduling:
    """What `pytest -n 2` asks for: no server or warehouse is started twice."""
    return _FoldersAndFiles(config, log)


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


@contextmanager
def server_home() -> Iterator[Path]:
    """A new ACORN_HOME whose Postgres is stopped in the end.

    Not below pytest's own folder: pytest closes that to other users, and a server
    started by root runs as one.
    """
    from acorn.postgres import stop_postgres

    with tempfile.TemporaryDirectory(prefix="acorn-test-") as folder:
        Path(folder).chmod(0o755)
        before = os.environ.get("ACORN_HOME")
        os.environ["ACORN_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ["ACORN_HOME"] = folder
            stop_postgres()
            if before is None:
                del os.environ["ACORN_HOME"]
            else:
                os.environ["ACORN_HOME"] = before


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[Path]:
    """A running embedded Postgres with a warehouse template; stopped at the end."""
    from acorn.postgres import ensure_postgres
    from acorn.warehouse import ensure_warehouse

    with server_home() as home:
        ensure_postgres()
        ensure_warehouse(TEMPLATE)
        yield home


@contextmanager
def fresh_warehouse(home: Path, archive: Path) -> Iterator[Warehouse]:
    """A warehouse and archive of their own, which settings name meanwhile."""
    from acorn.postgres import admin_connection

    name = f"warehouse_{uuid.uuid4().hex[:12]}"
    with admin_connection("postgres") as server:
        server.execute(f"create database {name} template {TEMPLATE} owner owner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACORN_WAREHOUSE_DATABASE", name)
        patch.setenv("ACORN_ARCHIVE", str(archive))
        yield Warehouse(database=name, home=home)
    with admin_connection("postgres") as server:
        server.execute(f"drop database {name} with (force)")


@pytest.fixture
def warehouse(postgres_home: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A fresh warehouse database and archive, dropped after the test."""
    with fresh_warehouse(postgres_home, tmp_path / "archive") as fresh:
        yield fresh
