"""The penny proof: SQL of its own over raw, marts and reports.

It shares nothing with dbt or the gates. It reads the delivered text in `raw`, turns it
into numbers by itself, and holds every amount against the marts and the published
reports. Any row it returns is a fault; amounts are exact, tolerance 0.00.

Seen are the batches of the last build (`ops.visible_batches`): the same set the marts
were made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection

# Every column of the two layouts that holds an amount of a detail line.
_V1_AMOUNTS = (
    "shipment_fee_amount",
    "order_fee_amount",
    "price_amount",
    "item_related_fee_amount",
    "misc_fee_amount",
    "other_fee_amount",
    "promotion_amount",
    "direct_payment_amount",
    "other_amount",
)


@dataclass(frozen=True)
class SettlementProof:
    """One settlement: declared by Amazon, added up from raw, held by the mart."""

    settlement_id: str
    account_code: str
    currency_code: str
    line_count: int
    declared: Decimal
    raw_total: Decimal
    mart_total: Decimal

    @property
    def residual(self) -> Decimal:
        """The larger of the two differences from the declared total; 0 is proof."""
        return max(
            (self.raw_total - self.declared, self.mart_total - self.declared), key=abs
        )


@dataclass(frozen=True)
class Check:
    """One statement that must hold; `faults` counts where it does not."""

    statement: str
    faults: int
    example: str


def _number(column: str) -> str:
    """SQL that reads a delivered amount: no group marks, a decimal point."""
    bare = f"translate({column}, E' \\u00a0\\u202f''', '')"
    return (
        f"cast(case batch.decimal_style when 'comma' "
        f"then replace(replace({bare}, '.', ''), ',', '.') "
        f"else replace({bare}, ',', '') end as numeric)"
    )


def _raw_amounts() -> str:
    values = ", ".join(f"('{name}', line.{name})" for name in _V1_AMOUNTS)
    return f"""
    select batch.batch_id, batch.file_id, line._line_number as line_number,
        'amount' as amount_column, {_number("line.amount")} as amount
    from raw.amazon_settlement_v2 as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    where line.total_amount is null and line.amount is not null
    union all
    select batch.batch_id, batch.file_id, line._line_number, cell.name,
        {_number("cell.text")}
    from raw.amazon_settlement_v1 as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    cross join lateral (values {values}) as cell (name, text)
    where line.total_amount is null and nullif(trim(cell.text), '') is not null
    """  # noqa: S608 - made of the constants above


def _raw_headers() -> str:
    one = """
    select batch.batch_id, line.settlement_id, batch.account_code,
        upper(trim(line.currency)) as currency_code, {number} as declared
    from raw.{table} as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    where line.total_amount is not null
    """
    number = _number("line.total_amount")
    return " union all ".join(
        one.format(number=number, table=table)
        for table in ("amazon_settlement_v2", "amazon_settlement_v1")
    )


def prepare(connection: Connection[Any]) -> None:
    """Read the delivered amounts once, into temporary tables of this session."""
    connection.execute(f"create temp table proof_amounts as {_raw_amounts()}".encode())
    connection.execute(f"create temp table proof_headers as {_raw_headers()}".encode())
    connection.execute("analyze proof_amounts")


def settlements(connection: Connection[Any]) -> list[SettlementProof]:
    """Each settlement with its three totals. Call `prepare` first."""
    rows = connection.execute(
        """
        with raw_totals as (
            select batch_id, count(*) as line_count, sum(amount) as total
            from proof_amounts group by batch_id
        ),
        mart_totals as (
            select batch_id, sum(amount) as total
            from marts.fct_settlement_lines group by batch_id
        )
        select header.settlement_id, header.account_code, header.currency_code,
            coalesce(raw_totals.line_count, 0), header.declared,
            coalesce(raw_totals.total, 0), coalesce(mart_totals.total, 0)
        from proof_headers as header
        left join raw_totals using (batch_id)
        left join mart_totals using (batch_id)
        order by header.account_code, header.currency_code, header.settlement_id
        """
    ).fetchall()
    return [SettlementProof(*row) for row in rows]


_CHECKS: Sequence[tuple[str, str]] = (
    (
        "each delivered amount stands in the mart once, unchanged",
        """
        select coalesce(raw_side.file_id, mart_side.file_id) as file,
            coalesce(raw_side.line_number, mart_side.line_number) as line,
            raw_side.times as delivered, mart_side.times as in_mart,
            raw_side.amount as delivered_amount, mart_side.amount as mart_amount
        from (
            select file_id, line_number, amount_column, count(*) as times,
                sum(amount) as amount
            from proof_amounts group by file_id, line_number, amount_column
        ) as raw_side
        full join (
            select source_file_id as file_id, source_line_number as line_number,
                amount_column, count(*) as times, sum(amount) as amount
            from marts.fct_settlement_lines
            group by source_file_id, source_line_number, amount_column
        ) as mart_side using (file_id, line_number, amount_column)
        where raw_side.times is distinct from 1 or mart_side.times is distinct from 1
            or raw_side.amount is distinct from mart_side.amount
        """,
    ),
    (
        "each line stands in exactly one bucket that exists",
        """
        select line.source_file_id as file, line.source_line_number as line,
            line.bucket
        from marts.fct_settlement_lines as line
        left join seeds.buckets as bucket on bucket.bucket = line.bucket
        where bucket.bucket is null
        """,
    ),
    (
        "each amount is converted at the rate that is logged beside it",
        """
        select source_file_id as file, source_line_number as line, amount, fx_rate,
            base_amount
        from marts.fct_settlement_lines
        where base_amount is null or fx_rate is null or fx_rate <= 0
            or base_amount <> round(amount * fx_rate, 4)
        """,
    ),
    (
        "settlements of the mart say what their header rows declare",
        """
        select coalesce(fact.settlement_id, header.settlement_id) as settlement,
            fact.declared_total_amount as mart, header.declared as delivered,
            fact.residual_amount as residual
        from proof_headers as header
        full join marts.fct_settlements as fact using (batch_id)
        where fact.declared_total_amount is distinct from header.declared
            or fact.lines_total_amount is distinct from header.declared
            or fact.residual_amount is distinct from 0
        """,
    ),
    (
        "published profit holds the lines' money, cell by cell",
        """
        select account_code as account, marketplace_code as marketplace, month, sku,
            currency_code as currency, lines.total as in_lines,
            profit.total as published
        from (
            select account_code, marketplace_code, coalesce(sku, '') as sku,
                cast(date_trunc('month', posted_on) as date) as month,
                currency_code, sum(amount) as total, sum(base_amount) as base_total
            from marts.fct_settlement_lines
            group by account_code, marketplace_code, coalesce(sku, ''),
                cast(date_trunc('month', posted_on) as date), currency_code
        ) as lines
        full join (
            select account_code, marketplace_code, sku, month, currency_code,
                sum(total_amount) as total, sum(base_total_amount) as base_total
            from reports.profit_by_sku_month
            group by account_code, marketplace_code, sku, month, currency_code
        ) as profit
            using (account_code, marketplace_code, sku, month, currency_code)
        where lines.total is distinct from profit.total
            or lines.base_total is distinct from profit.base_total
        """,
    ),
    (
        "in published profit, profit and what is no profit make up the total",
        """
        select account_code as account, month, sku, profit_amount, not_profit_amount,
            total_amount
        from reports.profit_by_sku_month
        where profit_amount + not_profit_amount <> total_amount
            or base_profit_amount + base_not_profit_amount <> base_total_amount
        """,
    ),
)


def checks(connection: Connection[Any]) -> list[Check]:
    """Every statement of the proof with the number of its faults and one of them."""
    return [
        _check(connection, statement, sql)
        for statement, sql in (*_CHECKS, ("", _bucket_columns_sql(connection)))
        for statement in [statement or _BUCKET_STATEMENT]
    ]


_BUCKET_STATEMENT = "each bucket's column of published profit holds that bucket's lines"


def _bucket_columns_sql(connection: Connection[Any]) -> str:
    buckets = [
        row[0]
        for row in connection.execute("select bucket from seeds.buckets order by 1")
    ]
    cells = ", ".join(
        f"('{bucket}', {bucket}_amount, base_{bucket}_amount)" for bucket in buckets
    )
    return f"""
    select account_code as account, bucket, currency_code as currency,
        lines.total as in_lines, profit.total as published
    from (
        select account_code, currency_code, bucket, sum(amount) as total,
            sum(base_amount) as base_total
        from marts.fct_settlement_lines group by account_code, currency_code, bucket
    ) as lines
    full join (
        select account_code, currency_code, cell.bucket, sum(cell.amount) as total,
            sum(cell.base_amount) as base_total
        from reports.profit_by_sku_month
        cross join lateral (values {cells}) as cell (bucket, amount, base_amount)
        group by account_code, currency_code, cell.bucket
    ) as profit using (account_code, currency_code, bucket)
    where coalesce(lines.total, 0) <> coalesce(profit.total, 0)
        or coalesce(lines.base_total, 0) <> coalesce(profit.base_total, 0)
    """  # noqa: S608 - bucket names come from a seed of this repository


def _check(connection: Connection[Any], statement: str, sql: str) -> Check:
    counted = (
        f"select count(*) over () as faults, fault.* from ({sql}) as fault limit 1"  # noqa: S608, E501 - sql is one of the constants above
    )
    cursor = connection.execute(counted.encode())
    row = cursor.fetchone()
    if row is None:
        return Check(statement, 0, "")
    names = [column.name for column in cursor.description or ()]
    example = ", ".join(
        f"{name} {value}" for name, value in zip(names[1:], row[1:], strict=True)
    )
    return Check(statement, row[0], example)


def undecided_since_build(connection: Connection[Any]) -> int:
    """Batches accepted after the last build: not in the marts yet."""
    row = connection.execute(
        """
        select count(*) from ops.load_batches as batch
        where batch.status in ('accepted', 'released')
            and not exists (
                select 1 from ops.visible_batches as visible
                where visible.batch_id = batch.batch_id
            )
        """
    ).fetchone()
    return int(row[0]) if row else 0


def is_newest_build_published(connection: Connection[Any]) -> bool:
    """Whether marts and reports are of one build: the newest, built and published."""
    row = connection.execute(
        """
        select exists (
            select 1 from ops.publications
            where build_id = (select max(build_id) from ops.builds)
        )
        """
    ).fetchone()
    return bool(row and row[0])
