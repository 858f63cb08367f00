"""The embedded server is found again; where it cannot run, it is said what to do."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from acorn.postgres import PostgresFailed, ensure_postgres, port

pytestmark = pytest.mark.integration


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="acorn-closed-") as folder:
        yield Path(folder)  # mode 0700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server changes its user")
def test_root_is_told_which_folder_is_closed_to_the_server(
    closed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = closed_folder / "home"
    home.mkdir()
    monkeypatch.setenv("ACORN_HOME", str(home))

    with pytest.raises(PostgresFailed) as raised:
        ensure_postgres()

    assert f"chmod o+x {closed_folder}" in str(raised.value)
    assert not (home / "postgres").exists()


def test_server_that_is_slow_to_answer_keeps_its_port(postgres_home: Path) -> None:
    before = port()
    pid_file = postgres_home / "postgres" / "data" / "postmaster.pid"
    server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    server.suspend()
    goes_on = threading.Timer(5, server.resume)
    goes_on.start()
    try:
        assert ensure_postgres() == before
    finally:
        goes_on.cancel()
        server.resume()
