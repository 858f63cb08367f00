"""The end that every ingest has: load what was received, gate it, tell who waits."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Asset, XComArg, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.dag_support.defaults import POOL_WRITE


@task(pool=POOL_WRITE, trigger_rule="all_done", retries=1)
def load_documents() -> dict[str, int]:
    """Load every received document; those of other sellers do not wait for one."""
    from config.warehouse import connect
    from extract.load.loader import load_received

    with connect("loader", autocommit=True) as connection:
        batches = load_received(connection)
    return {
        "batch_count": len(batches),
        "row_count": sum(batch.row_count or 0 for batch in batches),
    }


def check_batches(new_in: Asset) -> XComArg:
    """Gate A over all undecided batches, as a task; tells `new_in` when it decided any.

    A quarantined file does not fail the task: it has its alert, and the reports show
    it. With nothing to decide the task skips, so that nothing downstream runs.
    """

    @task(task_id="check_batches", pool=POOL_WRITE, outlets=[new_in], retries=1)
    def check() -> dict[str, int]:
        from expectations.gate_a import check_batches as decide

        verdicts = decide()
        news = [v for v in verdicts if v.status != "duplicate"]
        if not news:
            raise AirflowSkipException("Nothing new: no batch waited for a decision.")
        context: Any = get_current_context()
        context["outlet_events"][new_in].extra = {
            "batch_ids": [verdict.batch_id for verdict in news]
        }
        quarantined = sum(verdict.is_quarantined for verdict in news)
        return {
            "accepted_count": len(news) - quarantined,
            "quarantined_count": quarantined,
        }

    return check()
