"""Check that the books tie (gate B), then publish the reports.

**What.** Gate B holds the marts against the settlements. When it passes, the reports
are replaced in one transaction. When it does not, they stay as last published, the run
fails, and an alert names the checks.

**When.** After `transform_warehouse` has finished a build. When the next build has
begun meanwhile the run skips: that build brings a run of its own.

**Running it again** changes nothing: the same build gives the same reports.

**Backfill.** Not by date. Started by hand, it takes the newest build that is built.

**Feeds** `reports`: dashboards, exports, alerts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dags.dag_support import tags
from dags.dag_support.assets import MARTS, REPORTS
from dags.dag_support.builds import newest_build_id
from dags.dag_support.defaults import (
    POOL_WRITE,
    PRIORITY_PUBLISH,
    START_DATE,
    alert_when_later_than,
    default_args,
)


@task
def find_build() -> int:
    """The build that started this run; by hand, the newest that is built."""
    context: Any = get_current_context()
    told = [
        event.extra["build_id"]
        for event in (context.get("triggering_asset_events") or {}).get(MARTS, ())
        if "build_id" in event.extra
    ]
    return max(told) if told else newest_build_id()


@task(pool=POOL_WRITE, priority_weight=PRIORITY_PUBLISH)
def check_books(build_id: int) -> str:
    """Gate B. A failure is final: trying again would find the same books."""
    from deliver.build_lock import BuildReplaced
    from expectations.gate_b import check_books as check

    try:
        result = check(build_id)
    except BuildReplaced as replaced:  # the newer build starts a run of its own
        raise AirflowSkipException(str(replaced)) from replaced
    if not result.is_success:
        raise AirflowFailException(
            f"Build {build_id} is not published. {result.sentence()}"
        )
    return str(result.sentence())


@task(
    task_id="publish_reports",
    pool=POOL_WRITE,
    priority_weight=PRIORITY_PUBLISH,
    outlets=[REPORTS],
)
def replace_reports(build_id: int) -> dict[str, int]:
    """Replace the reports with those of the build."""
    from deliver.build_lock import BuildReplaced
    from deliver.publish import publish_reports as publish

    try:
        publications = publish(build_id)
    except BuildReplaced as replaced:
        raise AirflowSkipException(str(replaced)) from replaced
    context: Any = get_current_context()
    context["outlet_events"][REPORTS].extra = {"build_id": build_id}
    return {publication.report: publication.row_count for publication in publications}


@dag(
    dag_display_name="publish_reports · 核对账目并发布报表",
    schedule=[MARTS],
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    # Airflow drops the asset events of a paused DAG; without a build it never runs.
    is_paused_upon_creation=False,
    default_args=default_args(retries=1, timeout=timedelta(minutes=30)),
    deadline=alert_when_later_than(timedelta(hours=1), "publish_reports"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_1},
    doc_md=__doc__,
)
def publish_reports() -> None:
    """Find the build, check it, publish it."""
    build_id = find_build()
    check_books(build_id) >> replace_reports(build_id)


publish_reports()
