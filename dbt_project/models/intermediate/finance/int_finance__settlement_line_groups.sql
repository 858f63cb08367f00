{{ config(
    materialized='incremental',
    incremental_strategy='by_batch',
    on_schema_change='fail',
    indexes=[{'columns': ['batch_id']}],
    pre_hook=["{{ prefer_hashes() }}"],
    post_hook=["analyze {{ this }}"],
) }}

-- What rules look at, without the amounts: some hundred groups stand for the lines of a
-- settlement. Whatever depends on rules or rates is decided on these, so a change of
-- either finds the batches it touches without reading a line.
{% set batches = stale_batches(visible_settlements()) %}

with lines_v2 as (
    select * from {{ ref('stg_amazon__settlement_lines_v2') }}
    {{ where_stale(batches, 'source_file_id') }}
),

lines_v1 as (
    select * from {{ ref('stg_amazon__settlement_lines_v1') }}
    {{ where_stale(batches, 'source_file_id') }}
),

-- Grouped by the day as delivered: dates are then read once per group, not per line.
days as (
    {% for lines in ['lines_v2', 'lines_v1'] -%}
    select
        batch_id,
        marketplace_name,
        transaction_type,
        amount_type,
        amount_description,
        posted_day_text,
        posted_day_style,
        count(*) as line_count
    from {{ lines }}
    group by
        batch_id,
        marketplace_name,
        transaction_type,
        amount_type,
        amount_description,
        posted_day_text,
        posted_day_style
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        batch_id,
        marketplace_name,
        transaction_type,
        amount_type,
        amount_description,
        cast(sum(line_count) as bigint) as line_count,
        min({{ parse_day('posted_day_text', 'posted_day_style') }}) as first_posted_day,
        max({{ parse_day('posted_day_text', 'posted_day_style') }}) as last_posted_day
    from days
    group by
        batch_id,
        marketplace_name,
        transaction_type,
        amount_type,
        amount_description
)

select * from final
