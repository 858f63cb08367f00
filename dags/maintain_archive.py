"""Read every archived original again and compare its hash with the ledger.

**What.** Each file received in the last 730 days is read whole; its SHA-256 must be the
one the ledger holds. A missing or changed file fails the run, by name.

**When.** On the 2nd of each month at 05:00 UTC, when no ingest runs.

**Running it again** changes nothing: it only reads.

**Backfill.** None: it looks at the archive as it is now.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.dag_support import tags
from dags.dag_support.defaults import START_DATE, alert_when_later_than, default_args


@task
def rehash_archive() -> dict[str, int]:
    """Hash the files again; damage is final, trying again would not mend it."""
    from config.warehouse import connect
    from extract.verify_archive import rehash_archive as rehash

    with connect("loader") as connection:
        summary = rehash(connection)
    return {"file_count": summary.file_count, "byte_count": summary.byte_count}


@dag(
    dag_display_name="maintain_archive · 核验原始文件存档",
    schedule=CronTriggerTimetable("0 5 2 * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=default_args(retries=1, timeout=timedelta(hours=12)),
    deadline=alert_when_later_than(timedelta(hours=24), "maintain_archive"),
    tags={tags.DOMAIN_PLATFORM, tags.TIER_2},
    doc_md=__doc__,
)
def maintain_archive() -> None:
    """One task: hashing is bound by the disk."""
    rehash_archive()


maintain_archive()
