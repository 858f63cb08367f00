"""Import files that people put into the drop folders.

**What.** Each file in `ACORN_HOME/drops/<account>/` is archived, loaded and gated, then
moved to `drops/.done/<account>/`. Settlement files, company rates and product lists are
told apart by their header. A quarantined file has its alert and fails nothing; one that
could not be taken in at all stays where it is and fails the run.

**When.** Every ten minutes; without files nothing else runs.

**Running it again** changes nothing: the same bytes are the same file.

**Backfill.** None: put old files into the folder, that is all.

**Feeds** `raw.manual_files`, which starts `transform_warehouse`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from config.home import acorn_home
from dags.dag_support import tags
from dags.dag_support.assets import RAW_MANUAL_FILES
from dags.dag_support.defaults import (
    POOL_WRITE,
    PRIORITY_LOAD,
    START_DATE,
    alert_when_later_than,
    default_args,
)


@task.short_circuit
def find_drops() -> bool:
    """Whether any file waits. Most runs end here, and cheaply."""
    drops = acorn_home() / "drops"
    return any(path.is_file() for path in drops.glob("[!.]*/[!.]*"))


@task(pool=POOL_WRITE, priority_weight=PRIORITY_LOAD, outlets=[RAW_MANUAL_FILES])
def import_drops() -> list[str]:
    """Import what lies there; answers what is wrong with files it could not take."""
    from extract.files.drops import import_drops as run

    verdicts = run()
    taken = [verdict for verdict in verdicts if verdict.status != "error"]
    errors = [verdict.sentence() for verdict in verdicts if verdict.status == "error"]
    if not taken and errors:
        raise AirflowFailException(" ".join(errors))
    if not taken:
        raise AirflowSkipException("The drop folders are empty.")
    context: Any = get_current_context()
    context["outlet_events"][RAW_MANUAL_FILES].extra = {
        "batch_ids": [verdict.batch_id for verdict in taken]
    }
    return errors


@task(retries=0)
def confirm_all_files(errors: list[str]) -> None:
    """Fail the run for files that were not taken; the others are on their way."""
    if errors:
        raise AirflowFailException(" ".join(errors))


@dag(
    dag_display_name="ingest_manual_drops · 导入手工放入的文件",
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
    """Import what is there; complain of what could not be."""
    imported = import_drops()
    find_drops() >> imported
    confirm_all_files(imported)


ingest_manual_drops()
