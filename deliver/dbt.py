"""Run dbt on the project: a process of its own, a log, one sentence when it fails.

Target and log folders are in ACORN_HOME, so a checkout may be read-only; the parsed
project is kept there and makes the next start faster. The password goes through the
environment, never through the command line. Nothing is sent anywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.home import CHECKOUT, acorn_home
from config.warehouse import address, server_environment

PROJECT = CHECKOUT / "dbt_project"
LONGEST_RUN_SECONDS = 3 * 3600


class DbtFailed(Exception):
    """dbt did not succeed; the message names the first fault and the log."""


def dbt_folder() -> Path:
    """Where dbt keeps its state: target/ and logs/."""
    return acorn_home() / "dbt"


def run(
    arguments: Sequence[str],
    variables: Mapping[str, Any],
    target: Path | None = None,
) -> Path:
    """Run one dbt command; answer the path of its log.

    What does not build names a `target` of its own, to run beside a build.

    Raises:
        DbtFailed: a model or test failed, or it took more than LONGEST_RUN_SECONDS.
    """
    folder = dbt_folder()
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    target = target or folder / "target"
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    log = folder / "logs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}_{arguments[0]}.log"
    command = (
        *(sys.executable, "-m", "deliver.dbt_process"),
        *arguments,
        *("--vars", json.dumps(dict(variables), sort_keys=True)),
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=_environment(folder, target),
            stdin=subprocess.PIPE,  # closes when we die; the process ends itself then
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(timeout=LONGEST_RUN_SECONDS)
        except BaseException as stopped:
            process.kill()
            process.wait()
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise DbtFailed(
                    f"dbt ran for more than {LONGEST_RUN_SECONDS} s and was stopped. "
                    f"Log: {log}"
                ) from stopped
            raise
    if code != 0:
        raise DbtFailed(f"{_first_fault(results, log)} Log: {log}")
    return log


def _environment(folder: Path, target: Path) -> dict[str, str]:
    where = address("transformer")
    return {
        **os.environ,
        **server_environment(),
        "DBT_HOST": where.host,
        "DBT_PORT": str(where.port),
        "DBT_DATABASE": where.database,
        "DBT_USER": where.role,
        "DBT_PASSWORD": where.password,
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_LOG_LEVEL_FILE": "none",  # what it prints is the log
        "DBT_USE_COLORS": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_VERSION_CHECK": "false",
        # Delivered times without a zone are UTC: the session must be too. Workers of a
        # query take processor time and bring no earlier end: writing is not shared.
        "PGOPTIONS": "-c timezone=UTC -c max_parallel_workers_per_gather=0",
    }


def _first_fault(results: Path, log: Path) -> str:
    """What went wrong first, in one sentence."""
    if results.exists():
        faults = [
            result
            for result in json.loads(results.read_text())["results"]
            if result["status"] in ("error", "fail")
        ]
        if faults:
            node = faults[0]["unique_id"].split(".")[2]
            more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
            return f"dbt failed on {node}{more}: {_one_line(faults[0]['message'])}."
    tail = log.read_text(errors="replace").splitlines()[-3:]
    return f"dbt did not run: {_one_line(' '.join(tail))}."


def _one_line(text: str | None) -> str:
    return " ".join((text or "no message").split())[:300].rstrip(".")
