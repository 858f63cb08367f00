"""What the pipeline found, read from its published reports and its ledger.

A finding is a tuple that the answer key can be turned into as well, so that the two
are compared as sets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from config.warehouse import connect

Finding = tuple[str, ...]
KINDS = ("missing_settlement", "wrong_total", "unknown_fee", "broken_reserve_chain")

_FOUND = {
    # The period that no settlement covers.
    "missing_settlement": """
        select account_code, marketplace_code, currency_code,
            to_char(period_start_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(period_end_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from reports.settlement_reconciliation where status = 'missing'
    """,
    # Quarantined because the lines do not give the declared total.
    "wrong_total": """
        select account_code, settlement_id, trim_scale(lines_total_amount)::text,
            trim_scale(declared_total_amount)::text
        from reports.settlement_reconciliation
        where status = 'quarantined' and lines_total_amount <> declared_total_amount
    """,
    "unknown_fee": """
        select account_code, settlement_id, transaction_type, amount_type,
            amount_description, count(*)::text, trim_scale(sum(amount))::text
        from marts.fct_settlement_lines where bucket = 'unclassified'
        group by 1, 2, 3, 4, 5
    """,
    "broken_reserve_chain": """
        select account_code, settlement_id, trim_scale(previous_reserve_amount)::text
        from reports.settlement_reconciliation where reserve_chain_status = 'broken'
    """,
}
_INJECTED = {
    "missing_settlement": (
        *("account_code", "marketplace_code", "currency_code"),
        *("period_start", "period_end"),
    ),
    "wrong_total": ("account_code", "settlement_id", "lines_total", "declared_total"),
    "unknown_fee": (
        *("account_code", "settlement_id", "transaction_type", "amount_type"),
        *("amount_description", "line_count", "amount_total"),
    ),
    "broken_reserve_chain": ("account_code", "settlement_id", "found_amount"),
}
_AMOUNTS = {"lines_total", "declared_total", "amount_total", "found_amount"}


def found(kind: str) -> set[Finding]:
    """What the warehouse says it found of this kind."""
    with connect("transformer") as connection:
        rows = connection.execute(_FOUND[kind].encode()).fetchall()
    return {tuple(row) for row in rows}


def injected(world: Path, kind: str) -> set[Finding]:
    """What the answer key of the world says there is of this kind."""
    answers = json.loads((world / "answer_key.json").read_text(encoding="utf-8"))
    return {
        tuple(_text(name, answer[name]) for name in _INJECTED[kind])
        for answer in answers
        if answer["kind"] == kind
    }


def _text(name: str, value: Any) -> str:
    text = str(value)
    if name in _AMOUNTS and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text
