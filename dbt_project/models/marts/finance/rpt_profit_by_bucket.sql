-- The profit report turned on its side: a column per bucket becomes a row per bucket, so
-- both hold the same money to the cent. Buckets without an amount have no row; one whose
-- lines cancel out in their currency may still leave something in base currency.
with profit as (
    select * from {{ ref('rpt_profit_by_sku_month') }}
),

buckets as (
    select
        buckets.*,
        row_number() over (order by buckets.sort_order) as step
    from {{ ref('buckets') }} as buckets
),

final as (
    select
        profit.account_code,
        profit.marketplace_code,
        profit.store_code,
        profit.store_name_en,
        profit.store_name_zh,
        profit.month,
        profit.sku,
        profit.product_code,
        profit.product_name,
        profit.brand,
        profit.category,
        profit.currency_code,
        amounts.bucket,
        buckets.label_en as bucket_en,
        buckets.label_zh as bucket_zh,
        -- Two digits, since charts sort steps as text.
        right('0' || cast(buckets.step as {{ dbt.type_string() }}), 2) || ' '
        || buckets.label_en as step_en,
        right('0' || cast(buckets.step as {{ dbt.type_string() }}), 2) || ' '
        || buckets.label_zh as step_zh,
        buckets.is_profit,
        buckets.sort_order,
        amounts.amount,
        amounts.base_amount,
        profit.as_of
    from profit
    cross join {{ unpacked_bucket_amounts('profit') }}
    inner join buckets on buckets.bucket = amounts.bucket
    where amounts.amount <> 0 or amounts.base_amount <> 0
)

select * from final
