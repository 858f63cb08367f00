{{ config(
    materialized='incremental',
    incremental_strategy='by_batch',
    on_schema_change='fail',
    indexes=[{'columns': ['batch_id'], 'unique': true}],
) }}

-- Kept, because finding the one header row of a settlement among its lines means reading
-- the file's rows; that is done once per file and not once per build.
{% set batches = stale_batches(visible_settlements()) %}

with headers as (
    select * from {{ ref('stg_amazon__settlements') }}
    {{ where_stale(batches, 'source_file_id') }}
),

final as (
    select
        batch_id,
        settlement_id,
        account_code,
        currency_code,
        declared_total_amount,
        period_start_at,
        period_end_at,
        deposit_date,
        source_file_id,
        source_line_number,
        known_at
    from headers
)

select * from final
