"""The machine and the versions that a result was measured with."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.processes import PROCESS_BENCH
from config.home import CHECKOUT

_OWN = ("psycopg", "dbt-core", "dbt-postgres", "great-expectations", "apache-airflow")
_OTHERS = (
    *("psycopg", "pandas", "polars", "pyarrow", "adbc-driver-postgresql", "dlt"),
    "duckdb",
)


def describe_machine() -> dict[str, object]:
    """Processor, memory, system, load: nothing that names the machine."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_average_at_start": round(os.getloadavg()[0], 2),
        "commit": _output("git", "rev-parse", "--short", "HEAD"),
    }


def describe_versions() -> dict[str, dict[str, str]]:
    """Packages of Acorn's environment and of the contenders'."""
    script = (
        "from importlib.metadata import version\n"
        f"for name in {_OTHERS!r}: print(name, version(name))"
    )
    lines = _output(str(PROCESS_BENCH), "-c", script).splitlines()
    return {
        "acorn": {name: version(name) for name in _OWN},
        "contenders": dict(line.split() for line in lines),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _output(*command: str) -> str:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else "unknown"
