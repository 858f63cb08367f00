"""Is a settlement in the books already, and if so, what does the new file mean?

The same settlement comes twice when Amazon renders a report again, when a person
exports it by hand, or in both layouts while the old one lasts. The first accepted file
stands. A later one is a copy, the other layout of the same, or a contradiction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import dict_row

from expectations.ledger import Batch


@dataclass(frozen=True)
class Standing:
    """The batch that stands for the settlement, and how the new one relates to it."""

    batch_id: int
    relation: Literal["copy", "other layout", "contradiction"]
    description: str


def find_standing(connection: Connection[Any], batch: Batch) -> Standing | None:
    """The accepted or released batch of the same settlement, if any.

    Amazon numbers settlements over all accounts: one that stands in another account
    was handed in under a wrong one, now or then.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            """
            select
                standing.batch_id,
                standing.raw_table,
                standing.content_sha256,
                standing_file.original_name,
                standing_file.account_code,
                standing_profile.settlement_id,
                standing_profile.declared_total as standing_total,
                standing_profile.currency_code as standing_currency,
                own.declared_total,
                own.currency_code
            from ops.settlement_profiles as own
            inner join ops.settlement_profiles as standing_profile
                on standing_profile.settlement_id = own.settlement_id
                and standing_profile.batch_id <> own.batch_id
            inner join ops.load_batches as standing
                on standing.batch_id = standing_profile.batch_id
            inner join ops.source_files as standing_file
                on standing_file.file_id = standing.file_id
            where own.batch_id = %s
                and standing.status in ('accepted', 'released')
            order by (standing_file.account_code = %s) desc, standing.batch_id
            limit 1
            """,
            (batch.batch_id, batch.account_code),
        ).fetchone()
    return _compare(batch, found) if found else None


def _compare(batch: Batch, found: dict[str, Any]) -> Standing:
    stands = f"{found['original_name']} (batch {found['batch_id']})"
    if found["account_code"] != batch.account_code:
        return Standing(
            found["batch_id"],
            "contradiction",
            f"the same settlement in account {found['account_code']}, accepted as "
            f"{stands}",
        )
    if found["content_sha256"] == batch.content_sha256:
        return Standing(found["batch_id"], "copy", f"same content as {stands}")
    same_money = (
        found["standing_total"] == found["declared_total"]
        and found["standing_currency"] == found["currency_code"]
    )
    if found["raw_table"] != batch.raw_table and same_money:
        return Standing(
            found["batch_id"],
            "other layout",
            f"other layout of the same settlement as {stands}, same total and currency",
        )
    return Standing(
        found["batch_id"],
        "contradiction",
        f"other content than {stands}, accepted with "
        f"{found['standing_total']:.2f} {found['standing_currency']}; this file says "
        f"{_money(found['declared_total'])} {found['currency_code']}",
    )


def _money(amount: Any) -> str:
    return "no total" if amount is None else f"{amount:.2f}"
