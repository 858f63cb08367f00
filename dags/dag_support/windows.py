"""Which window a run fetches: its data interval, or the one a person typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowFailException


def window_params() -> dict[str, Param]:
    """Typed parameters of a manual run; both empty means the data interval."""
    return {
        "window_start": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Window start",
            description="Reports created from here (included). Empty: data interval.",
        ),
        "window_end": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Window end",
            description="Reports created up to here (excluded). Empty: data interval.",
        ),
    }


def current_window() -> tuple[datetime, datetime]:
    """Start (included) and end (excluded) of the current run's window, in UTC."""
    context: Any = get_current_context()
    params = context["params"]
    if bool(params["window_start"]) != bool(params["window_end"]):
        raise AirflowFailException("Give both window_start and window_end, or neither.")
    if params["window_start"]:
        start, end = _moment(params["window_start"]), _moment(params["window_end"])
    else:
        start = context.get("data_interval_start")
        end = context.get("data_interval_end")
    if start is None or end is None:
        raise AirflowFailException(
            "This run has no data interval: give window_start and window_end, or "
            "trigger it with a logical date."
        )
    if start >= end:
        raise AirflowFailException(
            f"The window is empty: {start} is not before {end}. Give an earlier start."
        )
    return start, end


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    # A time without a zone is taken as UTC, as everywhere in the warehouse.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
