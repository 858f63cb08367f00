-- Every SKU that was sold or is in the product map.
with products as (
    select * from {{ ref('stg_manual__products') }}
),

sold_skus as (
    select
        account_code,
        sku
    from {{ ref('int_finance__profit_partials') }}
    where sku <> ''
    group by account_code, sku
),

final as (
    select
        coalesce(products.account_code, sold_skus.account_code) as account_code,
        coalesce(products.sku, sold_skus.sku) as sku,
        products.product_code,
        products.product_name,
        products.brand,
        products.category,
        products.product_code is not null as is_mapped
    from products
    full join sold_skus
        on
            sold_skus.account_code = products.account_code
            and sold_skus.sku = products.sku
)

select * from final
