"""Processes this ACORN_HOME started: remembered, found again, stopped.

A process is written to `ACORN_HOME/run/<name>.json` with its pid and its start time.
Both must match before anything is signalled: a pid alone may have gone to a stranger.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from config.home import acorn_home

# The kernel counts from boot; the boot time may be read a tick apart.
_SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class ProcessRecord:
    """A process as it was when it was started."""

    name: str
    pid: int
    started_at: float  # seconds since the epoch, as the system tells it
    restart_count: int = 0


def run_folder() -> Path:
    """The folder of process records."""
    return acorn_home() / "run"


def remember(name: str, pid: int, restart_count: int = 0) -> ProcessRecord:
    """Write down that `name` runs as `pid`."""
    record = ProcessRecord(name, pid, psutil.Process(pid).create_time(), restart_count)
    run_folder().mkdir(parents=True, exist_ok=True)
    write_json(run_folder() / f"{name}.json", asdict(record))
    return record


def recall(name: str) -> ProcessRecord | None:
    """What was written down for `name`."""
    path = run_folder() / f"{name}.json"
    if not path.exists():
        return None
    return ProcessRecord(**json.loads(path.read_text()))


def forget(name: str) -> None:
    """Drop the record of `name`."""
    (run_folder() / f"{name}.json").unlink(missing_ok=True)


def find(name: str) -> psutil.Process | None:
    """The living process recorded as `name`; None when it is gone or another's."""
    record = recall(name)
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        is_same = abs(process.create_time() - record.started_at) < _SAME_START_SECONDS
        is_alive = process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if is_same and is_alive else None


def stop(name: str, timeout_seconds: float) -> bool:
    """Ask `name` to end; after the time-out kill it. Its descendants end with it.

    Answers False when nothing ran.
    """
    process = find(name)
    if process is not None:
        stop_tree(process, timeout_seconds)
    forget(name)
    return process is not None


def stop_tree(process: psutil.Process, timeout_seconds: float) -> None:
    """SIGTERM to the process, SIGKILL to it and its descendants after the time-out."""
    family = _family(process)
    _signal([process], psutil.Process.terminate)
    deadline = time.monotonic() + timeout_seconds
    while _alive([process]) and time.monotonic() < deadline:
        family |= _family(process)  # what it starts while it ends
        time.sleep(0.1)
    # Descendants get a moment of their own, then all that is left is killed.
    _await_end(family, seconds=1.0)
    _signal(_alive(family), psutil.Process.kill)
    _await_end(family, seconds=5.0)


def write_json(path: Path, content: dict[str, object]) -> None:
    """Replace a small JSON file in one step."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=2))
    temporary.replace(path)


def _family(process: psutil.Process) -> set[psutil.Process]:
    try:
        return {process, *process.children(recursive=True)}
    except psutil.NoSuchProcess:
        return {process}


def _alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    def lives(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return [process for process in processes if lives(process)]


def _await_end(family: set[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _alive(family) and time.monotonic() < deadline:
        time.sleep(0.05)


def _signal(
    processes: Iterable[psutil.Process], action: Callable[[psutil.Process], None]
) -> None:
    for process in processes:
        try:
            action(process)
        except psutil.NoSuchProcess:
            continue
