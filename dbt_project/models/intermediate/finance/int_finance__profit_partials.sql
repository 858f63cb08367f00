{{ config(
    materialized='incremental',
    incremental_strategy='by_batch',
    on_schema_change='fail',
    indexes=[{'columns': ['batch_id']}],
    pre_hook=["{{ prefer_hashes() }}"],
    post_hook=["{{ analyze_after_refresh(['batch_id']) }}"],
) }}

-- Lines of a settlement added up once, so that reports and totals never read them again.
-- First by bucket, then one column per bucket: the other way round would look at every
-- line for each column. What a settlement's lines have in common is joined afterwards.
{% set stale = stale_batches(ref('int_finance__settlement_batches'), 'rules_key') %}
{% set buckets = profit_buckets() + other_buckets() %}

with lines as (
    select * from {{ ref('fct_settlement_lines') }}
    {{ where_stale(stale, 'batch_id') }}
),

batches as (
    select * from {{ ref('int_finance__settlement_batches') }}
),

grouped as (
    select
        batch_id,
        marketplace_code,
        coalesce(sku, '') as sku,
        {{ first_of_month('posted_on') }} as month,
        bucket,
        {{ is_previous_reserve() }} as is_previous_reserve,
        sum(amount) as amount,
        sum(base_amount) as base_amount,
        -- A V2 item repeats its quantity on every row: only its price row counts.
        sum(
            case
                when bucket = 'product_sales' and lower(amount_description) = 'principal'
                    then quantity
            end
        ) as units,
        count(*) as line_count,
        count(base_amount) as converted_count
    from lines
    group by
        batch_id,
        marketplace_code,
        coalesce(sku, ''),
        {{ first_of_month('posted_on') }},
        bucket,
        {{ is_previous_reserve() }}
),

summed as (
    select
        batch_id,
        marketplace_code,
        sku,
        month,
        cast(coalesce(sum(units), 0) as bigint) as units,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(line_count - converted_count) as bigint) as unconverted_line_count,
        cast(
            coalesce(sum(case when bucket = 'unclassified' then line_count end), 0) as bigint
        ) as unclassified_line_count,
        {%- for bucket in buckets %}
        {{ bucket_sum('amount', bucket) }} as {{ bucket }}_amount,
        {{ bucket_sum('base_amount', bucket) }} as base_{{ bucket }}_amount,
        {%- endfor %}
        cast(
            coalesce(sum(case when is_previous_reserve then amount end), 0) as numeric(18, 4)
        ) as previous_reserve_amount,
        cast(
            coalesce(sum(case when not is_previous_reserve then amount end), 0)
            as numeric(18, 4)
        ) as current_reserve_amount
    from grouped
    group by batch_id, marketplace_code, sku, month
),

final as (
    select
        batches.rules_key,
        batches.account_code,
        batches.currency_code,
        batches.known_at,
        summed.*
    from summed
    inner join batches on batches.batch_id = summed.batch_id
)

select * from final
