{{ config(post_hook=["analyze {{ this }}"]) }}

-- Names are compared without case. `Non-Amazon XX` marks multi-channel orders of the store
-- XX. A name that no store has is UNKNOWN: it counts, and shows.
with groups as (
    select * from {{ ref('int_finance__settlement_line_groups') }}
),

marketplaces as (
    select * from {{ ref('marketplaces') }}
),

names as (
    select
        marketplace_name,
        lower(trim(marketplace_name)) as comparable_name
    from groups
    where trim(marketplace_name) <> ''
    group by marketplace_name
),

final as (
    select
        names.marketplace_name,
        coalesce(max(marketplaces.marketplace_code), 'UNKNOWN') as marketplace_code
    from names
    left join marketplaces
        on
            {{ is_store_name('names.comparable_name', 'marketplaces') }}
    group by names.marketplace_name
)

select * from final
