"""Failures and late runs become alerts in the warehouse: `ops.alerts`.

A text names the DAG, the window, the cause in one line and the runbook. A task that
succeeds for the same subject later closes its alert.
"""

from __future__ import annotations

import logging
from typing import Any

RUNBOOK = "docs/runbooks/failed-dag-run.md"
_KIND_FAILED = "failed_task"
_KIND_LATE = "late_run"
_LONGEST_CAUSE = 300

_log = logging.getLogger(__name__)


def report_failure(context: Any) -> None:
    """Callback of a task that failed for good."""
    from config.warehouse import connect
    from deliver.alerts import raise_alert

    subject = _subject(context)
    window = _window(context)
    cause = _one_line(context.get("exception"))
    with connect("loader") as connection:
        raise_alert(
            connection,
            kind=_KIND_FAILED,
            severity="critical",
            subject_key=subject,
            message_en=f"{subject} failed for {window}: {cause} See {RUNBOOK}.",
            message_zh=f"{subject} 在 {window} 运行失败：{cause} 见 {RUNBOOK}。",
        )


def close_alert(context: Any) -> None:
    """Callback of a task that succeeded: what failed before is well again."""
    from config.warehouse import WarehouseUnavailable, connect
    from deliver.alerts import resolve_alert

    try:
        with connect("loader") as connection:
            resolve_alert(connection, _KIND_FAILED, _subject(context))
    except WarehouseUnavailable as error:
        # The work is done; an alert left open does no harm.
        _log.warning("Alert not closed: %s", error)


def report_late(
    dag_id: str, limit_minutes: float, context: dict[str, Any] | None = None
) -> None:
    """Callback of a missed deadline."""
    from config.warehouse import connect
    from deliver.alerts import raise_alert

    run_id = ((context or {}).get("dag_run") or {}).get("dag_run_id", "a run")
    limit = f"{limit_minutes:.0f}"
    with connect("loader") as connection:
        raise_alert(
            connection,
            kind=_KIND_LATE,
            severity="warning",
            subject_key=f"{dag_id} {run_id}",
            message_en=(
                f"{dag_id}: {run_id} is not done {limit} minutes after it was queued. "
                f"See {RUNBOOK}."
            ),
            message_zh=(
                f"{dag_id}：{run_id} 排队 {limit} 分钟后仍未完成。见 {RUNBOOK}。"
            ),
        )


def _subject(context: Any) -> str:
    task_instance = context["task_instance"]
    mapped = f"[{task_instance.map_index}]" if task_instance.map_index >= 0 else ""
    name = f"{task_instance.dag_id}.{task_instance.task_id}{mapped}"
    start = context.get("data_interval_start")
    # Runs by data interval stand for themselves; others repeat the same work.
    return f"{name} {start:%Y-%m-%d %H:%M}" if start else name


def _window(context: Any) -> str:
    params = context.get("params") or {}
    start = params.get("window_start") or context.get("data_interval_start")
    end = params.get("window_end") or context.get("data_interval_end")
    return f"{start} to {end}" if start and end else str(context["run_id"])


def _one_line(error: Any) -> str:
    text = " ".join(str(error or "no cause was told").split())
    return text if len(text) <= _LONGEST_CAUSE else f"{text[:_LONGEST_CAUSE]} ..."
