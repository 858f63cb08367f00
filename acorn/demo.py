"""`acorn demo`: the demo company through real DAG runs, from Amazon to reports.

Starts the stack, triggers the ingests over Airflow's REST API, follows what the assets
start, and waits until the reports hold all that was decided. A second demo finds
nothing new and says so.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from acorn.airflow_api import AirflowApi, AirflowRefused
from acorn.command_error import CommandError
from acorn.demo_summary import print_summary
from acorn.parts import StackSettings, log_file
from acorn.progress import Progress
from acorn.run_watch import TaskState, log_tail, tasks_since
from acorn.stack import UpOptions, up
from config.company import company_file, is_demo
from config.home import acorn_home
from config.warehouse import connect

# Amazon lists reports of the last 90 days, no more; an hour less, for runs take time.
WINDOW = timedelta(days=90) - timedelta(hours=1)
INGESTS = ("ingest_manual_drops", "ingest_fx_rates", "ingest_amazon_settlements")
CHAINED = ("transform_warehouse", "publish_reports")

_LOOK_SECONDS = 1.0
_STILL_SECONDS = 60.0
_GIVE_UP_SECONDS = 600.0
_PARSED_WITHIN_SECONDS = 120.0


class DemoFailed(CommandError):
    """A task failed or nothing moved any more; the message ends with the log."""


@dataclass(frozen=True)
class DemoOptions:
    """What `acorn demo` may be told. None: the documented default."""

    airflow_port: int | None = None
    order_count: int | None = None
    superset_port: int | None = None


def run_demo(options: DemoOptions | None = None) -> None:
    """Run the demo and print what came out; the stack stays up.

    Raises:
        DemoFailed: a task failed, or nothing moved for ten minutes.
    """
    if not is_demo():
        raise CommandError(
            f"The demo needs the demo company, but {company_file()} applies. Set "
            f"ACORN_HOME to a new folder and unset ACORN_COMPANY."
        )
    asked = options or DemoOptions()
    progress = Progress()
    began = time.monotonic()
    settings = up(UpOptions(asked.airflow_port, asked.order_count, asked.superset_port))
    api = AirflowApi(settings.web_url)
    _await_dags(api)
    _drop_product_list(settings)
    since = datetime.now(UTC)
    run_ids = _trigger_ingests(api, since)
    progress.say()
    progress.say("Running the DAGs (watch them in the Airflow UI):")
    _Follower(api, since, run_ids, progress).follow()
    print_summary(settings, progress, seconds=time.monotonic() - began)


def _await_dags(api: AirflowApi) -> None:
    """Wait until Airflow has read every DAG; a new home starts without any."""
    deadline = time.monotonic() + _PARSED_WITHIN_SECONDS
    wanted = {*INGESTS, *CHAINED}
    while missing := wanted - {dag["dag_id"] for dag in api.get("dags")["dags"]}:
        if time.monotonic() > deadline:
            raise DemoFailed(
                f"Airflow did not read {', '.join(sorted(missing))} within "
                f"{_PARSED_WITHIN_SECONDS:.0f} s. See {log_file('dag-processor')}."
            )
        time.sleep(0.5)


def _drop_product_list(settings: StackSettings) -> None:
    """Put the company's product list where a person would: into a drop folder."""
    drops = acorn_home() / "drops"
    name, account = "product_map.csv", "na-demo"
    if (drops / ".done" / account / name).exists():
        return
    worlds = acorn_home() / "sandbox"
    found: list[Path] = sorted(worlds.glob(f"*/company/{name}"))
    if not found:
        raise DemoFailed(
            f"The sandbox at {settings.sandbox_url} has made no world in {worlds}. "
            f"See {log_file('sandbox')}."
        )
    (drops / account).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(found[-1], drops / account / name)


def _trigger_ingests(api: AirflowApi, now: datetime) -> dict[str, str]:
    window = {
        "window_start": (now - WINDOW).isoformat(),
        "window_end": now.isoformat(),
    }
    runs = {}
    for dag_id in INGESTS:
        conf = window if dag_id == "ingest_amazon_settlements" else {}
        body = {"logical_date": None, "conf": conf}
        runs[dag_id] = api.post(f"dags/{dag_id}/dagRuns", body)["dag_run_id"]
    for dag_id in (*INGESTS, *CHAINED):
        api.patch(f"dags/{dag_id}", {"is_paused": False})
    return runs


class _Follower:
    """Prints what changes until the reports are current, or something is wrong."""

    def __init__(
        self,
        api: AirflowApi,
        since: datetime,
        run_ids: dict[str, str],
        progress: Progress,
    ) -> None:
        self._api = api
        self._since = since
        self._run_ids = run_ids
        self._progress = progress
        self._states: dict[tuple[str, str, str, int], str | None] = {}
        self._moved = time.monotonic()
        self._told_still = False

    def follow(self) -> None:
        with self._progress.live() as live:
            while True:
                tasks = self._look()
                live(self._headline(tasks))
                self._raise_for_failed(tasks)
                if self._is_done(tasks):
                    return
                self._mind_stillness(tasks)
                time.sleep(_LOOK_SECONDS)

    def _look(self) -> list[TaskState]:
        try:
            tasks = tasks_since(self._api, self._since)
        except AirflowRefused:
            return []  # the API server may be starting again; stillness ends that
        for task in tasks:
            if self._states.get(task.key, "") == task.state:
                continue
            self._states[task.key] = task.state
            self._moved, self._told_still = time.monotonic(), False
            if task.state in ("success", "failed", "skipped", "up_for_retry"):
                self._progress.say(
                    f"  {datetime.now(UTC):%H:%M:%S} {task.dag_id:<26}"
                    f" {task.label:<34} {_OUTCOMES[task.state]}"
                )
        return tasks

    def _headline(self, tasks: list[TaskState]) -> str:
        at_work = [task for task in tasks if task.state == "running"]
        names = ", ".join(f"{task.dag_id}.{task.label}" for task in at_work)
        return f"at work: {names}" if names else "waiting for the scheduler"

    def _raise_for_failed(self, tasks: list[TaskState]) -> None:
        failed = [task for task in tasks if task.state == "failed"]
        if failed:
            task = failed[0]
            raise DemoFailed(
                f"{task.dag_id}.{task.label} failed. Its log ({task.log}) ends:\n"
                f"{log_tail(task)}"
            )

    def _is_done(self, tasks: list[TaskState]) -> bool:
        if any(task.is_waiting for task in tasks) or not self._ingests_ended():
            return False
        return _reports_are_current()

    def _ingests_ended(self) -> bool:
        return all(
            self._api.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"]
            in ("success", "failed")
            for dag_id, run_id in self._run_ids.items()
        )

    def _mind_stillness(self, tasks: list[TaskState]) -> None:
        still = time.monotonic() - self._moved
        waiting = [task for task in tasks if task.is_waiting]
        logs = "\n".join(f"  {task.log}" for task in waiting if task.log.exists())
        where = f"{logs}\n  {log_file('scheduler')}".lstrip("\n")
        if still > _GIVE_UP_SECONDS:
            raise DemoFailed(f"Nothing moved for {still:.0f} s. Logs:\n{where}")
        if still > _STILL_SECONDS and not self._told_still:
            self._told_still = True
            self._progress.say(f"  Nothing moved for {still:.0f} s. Logs:\n{where}")


_OUTCOMES = {
    "success": "done",
    "failed": "FAILED",
    "skipped": "nothing to do",
    "up_for_retry": "did not work, will be tried again",
}


def _reports_are_current() -> bool:
    """Whether the published reports know of every decision on a batch."""
    with connect("transformer") as connection:
        row = connection.execute(
            """
            select coalesce(max(builds.as_of), '-infinity') >= (
                select coalesce(max(decided_at), '-infinity') from ops.load_batches
            )
            from ops.publications
            inner join ops.builds using (build_id)
            """
        ).fetchone()
    return bool(row and row[0])
