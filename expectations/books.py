"""What gate B judges, summed up once: one table by settlement, one by account.

Great Expectations runs each rule's query by itself, so the lines are read here, once,
and the rules look at a few rows. The tables are made anew by each gate run.

Lines are only read of batches that no earlier gate B has found in order. A batch whose
lines were written again since (other rules_key, or a full refresh) counts as unread. So
the cost does not grow with history beyond settlements, report rows and partial sums:
`is_full` reads every line there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from config.company import Company

SETTLEMENTS_TABLE = "gate_b_settlements"
ACCOUNTS_TABLE = "gate_b_accounts"
# Kept per batch in ops.gate_results, with the lines' rules_key as observed.
LINES_CHECKED = "lines_were_checked"
_FOLDER = Path(__file__).parent


def table(name: str) -> sql.Identifier:
    """One of this module's tables; the transformer may write in `intermediate`."""
    return sql.Identifier("intermediate", name)


def batches_to_check(
    connection: Connection[Any], build_id: int, is_full: bool
) -> dict[int, str]:
    """Visible settlement batches whose lines have to be read, with their rules_key."""
    rows = connection.execute(
        """
        with visible as (
            select
                batch_id,
                coalesce((
                    select line.rules_key from marts.fct_settlement_lines as line
                    where line.batch_id = visible_batches.batch_id limit 1
                ), 'no lines') as rules_key
            from ops.visible_batches
            where feed = 'amazon_settlement'
        ),

        last_refresh as (
            select coalesce(max(build_id), 0) as build_id
            from ops.builds
            where is_full_refresh and build_id <= %(build_id)s
        )

        select visible.batch_id, visible.rules_key
        from visible
        cross join last_refresh
        where %(is_full)s or not exists (
            select from ops.gate_results as earlier
            where earlier.gate = 'B'
                and earlier.batch_id = visible.batch_id
                and earlier.check_name = %(check_name)s
                and earlier.observed = visible.rules_key
                -- By number, not by time: a clock may be set back.
                and earlier.run_id in (
                    select 'build-' || builds.build_id from ops.builds
                    where builds.build_id >= last_refresh.build_id
                )
        )
        order by visible.batch_id
        """,
        {"build_id": build_id, "is_full": is_full, "check_name": LINES_CHECKED},
    ).fetchall()
    return dict(rows)


def sum_up(
    connection: Connection[Any], batch_ids: Sequence[int], company: Company
) -> None:
    """Write both tables; the lines of `batch_ids` are read for them."""
    buckets = [
        row[0]
        for row in connection.execute(
            "select bucket from seeds.buckets order by sort_order"
        ).fetchall()
    ]
    checked = sql.SQL("cast({} as bigint[])").format(list(batch_ids))
    _write(
        connection,
        SETTLEMENTS_TABLE,
        {"checked": checked, "buckets": sql.SQL("cast({} as text[])").format(buckets)},
    )
    _write(
        connection,
        ACCOUNTS_TABLE,
        {
            "checked": checked,
            "report_sums": _bucket_sums(buckets),
            "partial_sums": _bucket_sums(buckets),
            "checked_partial_buckets": _bucket_values(buckets, "checked_partial"),
            "report_and_partial_buckets": _bucket_values(buckets, "report", "partial"),
            "unclassified_limit": sql.Literal(
                company.thresholds.unclassified_base_amount
            ),
            "base_currency": sql.Literal(company.base_currency),
        },
    )


def _write(
    connection: Connection[Any], name: str, parts: dict[str, sql.Composable]
) -> None:
    query = sql.SQL((_FOLDER / f"{name.replace('gate_b', 'books')}.sql").read_text())
    connection.execute(sql.SQL("drop table if exists {}").format(table(name)))
    connection.execute(
        sql.SQL("create table {} as {}").format(table(name), query.format(**parts))
    )


def _bucket_sums(buckets: Sequence[str]) -> sql.Composed:
    """`sum(x_amount) as x_amount` for each bucket, in both currencies."""
    columns = [f"{prefix}{bucket}_amount" for bucket in buckets for prefix in _PREFIXES]
    return sql.SQL(", ").join(
        sql.SQL("sum({column}) as {column}").format(column=sql.Identifier(column))
        for column in columns
    )


_PREFIXES = ("", "base_")


def _bucket_values(buckets: Sequence[str], *sources: str) -> sql.Composed:
    """One row per bucket: its name, then both amounts of each source."""
    return sql.SQL(", ").join(
        sql.SQL("({})").format(
            sql.SQL(", ").join(
                [
                    sql.Literal(bucket),
                    *(
                        sql.Identifier(source, f"{prefix}{bucket}_amount")
                        for source in sources
                        for prefix in _PREFIXES
                    ),
                ]
            )
        )
        for bucket in buckets
    )
