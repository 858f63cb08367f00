"""Keeps the stack's processes alive until it is told to stop.

`acorn up` starts it detached, in a session of its own. It starts the parts, starts
again what dies (waiting longer each time, and giving up on a part that dies at once
again and again), and on SIGTERM stops them stage by stage. It prints to
`ACORN_HOME/logs/supervisor.log`.

    python -m acorn.supervisor
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil

from acorn import processes
from acorn.parts import Part, build_parts, saved_settings
from acorn.postgres import PostgresFailed, ensure_postgres, is_external
from config.home import CHECKOUT

NAME = "supervisor"
_LOOK_SECONDS = 0.5
_POSTGRES_LOOK_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 30.0
_STEADY_SECONDS = 60.0  # a part that lived this long is taken as well again
_MOST_RESTARTS = 6  # in a row; then the part stays down and status says so
_LARGEST_LOG_BYTES = 50_000_000


@dataclass
class _Child:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # monotonic seconds
    restarts_in_row: int = 0
    restart_count: int = 0
    start_again_at: float | None = field(default=0.0)

    def start(self) -> None:
        _turn_log_over(self.part)
        with self.part.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.part.command,
                env=self.part.environment,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.start_again_at = None
        processes.remember(self.part.name, self.process.pid, self.restart_count)
        _say(f"{self.part.name} started, pid {self.process.pid}")

    def look(self) -> None:
        """Start the part if it is due; plan a restart if it died."""
        now = time.monotonic()
        if self.start_again_at is not None and now >= self.start_again_at:
            self.start()
        elif self.process is not None and self.process.poll() is not None:
            self._plan_restart(now)

    def _plan_restart(self, now: float) -> None:
        assert self.process is not None
        _say(f"{self.part.name} ended with code {self.process.returncode}")
        self.process = None
        if now - self.started > _STEADY_SECONDS:
            self.restarts_in_row = 0
        if self.restarts_in_row >= _MOST_RESTARTS:
            _say(f"{self.part.name} keeps dying and stays down; see {self.part.log}")
            return
        wait = min(2.0**self.restarts_in_row, _LONGEST_WAIT_SECONDS)
        self.restarts_in_row += 1
        self.restart_count += 1
        self.start_again_at = now + wait
        _say(f"{self.part.name} starts again in {wait:.0f} s")


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = saved_settings()
    if settings is None:
        raise SystemExit("Nothing to supervise: start the stack with `acorn up`.")
    children = [_Child(part) for part in build_parts(settings)]
    watcher = threading.Thread(target=_watch_postgres, args=[stop], daemon=True)
    watcher.start()
    while not stop.is_set():
        for child in children:
            child.look()
        stop.wait(_LOOK_SECONDS)
    watcher.join(timeout=5)
    _stop_in_order(children)


def _stop_in_order(children: list[_Child]) -> None:
    """Stop stage after stage: ending tasks still report to the API server."""
    for stage in sorted({child.part.stop_stage for child in children}):
        stage_children = [child for child in children if child.part.stop_stage == stage]
        with ThreadPoolExecutor(len(stage_children)) as pool:
            list(pool.map(_stop, stage_children))


def _stop(child: _Child) -> None:
    # By the handle, not by the record: somebody may have removed the files.
    if child.process is not None and child.process.poll() is None:
        family = psutil.Process(child.process.pid)
        processes.stop_tree(family, child.part.stop_seconds)
        child.process.wait()
    processes.forget(child.part.name)
    _say(f"{child.part.name} stopped")


def _watch_postgres(stop: threading.Event) -> None:
    """Start the embedded Postgres again when it died."""
    while not is_external() and not stop.wait(_POSTGRES_LOOK_SECONDS):
        try:
            ensure_postgres()
        except PostgresFailed as error:
            _say(str(error))


def _turn_log_over(part: Part) -> None:
    part.log.parent.mkdir(parents=True, exist_ok=True)
    if part.log.exists() and part.log.stat().st_size > _LARGEST_LOG_BYTES:
        part.log.replace(part.log.with_suffix(".log.1"))


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)


if __name__ == "__main__":
    main()
