"""A local stack as the tests drive it: commands, its processes, its runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from acorn.airflow_api import AirflowApi
from config.home import CHECKOUT


def run_acorn(
    home: Path, statement: str, **variables: str
) -> subprocess.CompletedProcess:
    """Run a statement as the command line would, in a process of its own."""
    foreign = ("ACORN_", "AIRFLOW")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    return subprocess.run(
        [sys.executable, "-c", statement],
        env=clean | {"ACORN_HOME": str(home)} | variables,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=900,
    )


UP = "from acorn.stack import *; up(UpOptions({port}, 120, {superset}))"
DOWN = "from acorn.stack import down; down()"
DEMO = "from acorn.demo import *; run_demo(DemoOptions({port}, 120, {superset}))"


def rows(statement: str) -> list[Any]:
    from config.warehouse import connect

    with connect("owner") as connection:
        return connection.execute(statement).fetchall()


def family() -> list[psutil.Process]:
    """The supervisor of this home, all below it, and the server."""
    from acorn import processes, supervisor

    boss = processes.find(supervisor.NAME)
    assert boss is not None
    pid_file = processes.acorn_home() / "postgres" / "data" / "postmaster.pid"
    server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    return [boss, *boss.children(recursive=True), server]


def command_line(process: psutil.Process) -> str:
    """Its arguments as `ps` shows them; a process that has ended shows none."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def part_records() -> list[Any]:
    """What is noted of each part's process: others after a start."""
    from acorn.parts import part_names
    from acorn.processes import recall

    return [recall(name) for name in part_names()]


def is_alive(process: psutil.Process) -> bool:
    try:
        # An ended process that its parent has not looked at yet is a zombie.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def await_run(api: AirflowApi, path: str, seconds: float = 240) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = str(api.get(path)["state"])
        if state in ("success", "failed"):
            return state
        time.sleep(1)
    raise AssertionError(f"{path} did not end within {seconds} s")


def forget_fetches() -> None:
    """Make the work list as if nothing was fetched: what comes back is the window."""
    from config.warehouse import connect

    with connect("owner") as connection:
        connection.execute(
            "update ops.report_documents set fetched_at = null, file_id = null"
        )
