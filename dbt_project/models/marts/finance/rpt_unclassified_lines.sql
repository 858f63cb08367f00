-- The work list for the rules: kinds of lines that no rule knows. Only settlements that
-- have some are read, by index.
with partials as (
    select * from {{ ref('int_finance__profit_partials') }}
    where unclassified_line_count > 0
),

affected_batches as (
    select batch_id
    from partials
    group by batch_id
),

lines as (
    select * from {{ ref('fct_settlement_lines') }}
    where bucket = 'unclassified'
),

stores as (
    select * from {{ ref('int_finance__stores') }}
),

final as (
    select
        lines.account_code,
        lines.marketplace_code,
        stores.store_code,
        stores.store_name_en,
        stores.store_name_zh,
        lines.currency_code,
        lines.transaction_type,
        lines.amount_type,
        lines.amount_description,
        count(*) as line_count,
        cast(sum(lines.amount) as numeric(18, 4)) as amount,
        cast(
            case when count(*) = count(lines.base_amount) then sum(lines.base_amount) end
            as numeric(18, 4)
        ) as base_amount,
        count(distinct lines.settlement_id) as settlement_count,
        min(lines.posted_on) as first_posted_on,
        max(lines.posted_on) as last_posted_on,
        max(lines.settlement_id) as example_settlement_id,
        max(lines.known_at) as as_of
    from affected_batches
    inner join lines on lines.batch_id = affected_batches.batch_id
    left join stores
        on
            stores.account_code = lines.account_code
            and stores.marketplace_code = lines.marketplace_code
    group by
        lines.account_code,
        lines.marketplace_code,
        stores.store_code,
        stores.store_name_en,
        stores.store_name_zh,
        lines.currency_code,
        lines.transaction_type,
        lines.amount_type,
        lines.amount_description
)

select * from final
