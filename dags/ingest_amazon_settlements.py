"""Fetch Amazon's settlement reports, load them, and gate them.

**What.** For each account and region of company.yml: list the settlement reports that
Amazon created in the window, download each once, archive and load it, and let gate A
accept or quarantine it. Amazon makes these reports by itself, one per closed
settlement; they cannot be asked for.

**When.** Daily at 03:00 UTC, which is 11:00 in Shanghai: people are there to read an
alert. A run covers its data interval, start included, end excluded.

**Running it again** changes nothing: a document is known by its bytes.

**Backfill.** In the UI choose *Trigger*, then *Run backfill*, and a date range: one run
per day, each fetching exactly its day. Or trigger one run with `window_start` and
`window_end`. Amazon lists reports of the last 90 days; older ones come as files, see
`ingest_manual_drops`.

**When a seller fails** the others are loaded all the same, and the run ends as failed.

**Feeds** `raw.amazon_settlements`, which starts `transform_warehouse`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import CronDataIntervalTimetable, dag, task

from dags.dag_support import tags
from dags.dag_support.assets import RAW_AMAZON_SETTLEMENTS
from dags.dag_support.defaults import (
    POOL_AMAZON,
    START_DATE,
    alert_when_later_than,
    default_args,
)
from dags.dag_support.loading import load_and_check
from dags.dag_support.sellers import list_seller_regions, seller_connection
from dags.dag_support.windows import current_window, window_params


@task
def list_sellers() -> list[dict[str, str]]:
    """One entry per account and region, with the window to fetch."""
    start, end = current_window()
    window = {"window_start": start.isoformat(), "window_end": end.isoformat()}
    return [seller | window for seller in list_seller_regions()]


@task(
    pool=POOL_AMAZON,
    map_index_template="{{ task.op_kwargs['seller']['label'] }}",
    # Amazon's limits make a long window slow; what is fetched stays fetched.
    execution_timeout=timedelta(hours=2),
)
def fetch_settlements(seller: dict[str, str]) -> dict[str, int]:
    """Fetch and archive one seller's new settlement reports."""
    from extract.amazon.settlements import fetch_settlements as fetch

    summary = fetch(
        seller_connection(seller["account_code"], seller["region"]),
        datetime.fromisoformat(seller["window_start"]),
        datetime.fromisoformat(seller["window_end"]),
    )
    return asdict(summary)


@dag(
    dag_display_name="ingest_amazon_settlements · 导入亚马逊结算报告",
    schedule=CronDataIntervalTimetable("0 3 * * *", timezone="UTC"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=2,
    max_active_tasks=4,
    params=window_params(),
    default_args=default_args(retries=3, timeout=timedelta(minutes=30)),
    deadline=alert_when_later_than(timedelta(hours=4), "ingest_amazon_settlements"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_1, tags.SOURCE_AMAZON},
    doc_md=__doc__,
)
def ingest_amazon_settlements() -> None:
    """Sellers, one fetch each, then load and gate what came."""
    fetched = fetch_settlements.expand(seller=list_sellers())
    loaded, checked = load_and_check(new_in=RAW_AMAZON_SETTLEMENTS)
    # Loading goes on without a seller that failed; this task then fails the run.
    confirmed = EmptyOperator(
        task_id="confirm_all_sellers", trigger_rule="none_failed", retries=0
    )
    fetched >> loaded
    [fetched, checked] >> confirmed


ingest_amazon_settlements()
