"""What people and DAG runs do, each in a child process that a fault may strike.

Children are forked from a process that has imported everything already (multiprocessing
calls it a fork server), since Great Expectations alone takes seconds to import.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from types import SimpleNamespace
from typing import Any

import great_expectations  # noqa: F401 - imported before children are forked
from airflow.sdk.exceptions import AirflowSkipException  # noqa: TID251 - runs DAG tasks

import acorn.cli
import acorn.commands.build_
import acorn.commands.import_  # noqa: F401
import dags.dag_support.loading as loading
import dags.ingest_amazon_settlements as amazon_dag
import dags.ingest_manual_drops as drops_dag
import dags.publish_reports as publish_dag
import dags.transform_warehouse as transform_dag
import extract.importing  # noqa: F401
from acorn.ready import ensure_ready
from dags.dag_support.assets import RAW_AMAZON_SETTLEMENTS
from deliver import build_lock
from extract.amazon import reports, throttle
from extract.amazon.connection import SellerConnection
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, refresh_token
from tests.chaos import clock
from tests.chaos.interception import count_calls, strike_at
from tests.chaos.jobs import Job, postmaster_pid


def run_job(job: Job) -> None:
    """The child's whole life; its exit code is the command's."""
    os.environ.update(job.environment)
    with job.log.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    # A pause of a DAG's build is over sooner, so that a campaign need not wait for it.
    build_lock.PAUSE_SECONDS = 5
    reports._PAGE_SIZE = 4
    throttle._UNPLANNED_WAIT_SECONDS = 0.02
    counts = count_calls(job.steps) if job.counts else None
    if job.boundary:
        strike_at(job.boundary, lambda: _strike(job))
    if job.largest_file is not None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.largest_file, hard))
    try:
        _ACTIONS[job.command.name](*job.command.values)
    except AirflowSkipException as skipped:
        print(f"skipped: {skipped}", file=sys.stderr)
    finally:
        if job.counts and counts is not None:
            job.counts.write_text(json.dumps(counts))


def _strike(job: Job) -> None:
    job.struck.touch()
    if job.strike == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif job.strike == "clock":
        clock.jump(job.clock_seconds)
    else:
        number = signal.SIGQUIT if job.strike.endswith("at once") else signal.SIGKILL
        os.kill(postmaster_pid(), number)


def _acorn(*arguments: str) -> None:
    sys.argv = ["acorn", *arguments]
    acorn.cli.main()


def _import(account: str, *paths: str) -> None:
    _acorn("import", "--account", account, *paths)


def _build() -> None:
    _acorn("build")


def _fetch(account: str, region: str, url: str, start: str, end: str) -> None:
    """A run of ingest_amazon_settlements for one seller: its task functions."""
    ensure_ready()
    amazon_dag.seller_connection = lambda account_code, region: SellerConnection(
        account_code=account_code,
        region=region,
        marketplace={"NA": "US", "EU": "UK", "FE": "JP"}[region],
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        refresh_token=refresh_token(account_code, region),
        endpoint=url,
        token_url=f"{url}/auth/o2/token",
    )
    _give_context()
    seller = {"account_code": account, "region": region}
    window = {"window_start": start, "window_end": end}
    amazon_dag.fetch_settlements.function(seller | window)
    loaded = loading.load_documents.function()
    loading._check_batches(RAW_AMAZON_SETTLEMENTS).function(loaded)


def _drops() -> None:
    """A run of ingest_manual_drops."""
    ensure_ready()
    _give_context()
    if drops_dag.find_drops.function():
        errors = drops_dag.import_drops.function()
        if errors:
            sys.exit(" ".join(errors))


def _build_dag() -> None:
    """A run of transform_warehouse and the run of publish_reports it starts."""
    ensure_ready()
    _give_context()
    build_id = transform_dag.start_build.function()
    try:
        for selector in ("staging", "marts"):
            transform_dag.run_dbt.function(build_id, selector)
        transform_dag.finish_build.function(build_id)
    except Exception:
        transform_dag.abandon_build.function(build_id)
        raise
    found = publish_dag.find_build.function()
    publish_dag.check_books.function(found)
    publish_dag.replace_reports.function(found)


class _Events(dict[Any, Any]):
    def __missing__(self, asset: Any) -> SimpleNamespace:
        self[asset] = SimpleNamespace(extra={})
        return self[asset]


def _give_context() -> None:
    """What Airflow tells a task of its run, as far as the tasks ask."""
    context = {
        "dag_run": SimpleNamespace(run_type="asset_triggered"),
        "outlet_events": _Events(),
    }
    for module in (loading, drops_dag, transform_dag, publish_dag):
        module.get_current_context = lambda: context  # type: ignore[attr-defined]


_ACTIONS: dict[str, Any] = {
    "nothing": lambda: None,
    "import": _import,
    "build": _build,
    "fetch": _fetch,
    "drops": _drops,
    "build_dag": _build_dag,
}
