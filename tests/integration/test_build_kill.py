"""A build that is killed leaves no dbt behind, and the next one finishes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.home import CHECKOUT
from deliver.build import build_warehouse
from tests.dbt.small_files import SALE, Line, import_settlement

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not Path("/proc").exists(), reason="looks up child processes"),
]


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def wait_until(condition, seconds: float):
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.05)
    return answer


def test_build_that_is_killed_is_taken_up_by_the_next(warehouse, tmp_path):
    lines = [Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2")]
    import_settlement(tmp_path, "20000000001", ("2026-06-01", "2026-06-15"), lines)
    command = "from deliver.build import build_warehouse; build_warehouse()"
    build = subprocess.Popen([sys.executable, "-c", command], cwd=CHECKOUT)
    is_headers_there = (
        "select to_regclass('intermediate.int_finance__settlement_headers') is not null"
    )
    wait_until(lambda: warehouse.rows(is_headers_there) == [True], 120)
    (dbt,) = children(build.pid)

    build.send_signal(signal.SIGKILL)
    build.wait()

    wait_until(lambda: not _runs(dbt), 10)
    build_warehouse()
    assert warehouse.rows("select status from ops.builds order by build_id") == [
        "failed",
        "built",
    ]
    assert warehouse.rows("select count(*) from marts.fct_settlement_lines") == [1]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
