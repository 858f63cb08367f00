"""The statements of the penny proof, each as SQL that returns where it does not hold.

They read the marts and reports, and the delivered text that `proof_tables` has read.
Amounts are exact, tolerance 0.00.
"""

from __future__ import annotations

from collections.abc import Sequence


def _fits(part: str) -> str:
    """SQL: how firmly a rule's part names the text; 0 not at all, 3 exactly.

    `_`, `-` and blank are one sign, case and outer blanks do not count, and `*` at the
    end of a rule's text stands for anything.
    """
    rule, text = (
        f"trim(lower(translate({side}.{part}, '_-', '  ')))"
        for side in ("rule", "used")
    )
    return (
        f"case when {rule} = '*' then 1 when {rule} = {text} then 3 "
        f"when right({rule}, 1) = '*' "
        f"and starts_with({text}, left({rule}, -1)) then 2 else 0 end"
    )


_PARTS = {
    f"fits_{part}": _fits(part)
    for part in ("transaction_type", "amount_type", "amount_description")
}

STATEMENTS: Sequence[tuple[str, str]] = (
    (
        "each delivered amount stands in the mart once, unchanged",
        """
        select coalesce(raw_side.file_id, mart_side.file_id) as file,
            coalesce(raw_side.line_number, mart_side.line_number) as line,
            raw_side.times as delivered, mart_side.times as in_mart,
            raw_side.amount as delivered_amount, mart_side.amount as mart_amount
        from (
            select file_id, line_number, amount_column, count(*) as times,
                sum(amount) as amount, min(triple) as triple
            from proof_amounts group by file_id, line_number, amount_column
        ) as raw_side
        full join (
            select source_file_id as file_id, source_line_number as line_number,
                amount_column, count(*) as times, sum(amount) as amount,
                min(array[transaction_type, amount_type, amount_description]) as triple
            from marts.fct_settlement_lines
            group by source_file_id, source_line_number, amount_column
        ) as mart_side using (file_id, line_number, amount_column)
        where raw_side.times is distinct from 1 or mart_side.times is distinct from 1
            or raw_side.amount is distinct from mart_side.amount
            or raw_side.triple is distinct from mart_side.triple
        """,
    ),
    (
        "each line stands in the one bucket that the rules give it",
        """
        select used.transaction_type, used.amount_type, used.amount_description,
            coalesce(best.bucket, 'unclassified') as by_rules, used.bucket as in_mart
        from (
            select distinct transaction_type, amount_type, amount_description,
                posted_on, bucket
            from marts.fct_settlement_lines
        ) as used
        left join lateral (
            select rule.bucket
            from seeds.settlement_line_rules as rule
            where cast(rule.valid_from as date) <= used.posted_on
                and {fits_amount_description} > 0 and {fits_amount_type} > 0
                and {fits_transaction_type} > 0
            order by {fits_amount_description} desc, {fits_amount_type} desc,
                {fits_transaction_type} desc, length(rule.amount_description) desc,
                rule.valid_from desc
            limit 1
        ) as best on true
        where used.bucket <> coalesce(best.bucket, 'unclassified')
        """.format(**_PARTS),  # noqa: S608 - made of the constants above
    ),
    (
        "each amount is converted at the rate delivered for its day",
        """
        select used.currency_code as currency, used.posted_on,
            best.rate as delivered_rate, used.fx_rate as in_mart,
            best.rate_date as delivered_for, used.fx_rate_date as in_mart_for
        from (
            select distinct currency_code, posted_on, fx_rate, fx_rate_date
            from marts.fct_settlement_lines
            where currency_code <> (
                select settings -> 'vars' ->> 'base_currency' from ops.builds
                where status = 'built' order by build_id desc limit 1
            )
        ) as used
        left join lateral (
            select rate, rate_date from proof_rates as delivered
            where delivered.currency_code = used.currency_code
                and delivered.rate_date
                between used.posted_on - delivered.gap_days and used.posted_on
            order by delivered.rate_date desc limit 1
        ) as best on true
        where used.fx_rate is distinct from best.rate
            or used.fx_rate_date is distinct from best.rate_date
        """,
    ),
    (
        "amounts in base currency are taken as they are",
        """
        select source_file_id as file, source_line_number as line, amount, fx_rate
        from marts.fct_settlement_lines
        where currency_code = (
                select settings -> 'vars' ->> 'base_currency' from ops.builds
                where status = 'built' order by build_id desc limit 1
            )
            and (fx_rate is distinct from 1 or base_amount is distinct from amount)
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
    (
        "published settlements say what the delivered ones declare",
        """
        select coalesce(report.settlement_id, header.settlement_id) as settlement,
            header.declared as delivered, report.declared_total_amount as published,
            report.residual_amount as residual
        from proof_headers as header
        full join (
            select * from reports.settlement_reconciliation
            where status in ('matched', 'difference')
        ) as report on report.source_file_id = header.file_id
        where report.status is distinct from 'matched'
            or report.declared_total_amount is distinct from header.declared
            or report.lines_total_amount is distinct from header.declared
            or report.residual_amount is distinct from 0
        """,
    ),
)


def bucket_statement(buckets: Sequence[str]) -> tuple[str, str]:
    """The statement on the columns of the profit report, which the buckets name."""
    cells = ", ".join(
        f"('{bucket}', {bucket}_amount, base_{bucket}_amount)" for bucket in buckets
    )
    key = "account_code, marketplace_code, month, sku, currency_code, bucket"
    return (
        "each bucket's column of published profit holds that bucket's lines",
        f"""
        select account_code as account, month, sku, bucket,
            currency_code as currency, lines.total as in_lines,
            profit.total as published
        from (
            select account_code, marketplace_code, coalesce(sku, '') as sku,
                cast(date_trunc('month', posted_on) as date) as month,
                currency_code, bucket, sum(amount) as total,
                sum(base_amount) as base_total
            from marts.fct_settlement_lines
            group by account_code, marketplace_code, coalesce(sku, ''),
                cast(date_trunc('month', posted_on) as date), currency_code, bucket
        ) as lines
        full join (
            select account_code, marketplace_code, sku, month, currency_code,
                cell.bucket, cell.amount as total, cell.base_amount as base_total
            from reports.profit_by_sku_month
            cross join lateral (values {cells}) as cell (bucket, amount, base_amount)
        ) as profit using ({key})
        where coalesce(lines.total, 0) <> coalesce(profit.total, 0)
            or coalesce(lines.base_total, 0) <> coalesce(profit.base_total, 0)
        """,  # noqa: S608 - bucket names come from a seed of this repository
    )
