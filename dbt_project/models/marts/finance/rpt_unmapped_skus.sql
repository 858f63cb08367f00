-- The work list for the product map: what was sold and has no product yet. By store, so
-- that everybody sees the SKUs of their own stores.
with profit as (
    select * from {{ ref('rpt_profit_by_sku_month') }}
),

products as (
    select * from {{ ref('dim_products') }}
    where not is_mapped
),

final as (
    select
        products.account_code,
        profit.marketplace_code,
        profit.store_code,
        profit.store_name_en,
        profit.store_name_zh,
        products.sku,
        cast(sum(profit.units) as bigint) as units,
        cast(sum(profit.line_count) as bigint) as line_count,
        cast(sum(profit.base_product_sales_amount) as numeric(18, 4))
            as base_product_sales_amount,
        cast(sum(profit.base_profit_amount) as numeric(18, 4)) as base_profit_amount,
        min(profit.month) as first_month,
        max(profit.month) as last_month,
        max(profit.as_of) as as_of
    from products
    inner join profit
        on
            profit.account_code = products.account_code
            and profit.sku = products.sku
    group by
        products.account_code,
        profit.marketplace_code,
        profit.store_code,
        profit.store_name_en,
        profit.store_name_zh,
        products.sku
)

select * from final
