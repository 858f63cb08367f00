"""Build the marts from every accepted batch, with dbt.

**What.** Freezes the set of accepted batches, then runs dbt over it: rule tables and
staging, then the marts with their tests. All models of one build read the same set,
while new files go on arriving.

**When.** After any raw asset has something new. Runs do not overlap: what arrives
during a build starts the next one.

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

from dag_support import tags
from dag_support.assets import (
    MARTS,
    RAW_AMAZON_SETTLEMENTS,
    RAW_FX_RATES,
    RAW_MANUAL_FILES,
)
from dag_support.defaults import (
    POOL_WRITE,
    START_DATE,
    alert_when_later_than,
    default_args,
)


@task(pool=POOL_WRITE)
def start_build() -> dict[str, Any]:
    """Freeze what this build sees."""
    from dataclasses import asdict

    from deliver.build import start_build as start

    return asdict(start())


@task(pool=POOL_WRITE)
def run_dbt(build: dict[str, Any], selector: str) -> None:
    """Run one selector of dbt_project/selectors.yml."""
    from deliver.build import Build
    from deliver.build import run_dbt as run

    run(Build(**build), selector)


@task(outlets=[MARTS])
def finish_build(build: dict[str, Any]) -> int:
    """Note the build as built and hand its id on."""
    from deliver.build import Build
    from deliver.build import finish_build as finish

    finish(Build(**build), "built")
    context: Any = get_current_context()
    context["outlet_events"][MARTS].extra = {"build_id": build["build_id"]}
    return int(build["build_id"])


@task(trigger_rule="one_failed", retries=0)
def abandon_build(build: dict[str, Any] | None) -> None:
    """Note the build as failed: no report is ever published from it."""
    from deliver.build import Build
    from deliver.build import finish_build as finish

    if build is None:
        raise AirflowSkipException("No build was started.")
    finish(Build(**build), "failed")


@dag(
    schedule=RAW_AMAZON_SETTLEMENTS | RAW_FX_RATES | RAW_MANUAL_FILES,
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=default_args(retries=1, timeout=timedelta(hours=1)),
    deadline=alert_when_later_than(timedelta(hours=2), "transform_warehouse"),
    tags={tags.DOMAIN_FINANCE, tags.TIER_1},
    doc_md=__doc__,
)
def transform_warehouse() -> None:
    """Start, two dbt selectors, finish; or abandon when one of them fails."""
    build = start_build()
    staged = run_dbt.override(task_id="build_staging")(build, "staging")
    built = run_dbt.override(task_id="build_marts")(build, "marts")
    finished = finish_build(build)
    staged >> built >> finished
    [staged, built, finished] >> abandon_build(build)


transform_warehouse()
