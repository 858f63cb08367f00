"""Marts made by hand for gate B: three buckets, one rate, everything in order.

They follow the columns of the real marts that the gate reads, so a test can break one
thing and see what notices.
"""

from __future__ import annotations

from expectations.settlement_profiles import profile_settlements

_BUCKETS = ("product_sales", "referral_fees", "unclassified")

_SUMS = ", ".join(
    f"coalesce(sum(amount) filter (where bucket = '{bucket}'), 0) as {bucket}_amount, "
    f"coalesce(sum(base_amount) filter (where bucket = '{bucket}'), 0) "
    f"as base_{bucket}_amount"
    for bucket in _BUCKETS
)
_TOTAL = " + ".join(f"{bucket}_amount" for bucket in _BUCKETS)
_BASE_TOTAL = " + ".join(f"base_{bucket}_amount" for bucket in _BUCKETS)
_REPORTED = ", ".join(
    f"sum({prefix}{bucket}_amount) as {prefix}{bucket}_amount"
    for bucket in _BUCKETS
    for prefix in ("", "base_")
)

_STATEMENTS = (
    "delete from ops.visible_batches",
    """
    insert into ops.visible_batches (batch_id, file_id, feed, raw_table, known_at)
    select batch_id, file_id, 'amazon_settlement', raw_table, decided_at
    from ops.load_batches where status in ('accepted', 'released')
    """,
    "drop table if exists seeds.buckets, marts.fct_settlement_lines, "
    "marts.fct_settlements, marts.rpt_profit_by_sku_month, "
    "marts.rpt_settlement_reconciliation, intermediate.int_finance__profit_partials",
    f"""
    create table seeds.buckets as
    select bucket, sort_order from unnest(array{list(_BUCKETS)})
    with ordinality as seed (bucket, sort_order)
    """,
    """
    create table marts.fct_settlement_lines as
    select
        raw_row._file_id || '-' || raw_row._line_number as settlement_line_key,
        raw_row.settlement_id,
        'na-demo' as account_code,
        date '2026-06-03' as posted_on,
        coalesce(raw_row.sku, '') as sku,
        case raw_row.amount_description
            when 'Commission' then 'referral_fees'
            when 'Mystery' then 'unclassified'
            else 'product_sales'
        end as bucket,
        cast(raw_row.amount as numeric(18, 4)) as amount,
        'USD' as currency_code,
        round(cast(raw_row.amount as numeric(18, 4)) * 7.1234, 4) as base_amount,
        7.1234 as fx_rate,
        raw_row._file_id as source_file_id,
        raw_row._line_number as source_line_number,
        'amount' as amount_column,
        visible.batch_id,
        'rules 1' as rules_key
    from raw.amazon_settlement_v2 as raw_row
    inner join ops.visible_batches as visible on visible.file_id = raw_row._file_id
    where raw_row.amount is not null
    """,
    f"""
    create table intermediate.int_finance__profit_partials as
    select account_code, currency_code, sku, batch_id, count(*) as line_count,
        count(*) filter (where bucket = 'unclassified') as unclassified_line_count,
        {_SUMS}
    from marts.fct_settlement_lines
    group by account_code, currency_code, sku, batch_id
    """,
    f"""
    create table marts.fct_settlements as
    select
        profile.settlement_id, file.account_code, profile.currency_code,
        profile.declared_total as declared_total_amount,
        coalesce(sum({_TOTAL}), 0) as lines_total_amount,
        sum({_BASE_TOTAL}) as base_lines_total_amount,
        coalesce(sum(partials.line_count), 0) as line_count,
        coalesce(sum(unclassified_line_count), 0) as unclassified_line_count,
        visible.batch_id, visible.file_id as source_file_id
    from ops.visible_batches as visible
    inner join ops.source_files as file on file.file_id = visible.file_id
    inner join ops.settlement_profiles as profile
        on profile.batch_id = visible.batch_id
    left join intermediate.int_finance__profit_partials as partials
        on partials.batch_id = visible.batch_id
    group by profile.batch_id, file.file_id, visible.batch_id
    """,
    """
    create table marts.rpt_settlement_reconciliation as
    select settlement_id, source_file_id from marts.fct_settlements
    """,
    f"""
    create table marts.rpt_profit_by_sku_month as
    select account_code, currency_code, sku, sum(line_count) as line_count, {_REPORTED},
        sum({_TOTAL}) as total_amount, sum({_BASE_TOTAL}) as base_total_amount
    from intermediate.int_finance__profit_partials
    group by account_code, currency_code, sku
    """,
)


def accept_all(warehouse) -> None:
    """Accept every loaded settlement as gate A would, without its checks."""
    with warehouse.connect("loader") as connection:
        batch_ids = warehouse.rows(
            "select batch_id from ops.load_batches where status = 'loaded'"
        )
        profile_settlements(connection, batch_ids)
        connection.execute(
            "update ops.load_batches set status = 'accepted', decided_at = now()"
            " where batch_id = any(%s)",
            [batch_ids],
        )


def make_books(warehouse, is_full_refresh: bool = False) -> int:
    """Make the marts anew from what is accepted; the id of the build."""
    with warehouse.connect("transformer") as connection, connection.transaction():
        for statement in _STATEMENTS:
            connection.execute(statement)
        return connection.execute(
            """
            insert into ops.builds (project_sha256, settings, is_full_refresh, status)
            values ('x', '{}', %s, 'built') returning build_id
            """,
            [is_full_refresh],
        ).fetchone()[0]


def change_books(warehouse, statement: str) -> None:
    """Break the books as nothing in the pipeline should."""
    with warehouse.connect("transformer") as connection:
        assert connection.execute(statement).rowcount > 0
