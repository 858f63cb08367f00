"""What passes between the campaign and the child processes that work for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.interception import Boundary


@dataclass(frozen=True)
class Command:
    """`import`, `build`, `fetch`, `drops` or `build_dag`, with its arguments."""

    name: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.name, *(Path(value).name for value in self.values[:3])])

    @property
    def good_codes(self) -> tuple[int, ...]:
        """Exit codes of a command that did its work (2: a file was quarantined)."""
        return (0, 2) if self.name == "import" else (0,)


@dataclass(frozen=True)
class Job:
    """A command in a child, and what happens to it there."""

    command: Command
    environment: dict[str, str]
    log: Path
    counts: Path | None = None  # where to write how often each step was called
    steps: tuple[str, ...] = ()
    boundary: Boundary | None = None
    strike: str = "kill"  # kill, crash server, crash server at once, clock
    clock_seconds: int = 0
    largest_file: int | None = None  # bytes; RLIMIT_FSIZE

    @property
    def struck(self) -> Path:
        """A file that is there once the boundary was reached."""
        return self.log.with_suffix(".struck")


def postmaster_pid() -> int:
    """The embedded server's process of this ACORN_HOME."""
    path = Path(os.environ["ACORN_HOME"]) / "postgres" / "data" / "postmaster.pid"
    return int(path.read_text().splitlines()[0])


def run_job(job: Job) -> None:
    """Work on a job in a child; all the child needs was imported before the fork."""
    from tests.chaos import actions

    actions.run_job(job)
