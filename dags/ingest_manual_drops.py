"""Import files that people put into the drop folders.

**What.** Each file in `ACORN_HOME/drops/<account>/` is archived, loaded and gated, then
moved to `done/` or `quarantined/` beside it. Settlement files, company rates and
product lists are told apart by their header.

**When.** Every ten minutes; without files nothing else runs.

**Running it again** changes nothing: the same bytes are the same file.

**Backfill.** None: put old files into the folder, that is all.

**Feeds** `raw.manual_files`, which starts `transform_warehouse`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dag_support import tags
from dag_support.assets import RAW_MANUAL_FILES
from dag_support.defaults import (
    POOL_WRITE,
    START_DATE,
    alert_when_later_than,
    default_args,
)


@task(pool=POOL_WRITE, outlets=[RAW_MANUAL_FILES])
def import_drops() -> dict[str, int]:
    """Import what lies there; a quarantined file has its alert and fails nothing."""
    from extract.files.drops import import_drops as run

    verdicts = run()
    news = [verdict for verdict in verdicts if verdict.status != "duplicate"]
    if not news:
        raise AirflowSkipException("Nothing new in the drop folders.")
    context: Any = get_current_context()
    context["outlet_events"][RAW_MANUAL_FILES].extra = {
        "batch_ids": [verdict.batch_id for verdict in news]
    }
    quarantined = sum(verdict.is_quarantined for verdict in news)
    return {
        "accepted_count": len(news) - quarantined,
        "quarantined_count": quarantined,
    }


@dag(
    schedule=CronTriggerTimetable("*/10 * * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=default_args(retries=1, timeout=timedelta(hours=1)),
    deadline=alert_when_later_than(timedelta(hours=1), "ingest_manual_drops"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_2, tags.SOURCE_MANUAL},
    doc_md=__doc__,
)
def ingest_manual_drops() -> None:
    """One task: scan, import, gate."""
    import_drops()


ingest_manual_drops()
