"""The whole local stack in a home of its own: up, demo, backfill, down.

One story told in order, for starting the stack takes half a minute. The world is small.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from acorn.airflow_api import AirflowApi
from acorn.parts import StackSettings, saved_settings
from acorn.postgres import free_port
from config.home import CHECKOUT

pytestmark = pytest.mark.stack


def _acorn(home: Path, statement: str, **variables: str) -> subprocess.CompletedProcess:
    """Run a statement as the command line would, in a process of its own."""
    foreign = ("ACORN_", "AIRFLOW")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    return subprocess.run(
        [sys.executable, "-c", statement],
        env=clean | {"ACORN_HOME": str(home)} | variables,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=900,
    )


UP = "from acorn.stack import *; up(UpOptions({port}, 120, {superset}))"
DOWN = "from acorn.stack import down; down()"
DEMO = "from acorn.demo import *; run_demo(DemoOptions({port}, 120, {superset}))"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not below pytest's own folder: it closes that to other users at every start, and
    # started as root, Postgres runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="acorn-stack-"))
    folder.chmod(0o755)
    yield folder
    done = _acorn(folder, DOWN)
    assert done.returncode == 0, done.stderr  # without its records nobody can stop it
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[subprocess.CompletedProcess]:
    """The demo, run; afterwards the environment names its home."""
    done = _acorn(home, DEMO.format(port=free_port(), superset=free_port()))
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACORN_HOME", str(home))
        patch.delenv("ACORN_WAREHOUSE_DATABASE", raising=False)
        yield done


@pytest.fixture
def settings(demo: object) -> StackSettings:
    found = saved_settings()
    assert found is not None
    return found


def _rows(statement: str) -> list[Any]:
    from config.warehouse import connect

    with connect("owner") as connection:
        return connection.execute(statement).fetchall()


def _family() -> list[psutil.Process]:
    """The supervisor of this home, all below it, and the server."""
    from acorn import processes, supervisor

    boss = processes.find(supervisor.NAME)
    assert boss is not None
    pid_file = processes.acorn_home() / "postgres" / "data" / "postmaster.pid"
    server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    return [boss, *boss.children(recursive=True), server]


def _runs(process: psutil.Process) -> bool:
    try:
        # An ended process that its parent has not looked at yet is a zombie.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _await_run(api: AirflowApi, path: str, seconds: float = 240) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = str(api.get(path)["state"])
        if state in ("success", "failed"):
            return state
        time.sleep(1)
    raise AssertionError(f"{path} did not end within {seconds} s")


@pytest.mark.parametrize("name", ["airflow", "superset"])
def test_taken_web_port_stops_up_with_the_remedy(home: Path, name: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken, other = holder.getsockname()[1], free_port()
        ports = (taken, other) if name == "airflow" else (other, taken)
        done = _acorn(home, UP.format(port=ports[0], superset=ports[1]))

    assert done.returncode != 0
    assert f"Port {taken} on 127.0.0.1 is taken" in done.stderr
    assert f"--{name}-port" in done.stderr
    assert not (home / "postgres").exists()
    assert not (home / "run" / "supervisor.json").exists()


def test_demo_publishes_reports_that_tie(demo: subprocess.CompletedProcess) -> None:
    assert "matched" in demo.stdout
    accepted = _rows(
        "select count(*), count(*) filter (where residual_amount <> 0)"
        " from reports.settlement_reconciliation where status = 'matched'"
    )[0]
    totals = _rows(
        """
        select
            (select sum(total_amount) from reports.profit_by_sku_month),
            (select sum(lines_total_amount) from reports.settlement_reconciliation
             where status = 'matched')
        """
    )[0]

    assert accepted[0] > 0 and accepted[1] == 0
    assert totals[0] == totals[1] != 0


def test_all_ports_are_on_this_machine_only(settings: StackSettings) -> None:
    listening = [
        connection.laddr
        for process in _family()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    ours = {settings.web_port, settings.superset_port, settings.sandbox_port}
    assert ours <= {at.port for at in listening}
    assert {at.ip for at in listening} == {"127.0.0.1"}


def test_superset_shows_the_dashboards_to_its_people(
    settings: StackSettings, demo: subprocess.CompletedProcess
) -> None:
    from tests.superset.server import password_of
    from tests.superset.visitor import Visitor

    visitor = Visitor(settings.superset_url, "finance", password_of("finance"))

    assert settings.superset_url in demo.stdout
    assert set(visitor.dashboards()) >= {"settlements", "profit"}


def test_no_secret_shows_in_logs_or_process_lists(
    home: Path, settings: StackSettings
) -> None:
    secrets = json.loads((home / "secrets.json").read_text())
    shown = [" ".join(process.cmdline()) for process in _family()]
    shown += [log.read_text(errors="replace") for log in (home / "logs").glob("*.log")]

    leaked = {
        name for name, value in secrets.items() for text in shown if value in text
    }
    assert leaked == set()


def test_up_again_changes_nothing(home: Path, settings: StackSettings) -> None:
    from acorn.parts import part_names
    from acorn.processes import recall

    before = [recall(name) for name in part_names()]

    done = _acorn(
        home, UP.format(port=settings.web_port, superset=settings.superset_port)
    )

    assert "up already" in done.stdout
    assert [recall(name) for name in part_names()] == before


def test_killed_part_is_started_again(settings: StackSettings) -> None:
    from acorn import processes
    from acorn.stack_health import sick_parts

    victim = processes.find("triggerer")
    assert victim is not None
    victim.kill()

    deadline = time.monotonic() + 120
    since = datetime.now(UTC)
    while sick_parts(settings, since) and time.monotonic() < deadline:
        time.sleep(1)
    reborn = processes.find("triggerer")
    assert sick_parts(settings) == []
    assert reborn is not None and reborn.pid != victim.pid


def test_backfill_brings_in_exactly_its_window(settings: StackSettings) -> None:
    api = AirflowApi(settings.web_url)
    sightings = _rows("select count(*) from ops.file_sightings")[0][0]
    before = _rows("select count(*), sum(row_count) from ops.load_batches")
    created = _rows(
        "select created_at from ops.report_documents where file_id is not null"
        " and account_code = 'eu-demo' order by created_at desc limit 1"
    )[0][0]
    # The run whose interval, 03:00 to 03:00, holds the newest report.
    day = (created - timedelta(hours=3)).date()
    start = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=3)
    _forget_fetches()

    backfill = api.post(
        "backfills",
        {
            "dag_id": "ingest_amazon_settlements",
            "from_date": start.isoformat(),
            "to_date": start.isoformat(),
            "max_active_runs": 1,
            "run_backwards": False,
            "reprocess_behavior": "completed",
            "dag_run_conf": {},
        },
    )
    runs = api.get("dags/ingest_amazon_settlements/dagRuns", run_type="backfill")
    states = [
        _await_run(api, f"dags/ingest_amazon_settlements/dagRuns/{run['dag_run_id']}")
        for run in runs["dag_runs"]
    ]

    assert backfill["id"] and states == ["success"]
    refetched = _rows(
        "select min(created_at), max(created_at) from ops.report_documents"
        " where fetched_at is not null"
    )[0]
    assert start <= refetched[0] and refetched[1] < start + timedelta(days=1)
    assert _rows("select count(*) from ops.file_sightings")[0][0] > sightings
    assert _rows("select count(*), sum(row_count) from ops.load_batches") == before


def _forget_fetches() -> None:
    """Make the work list as if nothing was fetched: what comes back is the window."""
    from config.warehouse import connect

    with connect("owner") as connection:
        connection.execute(
            "update ops.report_documents set fetched_at = null, file_id = null"
        )


def test_down_leaves_nothing_running(home: Path, settings: StackSettings) -> None:
    family = _family()

    done = _acorn(home, DOWN)

    assert done.returncode == 0
    assert [process for process in family if _runs(process)] == []
    assert "Nothing was running" in _acorn(home, DOWN).stdout
