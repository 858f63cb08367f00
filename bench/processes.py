"""Run a client in a process of its own and measure it, and the server beside it.

Client CPU and wall time come from the kernel, start-up included. Server CPU is that of
the postmaster and all its children, ended ones among them, so parallel workers and the
background writer count too. Memory is the high-water mark of the largest process.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.home import CHECKOUT

PROCESS_MAIN = CHECKOUT / ".venv" / "bin" / "python"
PROCESS_BENCH = CHECKOUT / ".venv-bench" / "bin" / "python"

_TICK = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.02
_BACKENDS_END_SECONDS = 10.0


class ClientFailed(Exception):
    """A client ended with an error; the message has its last lines."""


@dataclass(frozen=True)
class Measure:
    """What one run of one client cost. Seconds, and megabytes (10^6 bytes)."""

    wall_s: float
    startup_s: float | None  # until it was ready to work; None: it does not tell
    client_cpu_s: float
    server_cpu_s: float
    peak_client_mb: float
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def cpu_s(self) -> float:
        return self.client_cpu_s + self.server_cpu_s


def run_client(
    command: Sequence[str | Path],
    environment: dict[str, str],
    postmaster: int | None,
    script: str = "",
) -> Measure:
    """Run `command` with `script` on its input; measure it until it ended.

    Its last line of output may be JSON: `ready` (monotonic clock) and what it answers.

    Raises:
        ClientFailed: it ended with an error.
    """
    server_before = server_cpu(postmaster)
    began = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    sampler = _MemorySampler(process.pid)
    sampler.start()
    assert process.stdin and process.stdout  # both are pipes
    process.stdin.write(script.encode())
    process.stdin.close()
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    ended = time.monotonic()
    process.returncode = os.waitstatus_to_exitcode(status)
    sampler.stop()
    if process.returncode != 0:
        last = "\n".join(output.splitlines()[-15:])
        raise ClientFailed(f"{command[-1]} ended with {process.returncode}:\n{last}")
    answer = _answer(output)
    ready = answer.pop("ready", None)
    return Measure(
        wall_s=ended - began,
        startup_s=ready - began if ready else None,
        client_cpu_s=usage.ru_utime + usage.ru_stime,
        server_cpu_s=server_cpu(postmaster) - server_before,
        peak_client_mb=sampler.peak_kb * 1024 / 1e6,
        answer=answer,
    )


def _answer(output: str) -> dict[str, Any]:
    lines = output.strip().splitlines()
    if lines and lines[-1].startswith("{"):
        return dict(json.loads(lines[-1]))
    return {}


def server_cpu(postmaster: int | None) -> float:
    """CPU seconds of all server processes so far, once no client is connected."""
    if postmaster is None:
        return 0.0
    deadline = time.monotonic() + _BACKENDS_END_SECONDS
    while any(_is_backend(pid) for pid in _children(postmaster)):
        if time.monotonic() > deadline:
            raise ClientFailed("A server process still serves a client that is gone.")
        time.sleep(0.005)
    # Ended children count in the postmaster's own figures (the last two of the four).
    ticks = sum(_times(postmaster))
    ticks += sum(sum(_times(pid)[:2]) for pid in _children(postmaster))
    return ticks / _TICK


def _is_backend(pid: int) -> bool:
    # Postgres names its processes: `postgres: owner warehouse 127.0.0.1(4711) idle`.
    return b" 127.0.0.1(" in _read(pid, "cmdline")


def _times(pid: int) -> tuple[int, int, int, int]:
    """User and system time, of itself and of its ended children, in clock ticks."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    if len(fields) < 15:  # it ended this moment: its parent has its times
        return (0, 0, 0, 0)
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return user, system, ended_user, ended_system


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read(pid, f"task/{pid}/children").split()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


class _MemorySampler(threading.Thread):
    """Reads the high-water marks of a process and its descendants while they live.

    Not from wait4: its figure begins with the memory of whoever started the process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._marks: dict[int, int] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self._sample(self._pid)

    def _sample(self, pid: int) -> None:
        for line in _read(pid, "status").splitlines():
            if line.startswith(b"VmHWM:"):
                self._marks[pid] = int(line.split()[1])  # the mark only ever grows
        for child in _children(pid):
            self._sample(child)

    def stop(self) -> None:
        self._ended.set()
        self.join()

    @property
    def peak_kb(self) -> int:
        return max(self._marks.values(), default=0)
