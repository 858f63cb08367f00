"""The end that every ingest has: load what was received, gate it, tell who waits."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Asset, XComArg, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.dag_support.defaults import POOL_WRITE, PRIORITY_LOAD


def load_and_check(new_in: Asset) -> tuple[XComArg, XComArg]:
    """The two tasks, chained. Gate A tells `new_in` when it decided anything."""
    loaded = load_documents()
    return loaded, _check_batches(new_in)(loaded)


@task(
    pool=POOL_WRITE,
    priority_weight=PRIORITY_LOAD,
    trigger_rule="all_done",
    retries=1,
)
def load_documents() -> dict[str, int]:
    """Load every received document; those of other sellers do not wait for one."""
    from config.warehouse import connect
    from extract.load.loader import load_received

    with connect("loader", autocommit=True) as connection:
        batches = load_received(connection)
        row = connection.execute(
            "select count(*) from ops.load_batches where status = 'loaded'"
        ).fetchone()
    return {"loaded_count": len(batches), "undecided_count": row[0] if row else 0}


def _check_batches(new_in: Asset) -> Any:
    @task(pool=POOL_WRITE, priority_weight=PRIORITY_LOAD, outlets=[new_in], retries=1)
    def check_batches(loaded: dict[str, int]) -> dict[str, int]:
        """Gate A over all undecided batches.

        A quarantined file does not fail the task: it has its alert, and the reports
        show it. With nothing to decide the task skips, so nothing downstream runs.
        """
        if not any(loaded.values()):
            raise AirflowSkipException("Nothing new: no batch waits for a decision.")
        from expectations.gate_a import check_batches as decide

        verdicts = decide()
        context: Any = get_current_context()
        context["outlet_events"][new_in].extra = {
            "batch_ids": [verdict.batch_id for verdict in verdicts]
        }
        counts = {"accepted": 0, "quarantined": 0, "duplicate": 0}
        for verdict in verdicts:
            counts[verdict.status] = counts.get(verdict.status, 0) + 1
        return counts

    return check_batches
