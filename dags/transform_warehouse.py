"""Build the marts from every accepted batch, with dbt.

**What.** Freezes the set of accepted batches, then runs dbt over it: rule tables and
staging, then the marts with their tests. All models of one build read the same set,
while new files go on arriving.

**When.** After any raw asset has something new. Runs do not overlap: what arrives
during a build starts the next one. A run skips when the last build has it all already.

**Running it again** changes nothing: models are functions of the frozen set.

**Backfill.** Not by date: a build covers all that was accepted. Run it by hand after a
change of models or company.yml.

**Feeds** `marts`, which starts `publish_reports`. The event carries the build id.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.dag_support import tags
from dags.dag_support.assets import (
    MARTS,
    RAW_AMAZON_SETTLEMENTS,
    RAW_FX_RATES,
    RAW_MANUAL_FILES,
)
from dags.dag_support.builds import skip_if_current
from dags.dag_support.defaults import (
    POOL_WRITE,
    PRIORITY_BUILD,
    START_DATE,
    alert_when_later_than,
    default_args,
)


@task(pool=POOL_WRITE)
def start_build() -> int:
    """Freeze what this build sees; answers the build's id."""
    context: Any = get_current_context()
    if context["dag_run"].run_type == "asset_triggered":
        skip_if_current()
    from deliver.build import start_build as start

    return start().build_id


@task(pool=POOL_WRITE, priority_weight=PRIORITY_BUILD)
def run_dbt(build_id: int, selector: str) -> None:
    """Run one selector of dbt_project/selectors.yml."""
    from deliver.build import load_build
    from deliver.build import run_dbt as run

    run(load_build(build_id), selector)


@task(outlets=[MARTS])
def finish_build(build_id: int) -> None:
    """Note the build as built and hand its id on."""
    from deliver.build import finish_build as finish
    from deliver.build import load_build

    finish(load_build(build_id), "built")
    context: Any = get_current_context()
    context["outlet_events"][MARTS].extra = {"build_id": build_id}


@task(trigger_rule="one_failed", retries=0)
def abandon_build(build_id: int | None) -> None:
    """Note the build as failed: no report is ever published from it."""
    from deliver.build import finish_build as finish
    from deliver.build import load_build

    if build_id is None:
        raise AirflowSkipException("No build was started.")
    finish(load_build(build_id), "failed")


@dag(
    dag_display_name="transform_warehouse · 构建数据集市",
    schedule=RAW_AMAZON_SETTLEMENTS | RAW_FX_RATES | RAW_MANUAL_FILES,
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    # Airflow drops the asset events of a paused DAG; without an ingest it never runs.
    is_paused_upon_creation=False,
    default_args=default_args(retries=1, timeout=timedelta(hours=1)),
    deadline=alert_when_later_than(timedelta(hours=2), "transform_warehouse"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_1},
    doc_md=__doc__,
)
def transform_warehouse() -> None:
    """Start, two dbt selectors, finish; or abandon when one of them fails."""
    build_id = start_build()
    staged = run_dbt.override(task_id="build_staging")(build_id, "staging")
    built = run_dbt.override(task_id="build_marts")(build_id, "marts")
    finished = finish_build(build_id)
    staged >> built >> finished
    [staged, built, finished] >> abandon_build(build_id)


transform_warehouse()
