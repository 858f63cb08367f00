-- Made anew in each build from the partial sums, of which there are a few per SKU, month
-- and settlement: cheaper than finding out what changed, and a new product map applies to
-- all history at once. A base amount is null where a rate is missing: a sum that leaves
-- lines out is no sum.
{% set profit = profit_buckets() %}
{% set other = other_buckets() %}

with partials as (
    select * from {{ ref('int_finance__profit_partials') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

stores as (
    select * from {{ ref('int_finance__stores') }}
),

summed as (
    select
        account_code,
        marketplace_code,
        month,
        sku,
        currency_code,
        sum(units) as units,
        sum(line_count) as line_count,
        sum(unconverted_line_count) as unconverted_line_count,
        {%- for bucket in profit + other %}
        sum({{ bucket }}_amount) as {{ bucket }}_amount,
        sum(base_{{ bucket }}_amount) as base_{{ bucket }}_amount,
        {%- endfor %}
        max(known_at) as as_of
    from partials
    group by account_code, marketplace_code, month, sku, currency_code
),

final as (
    select
        summed.account_code,
        summed.marketplace_code,
        stores.store_code,
        stores.store_name_en,
        stores.store_name_zh,
        summed.month,
        summed.sku,
        summed.currency_code,
        products.product_code,
        products.product_name,
        products.brand,
        products.category,
        cast(summed.units as bigint) as units,
        {%- for bucket in profit + other %}
        cast(summed.{{ bucket }}_amount as numeric(18, 4)) as {{ bucket }}_amount,
        {{ converted('base_' ~ bucket ~ '_amount') }} as base_{{ bucket }}_amount,
        {%- endfor %}
        cast({{ sum_of_buckets(profit) }} as numeric(18, 4)) as profit_amount,
        {{ converted(sum_of_buckets(profit, 'base_')) }} as base_profit_amount,
        cast({{ sum_of_buckets(other) }} as numeric(18, 4)) as not_profit_amount,
        {{ converted(sum_of_buckets(other, 'base_')) }} as base_not_profit_amount,
        cast({{ sum_of_buckets(profit + other) }} as numeric(18, 4)) as total_amount,
        {{ converted(sum_of_buckets(profit + other, 'base_')) }} as base_total_amount,
        cast(summed.line_count as bigint) as line_count,
        summed.as_of
    from summed
    left join products
        on
            products.account_code = summed.account_code
            and products.sku = summed.sku
    left join stores
        on
            stores.account_code = summed.account_code
            and stores.marketplace_code = summed.marketplace_code
)

select * from final
