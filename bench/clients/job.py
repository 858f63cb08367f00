"""What a loader is told: files, the table they go to, the server by $BENCH_URL."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class LoadJob:
    """Files with a names row, tab-separated, UTF-8; the table's columns are text."""

    files: list[str]
    table: str
    columns: list[str]
    url: str


def read_job() -> LoadJob:
    return LoadJob(**json.load(sys.stdin), url=os.environ["BENCH_URL"])


def now() -> float:
    """The clock that the benchmark uses too; the same in all processes."""
    return time.monotonic()


def answer(ready: float, **figures: float) -> None:
    print(json.dumps({"ready": ready, **figures}))
