"""The answer key: one entry per injected anomaly, with what a finding must show.

Across a missing settlement the reserves of its neighbours differ and the periods
have a hole; that is one anomaly, the missing settlement, and has one entry.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.company.plan import Chains, Settlement
from sandbox.company.rows import plain_amount
from sandbox.company.settlement import Built


def missing_entry(settlement: Settlement, chains: Chains) -> dict[str, Any]:
    """A settlement whose report never exists."""
    chain = chains[settlement.market.code]
    return _base("missing_settlement", settlement) | {
        "period_start": _iso(settlement.start),
        "period_end": _iso(settlement.end),
        "previous_settlement_id": chain[settlement.index - 1].settlement_id,
        "next_settlement_id": chain[settlement.index + 1].settlement_id,
    }


def present_entries(
    settlement: Settlement, built: Built, previous_id: str
) -> list[dict[str, Any]]:
    """The anomalies of a settlement that was written."""
    found = []
    if settlement.wrong_by:
        declared = built.lines_total + settlement.wrong_by
        found.append(
            _base("wrong_total", settlement)
            | {
                "declared_total": _amount(settlement, declared),
                "lines_total": _amount(settlement, built.lines_total),
                "difference": _amount(settlement, settlement.wrong_by),
            }
        )
    if settlement.unknown_fee:
        kind, group, what = settlement.unknown_fee
        found.append(
            _base("unknown_fee", settlement)
            | {
                "transaction_type": kind,
                "amount_type": group,
                "amount_description": what,
                "line_count": built.unknown_count,
                "amount_total": _amount(settlement, built.unknown_total),
            }
        )
    if settlement.reserve_break:
        found.append(
            _base("broken_reserve_chain", settlement)
            | {
                "previous_settlement_id": previous_id,
                "expected_amount": _amount(settlement, built.reserve_expected),
                "found_amount": _amount(settlement, built.reserve_found),
            }
        )
    return found


def _base(kind: str, settlement: Settlement) -> dict[str, Any]:
    return {
        "kind": kind,
        "account_code": settlement.market.account_code,
        "marketplace_code": settlement.market.code,
        "currency_code": settlement.market.currency,
        "settlement_id": settlement.settlement_id,
    }


def _amount(settlement: Settlement, amount: int) -> str:
    return plain_amount(amount, settlement.market.decimals)


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
