-- Rule: the buckets of a SKU and month add up to its row of the profit report, to the cent:
-- in all, in profit, in both currencies. Why: charts and tables must show the same money.
-- When it fails: a bucket of the seed has no column, or the other way round.
with buckets as (
    select
        account_code,
        marketplace_code,
        month,
        sku,
        currency_code,
        sum(amount) as total_amount,
        sum(base_amount) as base_total_amount,
        sum(case when is_profit then amount else 0 end) as profit_amount
    from {{ ref('rpt_profit_by_bucket') }}
    group by account_code, marketplace_code, month, sku, currency_code
),

profit as (
    select * from {{ ref('rpt_profit_by_sku_month') }}
)

select
    coalesce(profit.account_code, buckets.account_code) as account_code,
    coalesce(profit.marketplace_code, buckets.marketplace_code) as marketplace_code,
    coalesce(profit.month, buckets.month) as month,
    coalesce(profit.sku, buckets.sku) as sku,
    profit.total_amount,
    buckets.total_amount as buckets_amount
from profit
full join buckets
    on
        buckets.account_code = profit.account_code
        and buckets.marketplace_code = profit.marketplace_code
        and buckets.month = profit.month
        and buckets.sku = profit.sku
        and buckets.currency_code = profit.currency_code
where
    coalesce(buckets.total_amount, 0) is distinct from profit.total_amount
    or coalesce(buckets.profit_amount, 0) is distinct from profit.profit_amount
    -- Without a rate for one line the base amounts are null; gate B tells that.
    or coalesce(buckets.base_total_amount, 0) <> profit.base_total_amount
