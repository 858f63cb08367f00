"""Fetch the ECB's euro reference rates, load them, and gate them.

**What.** One document with the rates of the last 90 days (`fx.ecb_url` of company.yml
may name the full history), archived as it came.

**When.** On working days at 16:45 Frankfurt time: the ECB publishes around 16:00 there.

**Running it again** changes nothing when the ECB has published nothing: the same bytes
are the same file.

**Backfill.** Not needed: each document holds all days. For days before it, set
`fx.ecb_url` to the full history and run once, or drop a file of company rates.

**Feeds** `raw.fx_rates`, which starts `transform_warehouse`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.dag_support import tags
from dags.dag_support.assets import RAW_FX_RATES
from dags.dag_support.defaults import START_DATE, alert_when_later_than, default_args
from dags.dag_support.loading import load_and_check


@task
def fetch_rates() -> dict[str, int]:
    """Download and archive the rates document."""
    from extract.fx.ecb import fetch_ecb_rates

    return {"file_id": fetch_ecb_rates().file_id}


@dag(
    dag_display_name="ingest_fx_rates · 导入欧洲央行汇率",
    schedule=CronTriggerTimetable("45 16 * * 1-5", timezone="Europe/Berlin"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=default_args(retries=5, timeout=timedelta(minutes=10)),
    deadline=alert_when_later_than(timedelta(hours=3), "ingest_fx_rates"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_1, tags.SOURCE_ECB},
    doc_md=__doc__,
)
def ingest_fx_rates() -> None:
    """Fetch, load, gate."""
    loaded, _ = load_and_check(new_in=RAW_FX_RATES)
    fetch_rates() >> loaded


ingest_fx_rates()
