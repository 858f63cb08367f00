"""A real Superset over a small built warehouse, in databases of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.superset.visitor import Visitor

_ORDERS = 150
_STARTS_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class SupersetServer:
    """Where it answers, and the databases behind it."""

    url: str
    variables: dict[str, str]  # what names its warehouse and its own database

    def sign_in(self, name: str, password: str | None = None) -> Visitor:
        """A visitor signed in with the password of this home, or another."""
        return Visitor(self.url, name, password or password_of(name))

    def rows(self, statement: str, *values: Any, role: str = "owner") -> list[Any]:
        """Rows of a query on its warehouse; with one column, its values."""
        from config.warehouse import connect

        with self.in_environment(), connect(role) as connection:
            found = connection.execute(statement, values or None).fetchall()
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Commands of the block work on its databases."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.variables.items():
                patch.setenv(name, value)
            patch.delenv("ACORN_COMPANY", raising=False)
            yield


def password_of(name: str) -> str:
    """The password of a person of the demo company, or of the administrator."""
    from config.home import secret

    if name == "admin":
        return secret("superset_admin_password")
    return secret(f"person_{name.replace('-', '_')}_password")


@contextmanager
def running_superset(folder: Path) -> Iterator[SupersetServer]:
    """Build the books and set up Superset side by side; stop it in the end."""
    from acorn.ports import free_port
    from acorn.superset import ensure_superset, superset_command, superset_environment
    from acorn.warehouse import ensure_warehouse

    port = free_port()
    names = {
        "ACORN_WAREHOUSE_DATABASE": f"superset_books_{port}",
        "ACORN_SUPERSET_DATABASE": f"superset_{port}",
        "ACORN_ARCHIVE": str(folder / "archive"),
    }
    server = SupersetServer(f"http://127.0.0.1:{port}", names)
    with server.in_environment(), ThreadPoolExecutor(1) as beside:
        ensure_warehouse()
        books = beside.submit(_build_books, folder / "world")
        ensure_superset()
        with (folder / "superset.log").open("wb") as log:
            process = subprocess.Popen(
                superset_command(port),
                env=superset_environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _await_answer(server.url, process, folder / "superset.log")
            books.result()
        except BaseException:
            process.kill()
            raise
    try:
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _build_books(world: Path) -> None:
    from deliver.build import build_warehouse
    from deliver.publish import publish_reports
    from expectations.gate_b import check_books
    from extract.importing import import_files

    subprocess.run(
        [
            *(sys.executable, "-m", "sandbox.generate", "--seed", "1"),
            *("--orders", str(_ORDERS), "--out", str(world)),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    import_files([world / "fx" / "eurofxref-hist.xml"], None, "ecb_fx_rates")
    for account in ("na-demo", "eu-demo"):
        import_files(sorted((world / account).iterdir()), account)
    build = build_warehouse()
    assert check_books(build.build_id).is_success
    publish_reports(build.build_id)


def _await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/health", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError(f"Superset does not answer:\n{log.read_text()[-3000:]}")
