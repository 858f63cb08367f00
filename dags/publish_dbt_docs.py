"""Explain the tables: make the dbt docs that the Airflow UI shows.

**What.** One page with every table and column, its meaning, its tests and what it is
made from. It is the menu entry *dbt docs*, for everybody who may sign in.

**When.** After `publish_reports`, so that no report waits for it. A run skips when
neither the models, the settings nor the columns have changed.

**Running it again** changes nothing: the same build gives the same page.

**Backfill.** Not by date. Started by hand, it takes the newest build that is built.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.dag_support import tags
from dags.dag_support.assets import REPORTS
from dags.dag_support.builds import newest_build_id
from dags.dag_support.defaults import START_DATE, alert_when_later_than, default_args


@task
def refresh_page() -> None:
    """Make the page anew, or skip."""
    from deliver.dbt_docs import refresh_dbt_docs

    if not refresh_dbt_docs(newest_build_id()):
        raise AirflowSkipException("The page is up to date.")


@dag(
    dag_display_name="publish_dbt_docs · 发布数据表说明",
    schedule=[REPORTS],
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    # Airflow drops the asset events of a paused DAG; without a build it never runs.
    is_paused_upon_creation=False,
    default_args=default_args(retries=1, timeout=timedelta(minutes=30)),
    deadline=alert_when_later_than(timedelta(hours=1), "publish_dbt_docs"),
    tags={tags.DOMAIN_PLATFORM, tags.TIER_2},
    doc_md=__doc__,
)
def publish_dbt_docs() -> None:
    """One task, outside the chain to the reports."""
    refresh_page()


publish_dbt_docs()
