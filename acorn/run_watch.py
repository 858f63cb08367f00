"""Follow DAG runs over the REST API: what changed, what failed, what stands still.

Looks at everything that moved since a moment, whoever started it: runs that assets
start are not known beforehand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from acorn.airflow import airflow_home
from acorn.airflow_api import AirflowApi

_PAGE = 100
_WAITING = {None, "none", "scheduled", "queued", "running", "up_for_retry", "deferred"}


@dataclass(frozen=True)
class TaskState:
    """One task instance as it is now."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    label: str  # the task's name with its mapped label, for people
    state: str | None
    try_number: int

    @property
    def key(self) -> tuple[str, str, str, int]:
        return (self.dag_id, self.run_id, self.task_id, self.map_index)

    @property
    def is_waiting(self) -> bool:
        """Whether it has still something to do."""
        return self.state in _WAITING

    @property
    def log(self) -> Path:
        """Where its last try writes."""
        folder = airflow_home() / "logs" / f"dag_id={self.dag_id}"
        folder = folder / f"run_id={self.run_id}" / f"task_id={self.task_id}"
        if self.map_index >= 0:
            folder = folder / f"map_index={self.map_index}"
        return folder / f"attempt={self.try_number}.log"


def tasks_since(api: AirflowApi, moment: datetime) -> list[TaskState]:
    """Every task instance of any DAG that changed since `moment`."""
    found: list[TaskState] = []
    while True:
        page = api.get(
            "dags/~/dagRuns/~/taskInstances",
            updated_at_gte=moment.isoformat(),
            limit=_PAGE,
            offset=len(found),
            order_by="id",
        )
        found += [_task(entry) for entry in page["task_instances"]]
        if len(found) >= page["total_entries"] or not page["task_instances"]:
            return found


def log_tail(task: TaskState, lines: int = 20) -> str:
    """The end of a task's log, in plain lines."""
    if not task.log.exists():
        return "(no log was written)"
    with task.log.open(encoding="utf-8", errors="replace") as file:
        entries = [_plain(line) for line in file]
    told = [entry for entry in entries if entry and not entry.startswith("::")]
    return "\n".join(told[-lines:])


def _task(entry: dict[str, Any]) -> TaskState:
    mapped = entry.get("rendered_map_index") or (
        str(entry["map_index"]) if entry["map_index"] >= 0 else ""
    )
    return TaskState(
        dag_id=entry["dag_id"],
        run_id=entry["dag_run_id"],
        task_id=entry["task_id"],
        map_index=entry["map_index"],
        label=f"{entry['task_id']} [{mapped}]" if mapped else entry["task_id"],
        state=entry["state"],
        try_number=max(entry["try_number"], 1),
    )


def _plain(line: str) -> str:
    """A line of Airflow's JSON log as text, with the error it carries."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line.rstrip()
    errors = (
        f"\n    {error.get('exc_type')}: {error.get('exc_value')}"
        for error in entry.get("error_detail") or ()
    )
    return f"{entry.get('level', '')}: {entry.get('event', '')}{''.join(errors)}"
