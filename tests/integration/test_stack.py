"""The whole local stack in a home of its own: up, demo, backfill, down.

One story told in order, for starting the stack takes half a minute. The world is small.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import requests
import yaml

from acorn.airflow_api import AirflowApi
from acorn.parts import StackSettings, saved_settings
from acorn.ports import free_port
from config.company import DEMO_COMPANY
from tests.integration.whole_stack import (
    DEMO,
    DOWN,
    UP,
    await_run,
    command_line,
    family,
    forget_fetches,
    is_alive,
    part_records,
    rows,
    run_acorn,
)

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    # Not below pytest's own folder: it closes that to other users at every start, and
    # started as root, Postgres runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="acorn-stack-"))
    folder.chmod(0o755)
    yield folder
    done = run_acorn(folder, DOWN)
    assert done.returncode == 0, done.stderr  # without its records nobody can stop it
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[subprocess.CompletedProcess]:
    """The demo, run; afterwards the environment names its home."""
    done = run_acorn(home, DEMO.format(port=free_port(), superset=free_port()))
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


@pytest.mark.parametrize("name", ["airflow", "superset"])
def test_taken_web_port_stops_up_with_the_remedy(home: Path, name: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken, other = holder.getsockname()[1], free_port()
        ports = (taken, other) if name == "airflow" else (other, taken)
        done = run_acorn(home, UP.format(port=ports[0], superset=ports[1]))

    assert done.returncode != 0
    assert f"Port {taken} on 127.0.0.1 is taken" in done.stderr
    assert f"--{name}-port" in done.stderr
    assert not (home / "postgres").exists()
    assert not (home / "run" / "supervisor.json").exists()


def test_demo_publishes_reports_that_tie(demo: subprocess.CompletedProcess) -> None:
    assert "matched" in demo.stdout
    accepted = rows(
        "select count(*), count(*) filter (where residual_amount <> 0)"
        " from reports.settlement_reconciliation where status = 'matched'"
    )[0]
    totals = rows(
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
        for process in family()
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
    shown = [command_line(process) for process in family()]
    shown += [log.read_text(errors="replace") for log in (home / "logs").glob("*.log")]

    leaked = {
        name for name, value in secrets.items() for text in shown if value in text
    }
    assert leaked == set()


def test_up_again_changes_nothing(home: Path, settings: StackSettings) -> None:
    before = part_records()

    done = run_acorn(
        home, UP.format(port=settings.web_port, superset=settings.superset_port)
    )

    assert "up already" in done.stdout and "Nothing changed." in done.stdout
    assert part_records() == before


def test_up_takes_rights_away_while_the_stack_runs(
    home: Path, settings: StackSettings
) -> None:
    from tests.superset.server import password_of
    from tests.superset.visitor import Visitor

    visitor = Visitor(settings.superset_url, "operations", password_of("operations"))
    token = {"username": "operations", "password": password_of("operations")}
    sign_in = f"{settings.web_url}/auth/token"
    before = part_records()
    assert visitor.is_in and requests.post(sign_in, json=token, timeout=60).ok
    company = yaml.safe_load(DEMO_COMPANY.read_text())
    company["people"] = [p for p in company["people"] if p["name"] != "operations"]
    changed = home / "fewer-people.yml"
    changed.write_text(yaml.safe_dump(company, allow_unicode=True))
    up = UP.format(port=settings.web_port, superset=settings.superset_port)

    done = run_acorn(home, up, ACORN_COMPANY=str(changed))

    assert "What had changed is taken over." in done.stdout, done.stderr
    assert rows("select from ops.store_access where person = 'operations'") == []
    assert not visitor.call("GET", "/api/v1/me/").ok
    assert requests.post(sign_in, json=token, timeout=60).status_code == 401
    assert part_records() == before


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
    sightings = rows("select count(*) from ops.file_sightings")[0][0]
    before = rows("select count(*), sum(row_count) from ops.load_batches")
    created = rows(
        "select created_at from ops.report_documents where file_id is not null"
        " and account_code = 'eu-demo' order by created_at desc limit 1"
    )[0][0]
    # The run whose interval, 03:00 to 03:00, holds the newest report.
    day = (created - timedelta(hours=3)).date()
    start = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=3)
    forget_fetches()

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
        await_run(api, f"dags/ingest_amazon_settlements/dagRuns/{run['dag_run_id']}")
        for run in runs["dag_runs"]
    ]

    assert backfill["id"] and states == ["success"]
    refetched = rows(
        "select min(created_at), max(created_at) from ops.report_documents"
        " where fetched_at is not null"
    )[0]
    assert start <= refetched[0] and refetched[1] < start + timedelta(days=1)
    assert rows("select count(*) from ops.file_sightings")[0][0] > sightings
    assert rows("select count(*), sum(row_count) from ops.load_batches") == before


def test_down_leaves_nothing_running(home: Path, settings: StackSettings) -> None:
    members = family()

    done = run_acorn(home, DOWN)

    assert done.returncode == 0
    assert [process for process in members if is_alive(process)] == []
    assert "Nothing was running" in run_acorn(home, DOWN).stdout
