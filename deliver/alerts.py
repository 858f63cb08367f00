"""Alerts: what somebody must know, in English and Chinese, one row per subject.

An alert is known by its kind and its subject, so raising it again on the next run
renews the text and does not add a second row. A resolved alert that is raised again is
open again, with a new time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from psycopg import Connection

Severity = Literal["info", "warning", "critical"]


def raise_alert(
    connection: Connection[Any],
    kind: str,
    severity: Severity,
    subject_key: str,
    message_en: str,
    message_zh: str,
    amount: Decimal | None = None,
    currency_code: str | None = None,
) -> None:
    """Open the alert, or renew it; part of the caller's transaction.

    `kind` says what is wrong (`quarantined_batch`), `subject_key` with what
    (`batch 12`). `amount` is the money at stake, signed from our side.
    """
    connection.execute(
        """
        insert into ops.alerts as standing (
            kind, severity, subject_key, message_en, message_zh, amount, currency_code
        )
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (kind, subject_key) do update set
            severity = excluded.severity,
            message_en = excluded.message_en,
            message_zh = excluded.message_zh,
            amount = excluded.amount,
            currency_code = excluded.currency_code,
            raised_at = case
                when standing.resolved_at is null then standing.raised_at
                else excluded.raised_at
            end,
            resolved_at = null
        """,
        (kind, severity, subject_key, message_en, message_zh, amount, currency_code),
    )


def resolve_alert(connection: Connection[Any], kind: str, subject_key: str) -> None:
    """Close the alert if it is open; part of the caller's transaction."""
    connection.execute(
        """
        update ops.alerts set resolved_at = now()
        where kind = %s and subject_key = %s and resolved_at is null
        """,
        (kind, subject_key),
    )
