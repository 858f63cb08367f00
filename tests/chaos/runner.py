"""Starts commands in child processes on a stage, with and without faults."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.chaos import clock
from tests.chaos.interception import BUILD_STEPS, INTAKE_STEPS
from tests.chaos.jobs import Command, Job, postmaster_pid, run_job
from tests.chaos.stage import Stage

# Longer than any command takes; PAUSE_SECONDS and a crowded machine included.
LONGEST_SECONDS = 400


@dataclass(frozen=True)
class Shape:
    """How a command runs without faults: what faults are drawn from."""

    seconds: float
    calls: dict[str, int]
    dbt_nodes: int
    disk_bytes: int


class Child:
    """A command at work."""

    def __init__(self, process: Any, job: Job) -> None:
        self._process = process
        self._job = job
        self.pid: int = process.pid

    def is_running(self) -> bool:
        return bool(self._process.is_alive())

    def kill(self) -> bool:
        """SIGKILL; False when it had ended by then."""
        was_running = self.is_running()
        self._process.kill()
        return was_running

    def was_struck(self) -> bool:
        """Whether it came to its boundary."""
        return self._job.struck.exists()

    def wait(self) -> int | None:
        """The exit code; None for a command that did not end and was killed."""
        self._process.join(LONGEST_SECONDS)
        if self.is_running():
            self._process.kill()
            self._process.join()
            return None
        return int(self._process.exitcode)


class Runner:
    """Runs commands of one case; what they print is kept in its folder."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.chaos.actions"])
        self._number = 0

    def in_folder(self, folder: Path) -> Runner:
        """The same for another case."""
        folder.mkdir(parents=True)
        return Runner(self.stage, folder)

    def start(self, command: Command, **particulars: Any) -> Child:
        """Begin a command; `particulars` are fields of `Job`."""
        self._number += 1
        log = self.folder / f"{self._number:02}-{command.name}.log"
        job = Job(command, self.stage.environment, log, **particulars)
        process = self._context.Process(target=run_job, args=[job])
        process.start()
        return Child(process, job)

    def warm_up(self) -> None:
        """Let the process that children are forked from import what it needs."""
        self.start(Command("nothing")).wait()

    def measure(self, command: Command) -> Shape:
        """Run a command without faults.

        Raises:
            RuntimeError: it fails even so.
        """
        counts = self.folder / "counts.json"
        steps = BUILD_STEPS if command.name == "build" else INTAKE_STEPS
        logs, used = self.dbt_logs(), self._disk_used()
        began = time.monotonic()
        code = self.start(command, counts=counts, steps=steps).wait()
        seconds = time.monotonic() - began
        if code not in command.good_codes:
            raise RuntimeError(f"{command} fails without faults: {code}, {self.folder}")
        calls = {k: v for k, v in json.loads(counts.read_text()).items() if v}
        nodes = self.dbt_nodes(logs)
        return Shape(seconds, calls, nodes, max(0, self._disk_used() - used))

    def _disk_used(self) -> int:
        return shutil.disk_usage(self.stage.disk).used if self.stage.disk else 0

    def dbt_logs(self) -> set[Path]:
        """The logs of all dbt runs of this home."""
        return set((self.stage.home / "dbt" / "logs").glob("*.log"))

    def dbt_nodes(self, logs_before: set[Path]) -> int:
        """How many models, seeds and tests dbt has done since."""
        text = b"".join(path.read_bytes() for path in self.dbt_logs() - logs_before)
        return sum(text.count(mark) for mark in _DBT_DONE)

    def as_dag_run(self, command: Command) -> Command:
        """The DAG run that does the same; files are put into the drop folder."""
        if command.name == "build":
            return Command("build_dag")
        if command.name == "fetch":
            return command
        account, *paths = command.values
        folder = self.stage.home / "drops" / account
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            shutil.copy(path, folder)
        return Command("drops")

    def crash_server(self, how: str) -> bool:
        """End Postgres or one of its processes; False when nothing was hit."""
        server = psutil.Process(postmaster_pid())
        if how == "SIGKILL of one process":
            busy = [
                process
                for process in server.children()
                if any(role in " ".join(process.cmdline()) for role in _CLIENTS)
            ]
            if not busy:
                return False
            busy[-1].kill()
        else:
            server.send_signal(signal.SIGKILL if how == "SIGKILL" else signal.SIGQUIT)
        return True

    def set_clock_right(self) -> None:
        """The database's clock is right again; a child's own ended with it."""
        clock.set_database(0)


_DBT_DONE = (b" OK created ", b" OK loaded ", b" PASS ")
_CLIENTS = (": loader ", ": transformer ", ": owner ")
