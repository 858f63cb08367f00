"""What stands between a running Postgres and the parts: warehouse, Airflow, Superset.

`set_up` does all of it before the parts start. `catch_up` takes over what company.yml
says while they run: people, their stores and roles, and changed dashboards.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from acorn.airflow import airflow_environment, ensure_airflow_database
from acorn.parts import StackSettings
from acorn.progress import Progress
from acorn.secrets import ensure_secrets
from acorn.superset import ensure_superset
from acorn.warehouse import ensure_warehouse, take_over_company

_SET_UP = {"first": "set up", "again": "brought up to date", "none": "up to date"}


def set_up(settings: StackSettings, progress: Progress) -> bool:
    """All that a running Postgres needs before the parts start; may run again.

    Answers whether anything was set up here for the first time.
    """
    with progress.step("Warehouse", "roles, schemas, ledger") as step:
        ensure_warehouse()
        step.detail = "set up"
    return "first" in _set_up_web(settings, progress)


def catch_up(settings: StackSettings, progress: Progress) -> bool:
    """Let a running stack know company.yml as it is now; answers whether it was news.

    Changes no table: tasks may be at work on them.

    Raises:
        CompanyFileError: company.yml cannot be used; nothing was changed.
        AirflowSetupFailed, SupersetSetupFailed: a step failed; the others are done.
    """
    ensure_secrets()
    with progress.step("Warehouse", "people, stores, texts") as step:
        is_news = take_over_company()
        step.detail = _SET_UP["again" if is_news else "none"]
    web = _set_up_web(settings, progress)
    return is_news or web != {"none"}


def _set_up_web(settings: StackSettings, progress: Progress) -> set[str]:
    """Set up Airflow and Superset at once: they share nothing but the server."""
    with ThreadPoolExecutor(1) as beside:
        superset = beside.submit(ensure_superset)
        with progress.step("Airflow data", "migrating") as step:
            environment = airflow_environment(settings.web_port, settings.sandbox_port)
            airflow_setup = ensure_airflow_database(environment)
            step.detail = _SET_UP[airflow_setup]
        with progress.step("Superset data", "migrating, dashboards, people") as step:
            superset_setup = superset.result()
            step.detail = _SET_UP[superset_setup]
    return {airflow_setup, superset_setup}
