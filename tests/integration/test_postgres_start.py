"""Where the embedded server cannot run, the message says what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from acorn.postgres import PostgresFailed, ensure_postgres

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
