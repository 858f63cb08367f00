"""What the demo shows at its end: do the books tie, what was found, where to look."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from acorn.parts import StackSettings
from acorn.progress import Progress
from acorn.sign_in import say_where
from config.company import load_company
from config.warehouse import connect


def print_summary(settings: StackSettings, progress: Progress, seconds: float) -> None:
    """Print the reconciliation, the profit, and what to look at next."""
    progress.say()
    with connect("analyst") as connection:
        statuses = connection.execute(_STATUSES).fetchall()
        ties = connection.execute(_TIES).fetchall()
        findings = connection.execute(_FINDINGS).fetchall()
        profit = connection.execute(_PROFIT).fetchone()
    told = ", ".join(f"{count} {status}" for status, count in statuses)
    progress.say(f"Settlements: {told}")
    progress.console.print(_table(ties))
    for status, place, reason in findings:
        progress.say(f"  {status}: {place}: {reason}")
    _print_profit(profit, progress)
    progress.say()
    progress.say(f"Done in {seconds:.0f} s. The stack stays up.")
    say_where(settings, False, progress)
    progress.say()
    progress.say("  Next        acorn verify      proves every cent from the raw lines")
    progress.say("              acorn explain     leads a number back to its file")
    progress.say(
        '              acorn query "select * from reports.profit_by_sku_month"'
    )


def _table(ties: list[Any]) -> Table:
    table = Table(title="Accepted settlements, by currency", title_justify="left")
    table.add_column("currency")
    for name in ("settlements", "declared", "lines", "residual"):
        table.add_column(name, justify="right")
    for currency_code, count, declared, lines, residual in ties:
        table.add_row(
            currency_code,
            str(count),
            f"{declared:,.2f}",
            f"{lines:,.2f}",
            f"{residual:,.2f}",
        )
    return table


def _print_profit(profit: Any, progress: Progress) -> None:
    base_profit, line_count, sku_count, as_of = profit
    if base_profit is None:
        progress.say("No profit is published yet.")
        return
    currency = load_company().base_currency
    progress.say(
        f"Profit: {base_profit:,.2f} {currency} over {sku_count} SKUs and "
        f"{line_count:,} amounts, as of {as_of:%Y-%m-%d %H:%M} UTC"
    )


_STATUSES = """
    select status, count(*) from reports.settlement_reconciliation
    group by status order by status
"""
_TIES = """
    select
        currency_code,
        count(*),
        sum(declared_total_amount),
        sum(lines_total_amount),
        sum(residual_amount)
    from reports.settlement_reconciliation
    where status in ('matched', 'difference')
    group by currency_code
    order by currency_code
"""
_FINDINGS = """
    select
        status,
        concat_ws(
            ' ', account_code, marketplace_code, settlement_id,
            to_char(period_start_at at time zone 'UTC', 'YYYY-MM-DD'), 'to',
            to_char(period_end_at at time zone 'UTC', 'YYYY-MM-DD')
        ),
        coalesce(reason, '')
    from reports.settlement_reconciliation
    where status not in ('matched', 'waiting')
    union all
    select
        'reserve chain broken',
        concat_ws(' ', account_code, marketplace_code, settlement_id),
        concat(
            'it starts with ', trim_scale(previous_reserve_amount), ' ', currency_code,
            ', the settlement before held back ',
            trim_scale(previous_reserve_amount - reserve_break_amount)
        )
    from reports.settlement_reconciliation
    where reserve_chain_status = 'broken'
    union all
    select
        'unclassified',
        concat_ws(' ', account_code, marketplace_code, 'in', example_settlement_id),
        concat(
            concat_ws(' / ', transaction_type, amount_type, amount_description), ': ',
            line_count, ' lines, ', trim_scale(amount), ' ', currency_code
        )
    from reports.unclassified_lines
    order by 1, 2
"""
_PROFIT = """
    select
        sum(base_profit_amount),
        sum(line_count)::bigint,
        count(distinct (account_code, sku)) filter (where sku <> ''),
        max(as_of)
    from reports.profit_by_sku_month
"""
