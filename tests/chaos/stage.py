"""A server of the campaign's own, the world, and the states that cases begin with."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from acorn.postgres import admin_connection, ensure_postgres, stop_postgres
from acorn.server_user import own_by_server
from acorn.warehouse import ensure_warehouse
from sandbox.serve import ensure_world
from tests.chaos import clock

DATABASE = "warehouse"
_ORDERS = 60
_DISK_BYTES = 400 << 20
_STATE = ("gx", "dbt", "drops", "tmp")  # folders of ACORN_HOME that a case may change


class Stage:
    """ACORN_HOME, Postgres on a disk of limited size if possible, saved states."""

    def __init__(self, folder: Path, seed: int, until: date) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.archive = folder / "archive"
        self.disk: Path | None = None
        self.environment = {
            "ACORN_HOME": str(self.home),
            "ACORN_ARCHIVE": str(self.archive),
            "ACORN_WAREHOUSE_DATABASE": DATABASE,
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        }
        self.world = ensure_world(folder / "world", seed, _ORDERS, until)
        _add_bad_files(self.world)

    def open(self) -> None:
        """Start the server; the warehouse is empty."""
        os.environ.update(self.environment)
        for name in ("ACORN_COMPANY", "ACORN_DATABASE_URL"):
            os.environ.pop(name, None)
        ensure_postgres()
        self.disk = _small_disk(self.home / "small-disk")
        if self.disk:
            with admin_connection("postgres") as server:
                server.execute(
                    f"create tablespace small location '{self.disk / 'space'}'"
                )
        ensure_warehouse("empty")
        self.archive.mkdir()
        self.save_files("empty")

    def close(self) -> None:
        """Stop the server and let go of the disk."""
        os.environ.update(self.environment)
        stop_postgres()
        if self.disk:
            subprocess.run(["umount", str(self.disk)], check=False)

    def begin(self, state: str, is_clock_ours: bool = False) -> None:
        """Warehouse, archive and files as they were in a saved state."""
        ensure_postgres()
        self.empty_disk()
        space = "tablespace small" if self.disk else ""
        with admin_connection("postgres") as server:
            server.execute(f"drop database if exists {DATABASE} with (force)")
            server.execute(
                f"create database {DATABASE} template {state} owner owner {space}"
            )
            # A copied sequence believes that the values it hands out next are in the
            # WAL already, which is so for the template's only. Without a checkpoint a
            # crash would take it back; warehouses that are not copies have no such gap.
            server.execute("checkpoint")
        for path in (self.archive, *(self.home / name for name in _STATE)):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "saved" / state / "archive", self.archive)
        for name in _STATE:
            saved = self.folder / "saved" / state / name
            if saved.exists():
                shutil.copytree(saved, self.home / name)
        if is_clock_ours:
            clock.prepare_database()

    def save(self, state: str) -> None:
        """Keep the present state under a name."""
        with admin_connection("postgres") as server:
            server.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = %s",
                [DATABASE],
            )
            server.execute(f"create database {state} template {DATABASE} owner owner")
        self.save_files(state)

    def save_files(self, state: str) -> None:
        """Keep archive and files of the present state."""
        saved = self.folder / "saved" / state
        shutil.copytree(self.archive, saved / "archive")
        for name in _STATE:
            if (self.home / name).exists():
                shutil.copytree(self.home / name, saved / name)

    def fill_disk(self, free_bytes: int) -> None:
        """Leave so much room on the server's disk."""
        assert self.disk is not None
        room = shutil.disk_usage(self.disk).free - free_bytes
        with (self.disk / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, room))

    def empty_disk(self) -> None:
        """Take the ballast away."""
        if self.disk:
            (self.disk / "ballast").unlink(missing_ok=True)


@contextmanager
def open_stage(seed: int, until: date) -> Iterator[Stage]:
    """A stage in a temporary folder, gone in the end."""
    with tempfile.TemporaryDirectory(prefix="acorn-chaos-") as folder:
        Path(folder).chmod(0o755)  # Postgres may run as another user
        before = dict(os.environ)
        stage = Stage(Path(folder), seed, until)
        try:
            stage.open()
            yield stage
        finally:
            stage.close()
            os.environ.clear()
            os.environ.update(before)


def _small_disk(folder: Path) -> Path | None:
    """A file system of _DISK_BYTES; None where mounting is not allowed."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)],
        capture_output=True,
    )
    if mounted.returncode != 0:
        return None
    folder.chmod(0o755)
    (folder / "space").mkdir()
    own_by_server(folder / "space")
    return folder


def _add_bad_files(world: Path) -> None:
    """Files that cannot be accepted, behind the world's own in the order of names."""
    folder = world / "eu-demo"
    whole = sorted(folder.glob("UK_*.txt"))[0].read_bytes()
    (folder / "Z1_cut.txt").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "Z2_empty.txt").write_bytes(b"")
    (folder / "Z3_junk.txt").write_bytes(bytes(range(256)) * 40)
    ends = (b"\r\n", b"\n") if b"\r\n" in whole else (b"\n", b"\r\n")
    (folder / "Z4_again.txt").write_bytes(whole.replace(*ends))
