-- Rule: the profit report holds exactly the money of the settlements, per account and
-- currency. Why: profit and not-profit together must be what Amazon paid. When it fails: a
-- bucket has no column in the report, or a join repeats rows (dim_products).
with report as (
    select
        account_code,
        currency_code,
        sum(total_amount) as total_amount,
        sum(profit_amount + not_profit_amount) as parts_amount
    from {{ ref('rpt_profit_by_sku_month') }}
    group by account_code, currency_code
),

settlements as (
    select
        account_code,
        currency_code,
        sum(lines_total_amount) as total_amount
    from {{ ref('fct_settlements') }}
    where line_count > 0
    group by account_code, currency_code
)

select
    coalesce(settlements.account_code, report.account_code) as account_code,
    coalesce(settlements.currency_code, report.currency_code) as currency_code,
    settlements.total_amount as settlements_amount,
    report.total_amount as report_amount
from settlements
full join report
    on
        report.account_code = settlements.account_code
        and report.currency_code = settlements.currency_code
where
    report.total_amount is distinct from settlements.total_amount
    or report.parts_amount is distinct from settlements.total_amount
