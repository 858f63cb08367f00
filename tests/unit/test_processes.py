"""Processes are known by pid and start time, and end with all they started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from acorn import processes

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ACORN_HOME", str(tmp_path))
    return tmp_path


def test_stop_kills_what_does_not_end_and_its_children() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    processes.remember("stubborn", parent.pid)

    stopped = processes.stop("stubborn", timeout_seconds=0.5)

    assert stopped
    assert parent.wait(timeout=5) == -9
    _await_gone(child)
    assert processes.recall("stubborn") is None


def test_pid_that_went_to_a_stranger_is_left_alone() -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        record = processes.remember("ours", stranger.pid)
        older = replace(record, started_at=record.started_at - 3600)
        processes.write_json(processes.run_folder() / "ours.json", asdict(older))

        stopped = processes.stop("ours", timeout_seconds=0.5)

        assert not stopped
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_ended_process_is_not_found() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.2)"])
    processes.remember("short", ended.pid)
    assert processes.find("short") is not None

    ended.wait()

    assert processes.find("short") is None
    assert processes.stop("short", timeout_seconds=0.1) is False


def _await_gone(process: psutil.Process) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    raise AssertionError(f"{process} still runs as of test {os.getpid()}")
