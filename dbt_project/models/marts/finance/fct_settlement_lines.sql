{{ config(
    materialized='incremental',
    incremental_strategy='by_batch',
    on_schema_change='fail',
    indexes=[{'columns': ['batch_id', 'bucket']}, {'columns': ['settlement_id']}],
    post_hook=["{{ analyze_after_refresh(['batch_id', 'settlement_id', 'bucket']) }}"],
) }}

-- The only model that converts, and the only one that puts a line into its bucket.
{% set stale = stale_batches(ref('int_finance__settlement_batches'), 'rules_key') %}

with lines_v2 as (
    select * from {{ ref('stg_amazon__settlement_lines_v2') }}
    {{ where_stale(stale, 'source_file_id') }}
),

lines_v1 as (
    select
        *,
        lower(transaction_type) = 'order' and amount_type = 'ItemPrice'
        and lower(amount_description) = 'principal' as is_item_price,
        -- An order item may come in several shipments, each with units and a price.
        row_number() over (
            partition by
                source_file_id, transaction_type, amount_type, amount_description,
                order_id, order_item_code, shipment_id, sku
            order by source_line_number
        ) as turn
    from {{ ref('stg_amazon__settlement_lines_v1') }}
    {{ where_stale(stale, 'source_file_id') }}
),

units_v1 as (
    select
        *,
        row_number() over (
            partition by source_file_id, order_id, order_item_code, shipment_id, sku
            order by source_line_number
        ) as turn
    from {{ ref('stg_amazon__settlement_units_v1') }}
    {{ where_stale(stale, 'source_file_id') }}
),

lines as (
    select
        batch_id,
        order_id,
        sku,
        marketplace_name,
        transaction_type,
        amount_type,
        amount_description,
        amount_column,
        amount,
        quantity,
        posted_at,
        {{ report_day('posted_at') }} as posted_on,
        source_line_number
    from lines_v2
    union all
    select
        lines_v1.batch_id,
        lines_v1.order_id,
        lines_v1.sku,
        lines_v1.marketplace_name,
        lines_v1.transaction_type,
        lines_v1.amount_type,
        lines_v1.amount_description,
        lines_v1.amount_column,
        lines_v1.amount,
        coalesce(lines_v1.quantity, units_v1.quantity) as quantity,
        lines_v1.posted_at,
        {{ report_day('lines_v1.posted_at') }} as posted_on,
        lines_v1.source_line_number
    from lines_v1
    left join units_v1
        on
            lines_v1.is_item_price
            and lower(units_v1.transaction_type) = 'order'
            and units_v1.source_file_id = lines_v1.source_file_id
            and units_v1.turn = lines_v1.turn
            and coalesce(units_v1.order_id, '') = coalesce(lines_v1.order_id, '')
            and coalesce(units_v1.order_item_code, '')
            = coalesce(lines_v1.order_item_code, '')
            and coalesce(units_v1.shipment_id, '') = coalesce(lines_v1.shipment_id, '')
            and coalesce(units_v1.sku, '') = coalesce(lines_v1.sku, '')
    {{ evaluated_once() }}
),

batches as (
    select * from {{ ref('int_finance__settlement_batches') }}
),

marketplace_names as (
    select * from {{ ref('int_finance__marketplace_names') }}
),

line_buckets as (
    select * from {{ ref('int_finance__line_buckets') }}
),

rates as (
    select * from {{ ref('int_finance__fx_rates_daily') }}
),

joined as (
    select
        lines.*,
        batches.settlement_id,
        batches.account_code,
        batches.currency_code,
        batches.source_file_id,
        batches.known_at,
        batches.rules_key,
        coalesce(marketplace_names.marketplace_code, batches.marketplace_code)
            as marketplace_code,
        coalesce(line_buckets.bucket, 'unclassified') as bucket,
        case
            when batches.is_base_currency then cast(1 as numeric(20, 10))
            else rates.fx_rate
        end as fx_rate,
        case
            when batches.is_base_currency then lines.posted_on
            else rates.fx_rate_date
        end as fx_rate_date
    from lines
    inner join batches on batches.batch_id = lines.batch_id
    left join marketplace_names
        on marketplace_names.marketplace_name = lines.marketplace_name
    left join line_buckets
        on
            line_buckets.transaction_type = lines.transaction_type
            and line_buckets.amount_type = lines.amount_type
            and line_buckets.amount_description = lines.amount_description
            and line_buckets.valid_from <= lines.posted_on
            and line_buckets.valid_before > lines.posted_on
    left join rates
        on
            rates.currency_code = batches.currency_code
            and rates.posted_on = lines.posted_on
),

final as (
    select
        -- Readable: file, line, column of the amount. A hash would say less.
        {{ dbt.concat([
            "cast(source_file_id as " ~ dbt.type_string() ~ ")", "'-'",
            "cast(source_line_number as " ~ dbt.type_string() ~ ")", "'-'",
            "amount_column",
        ]) }} as settlement_line_key,
        settlement_id,
        account_code,
        marketplace_code,
        posted_at,
        posted_on,
        order_id,
        sku,
        transaction_type,
        amount_type,
        amount_description,
        bucket,
        amount,
        currency_code,
        cast(round(amount * fx_rate, 4) as numeric(18, 4)) as base_amount,
        fx_rate,
        fx_rate_date,
        source_file_id,
        source_line_number,
        amount_column,
        known_at,
        batch_id,
        rules_key,
        quantity
    from joined
)

select * from final
