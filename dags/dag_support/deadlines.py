"""From when a deadline counts: the moment a run is made.

Airflow's own DAGRUN_QUEUED_AT is all but the same. With it, Airflow 3.3 cannot clear a
task of a failed run while its deadline is ahead: the API answers 500 (apache/airflow
issue 70368). Runs that assets start have no logical date, so that one is of no use.

Airflow makes references by name from the plugins: config/airflow/plugins names it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseDeadlineReference


class RunMadeAt(BaseDeadlineReference):
    """Now: Airflow asks when it makes the run. Clearing a task moves no deadline."""

    def _evaluate_with(self, **context: Any) -> datetime:
        return datetime.now(UTC)
