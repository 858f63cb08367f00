"""The deployment for real, without containers: set-up, services, a DAG on a worker.

One story told in order. Postgres is a foreign one, over TLS where it can, set up by an
administrator who is no superuser. Every secret comes by environment, as from .env; the
services run the commands, environments and health checks of docker-compose.yml.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests

from acorn.airflow_api import AirflowApi, AirflowRefused
from config.company import DEMO_COMPANY, load_company
from tests.deploy.foreign_server import ForeignServer, foreign_server
from tests.deploy.programs import wait_until
from tests.deploy.services import Services
from tests.deploy.test_scripts import new_env

pytestmark = pytest.mark.stack

AIRFLOW = ("api-server", "scheduler", "dag-processor", "worker")
DAG, TASK = "ingest_manual_drops", "import_drops"
RATES = "rate_date,currency_code,base_currency_code,rate\n2026-06-17,USD,CNY,7.1\n"


@pytest.fixture(scope="module")
def server() -> Iterator[ForeignServer]:
    with foreign_server() as running:
        yield running


@pytest.fixture(scope="module")
def people() -> dict[str, str]:
    names = [person.secret_name for person in load_company(DEMO_COMPANY).people]
    return {f"ACORN_{name.upper()}": f"of {name}" for name in names}


@pytest.fixture(scope="module")
def services(server: ForeignServer) -> Iterator[Services]:
    folder = Path(tempfile.mkdtemp(prefix="acorn-services-"))
    hosts = {
        "ACORN_AIRFLOW_HOST": "airflow.example.test",
        "ACORN_SUPERSET_HOST": "superset.example.test",
        "ACORN_TLS": "internal",
    }
    here = Services(folder, server, new_env() | hosts)
    try:
        yield here
    finally:
        here.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def set_up(services: Services, people: dict[str, str]) -> Services:
    """A server that `acorn setup` has made ready."""
    url = services.server.administrators_url()
    done = services.run("setup", ACORN_DATABASE_URL=url, **people)
    assert done.returncode == 0, done.stdout + done.stderr
    return services


@pytest.fixture(scope="module")
def running(set_up: Services) -> Services:
    """All services, healthy by their own checks."""
    set_up.start_redis()
    for name in (*AIRFLOW, "superset"):
        set_up.start(name)
    set_up.await_health(*AIRFLOW, "superset")
    return set_up


@pytest.fixture(scope="module")
def api(running: Services) -> Iterator[AirflowApi]:
    password = running.variables["ACORN_AIRFLOW_ADMIN_PASSWORD"]
    with patch.dict(os.environ, {"ACORN_AIRFLOW_ADMIN_PASSWORD": password}):
        yield AirflowApi(f"http://127.0.0.1:{running.web_port}")


@pytest.fixture(scope="module")
def imported(running: Services, api: AirflowApi) -> dict[str, Any]:
    """The task that imported a file which only the worker's machine has."""
    drops = running.home("worker") / "drops" / "na-demo"
    drops.mkdir(parents=True)
    (drops / "rates.csv").write_text(RATES)
    wait_until(lambda: _is_known(api), 120, f"{DAG} is known")
    api.patch("dags/transform_warehouse", {"is_paused": True})  # else it would follow
    api.patch(f"dags/{DAG}", {"is_paused": False})
    api.post(f"dags/{DAG}/dagRuns", {"logical_date": None})

    # A run of the DAG's own schedule may come first; either may find the file.
    found: list[dict[str, Any]] = []

    def is_imported() -> bool:
        try:
            tasks = api.get(f"dags/{DAG}/dagRuns/~/taskInstances")["task_instances"]
        except AirflowRefused:  # a busy machine; the time limit is below
            return False
        found[:] = [
            task
            for task in tasks
            if task["task_id"] == TASK and task["state"] in ("success", "failed")
        ]
        return bool(found)

    wait_until(is_imported, 240, f"{TASK} ended, log {running.folder}/worker.log")
    return found[0]


def _is_known(api: AirflowApi) -> bool:
    known = {dag["dag_id"] for dag in api.get("dags")["dags"]}
    return {DAG, "transform_warehouse"} <= known


def test_setup_names_all_secrets_that_lack(services: Services) -> None:
    done = services.run(
        "setup", ACORN_BI_PASSWORD="", ACORN_DATABASE_URL=services.server.url()
    )

    assert done.returncode == 1
    lacking = ("ACORN_BI_PASSWORD", "ACORN_PERSON_FINANCE_PASSWORD")
    assert all(name in done.stderr for name in lacking)
    assert "ACORN_OWNER_PASSWORD" not in done.stderr


def test_setup_says_when_the_administrator_is_refused(
    services: Services, people: dict[str, str]
) -> None:
    url = services.server.administrators_url().replace("dba:", "dba:wrong")

    done = services.run("setup", ACORN_DATABASE_URL=url, **people)

    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong" not in done.stderr + done.stdout


def test_setup_says_when_the_administrator_may_too_little(
    services: Services, server: ForeignServer, people: dict[str, str]
) -> None:
    with server.connect("postgres", "of postgres", "postgres") as connection:
        connection.execute("create role guest login password 'guest'")
    url = server.url().replace("//", "//guest:guest@", 1)

    done = services.run("setup", ACORN_DATABASE_URL=url, **people)

    assert done.returncode == 1
    assert "guest may not create roles and databases" in done.stderr


def test_setup_needs_no_superuser_and_keeps_no_secret(set_up: Services) -> None:
    with set_up.server.connect("postgres", "of postgres", "postgres") as connection:
        rows = connection.execute(
            "select rolname, rolsuper, rolcanlogin from pg_roles"
            " where rolname in ('dba', 'owner', 'airflow', 'superset')"
        ).fetchall()

    assert {row[0] for row in rows} == {"dba", "owner", "airflow", "superset"}
    assert {row[1:] for row in rows} == {(False, True)}
    assert not (set_up.home("setup") / "secrets.json").exists()
    kept = [path for path in set_up.home("setup").rglob("*") if path.is_file()]
    secrets = [v for n, v in set_up.variables.items() if n.endswith("_PASSWORD")]
    for path in kept:
        assert not [s for s in secrets if s in path.read_text(errors="replace")], path


def test_setup_again_changes_nothing(set_up: Services, people: dict[str, str]) -> None:
    url = set_up.server.administrators_url()

    done = set_up.run("setup", ACORN_DATABASE_URL=url, **people)

    assert done.returncode == 0
    assert re.findall("(Airflow|Superset) data +up to date", done.stdout) == [
        "Airflow",
        "Superset",
    ]


def test_services_pass_the_health_checks_of_compose(running: Services) -> None:
    assert all(running.is_healthy(name) for name in (*AIRFLOW, "superset"))
    # Nothing of it is up: the check is not one that always passes.
    assert not running.is_healthy("triggerer")


def test_task_ran_on_the_celery_worker(
    running: Services, imported: dict[str, Any]
) -> None:
    password = running.variables["ACORN_AIRFLOW_PASSWORD"]
    with running.server.connect("airflow", password, "airflow") as connection:
        results = connection.execute("select status from celery_taskmeta").fetchall()

    assert imported["state"] == "success"
    assert ("SUCCESS",) in results
    # The file was on the worker's machine alone, and is done with there.
    drops = running.home("worker") / "drops"
    assert (drops / ".done" / "na-demo").exists()
    assert not (drops / "na-demo" / "rates.csv").exists()


def test_its_work_is_in_the_warehouse(
    running: Services, imported: dict[str, Any]
) -> None:
    password = running.variables["ACORN_OWNER_PASSWORD"]
    with running.server.connect("owner", password, "warehouse") as connection:
        batches = connection.execute(
            "select raw_table, status, row_count from ops.load_batches"
        ).fetchall()

    assert batches == [("raw.manual_fx_rates", "accepted", 1)]


def test_its_log_comes_from_the_workers_log_server(
    running: Services, api: AirflowApi, imported: dict[str, Any]
) -> None:
    run = f"dags/{DAG}/dagRuns/{imported['dag_run_id']}"
    logged = str(api.get(f"{run}/taskInstances/{TASK}/logs/{imported['try_number']}"))

    assert not list((running.home("api-server") / "airflow").rglob("attempt=*.log"))
    assert f":{running.log_port}/log/dag_id={DAG}" in logged
    assert f"'task_id': '{TASK}'" in logged  # a line of the task itself


def test_every_connection_is_encrypted(
    running: Services, server: ForeignServer
) -> None:
    if server.authority is None:
        pytest.skip("the only Postgres here is built without TLS")
    with server.connect("postgres", "of postgres", "postgres") as connection:
        rows = connection.execute(
            "select usename, bool_and(ssl) from pg_stat_ssl"
            " inner join pg_stat_activity using (pid)"
            " where usename in ('airflow', 'superset', 'bi', 'loader') group by 1"
        ).fetchall()

    assert dict(rows).get("airflow") is True
    assert all(is_encrypted for _, is_encrypted in rows)


def test_superset_sets_cookies_for_https_only(running: Services) -> None:
    page = requests.get(
        f"http://127.0.0.1:{running.superset_port}/login/",
        headers={"X-Forwarded-Proto": "https"},
        timeout=30,
    )

    assert page.ok
    assert "Secure" in page.headers["Set-Cookie"]
