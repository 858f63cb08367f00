"""What all DAGs have in common: owner, retries, time-outs, whom a failure tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import (
    DeadlineAlert,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
)

from dags.dag_support.alerts import close_alert, report_failure, report_late
from dags.dag_support.deadlines import RunMadeAt
from extract.errors import AccountMismatchError, ContractError, CredentialError

OWNER = "data-engineering"

# The first day a backfill may reach: before the oldest settlement Amazon still serves.
START_DATE = datetime(2024, 1, 1, tzinfo=UTC)

POOL_AMAZON = "amazon_api"
POOL_WRITE = "warehouse_write"  # one slot: loads, builds and publications take turns

# Who gets that slot first. What is begun ends; a build is published before the next
# one replaces it; files that wait go before a new build, which then has them too.
PRIORITY_BUILD = 4
PRIORITY_PUBLISH = 3
PRIORITY_LOAD = 2
PRIORITY_REST = 1

# Trying again helps when a source is down, and not when a person has to act.
_RETRY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[CredentialError, ContractError, AccountMismatchError],
            action=RetryAction.FAIL,
            reason="A person has to act; trying again would change nothing.",
        )
    ]
)


def default_args(*, retries: int, timeout: timedelta) -> dict[str, Any]:
    """Arguments of every task of a DAG."""
    return {
        "owner": OWNER,
        "priority_weight": PRIORITY_REST,
        "weight_rule": "absolute",
        "retries": retries,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": _RETRY_WHAT_MAY_PASS,
        "execution_timeout": timeout,
        "on_failure_callback": report_failure,
        "on_success_callback": close_alert,
    }


def alert_when_later_than(limit: timedelta, dag_id: str) -> DeadlineAlert:
    """An alert for a run that has not ended `limit` after it was made."""
    return DeadlineAlert(
        name=f"{dag_id} done within {limit}",
        reference=RunMadeAt(),
        interval=limit,
        callback=SyncCallback(
            report_late,
            kwargs={"dag_id": dag_id, "limit_minutes": limit.total_seconds() / 60},
        ),
    )
