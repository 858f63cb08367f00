-- Settlements that are known but not in the books: quarantined by gate A, or not decided
-- yet. What gate A measured of them places them in their chain. One row per settlement;
-- a file that says of itself not even which settlement it is has a row of its own.
with batches as (
    select * from {{ ref('stg_ops__settlement_batches') }}
),

marketplaces as (
    select * from {{ ref('marketplaces') }}
),

account_stores as (
    select
        account_code,
        currency_code,
        min(marketplace_code) as marketplace_code
    from {{ ref('int_finance__settlement_batches') }}
    where marketplace_code <> 'UNKNOWN'
    group by account_code, currency_code
    having count(distinct marketplace_code) = 1
),

currency_stores as (
    select
        currency_code,
        min(marketplace_code) as marketplace_code
    from marketplaces
    group by currency_code
    having count(*) = 1
),

outside as (
    select
        batches.*,
        row_number() over (
            partition by
                batches.account_code,
                coalesce(
                    batches.settlement_id,
                    'file ' || cast(batches.source_file_id as {{ dbt.type_string() }})
                )
            order by batches.batch_id desc
        ) as newest_first
    from batches
    left join batches as booked
        on
            booked.is_visible
            and booked.account_code = batches.account_code
            and booked.settlement_id = batches.settlement_id
    where
        not batches.is_visible
        and batches.status <> 'superseded'
        and booked.batch_id is null
),

named_stores as (
    select
        outside.batch_id,
        marketplaces.marketplace_code,
        row_number() over (
            partition by outside.batch_id
            order by
                case when marketplaces.currency_code = outside.currency_code then 0 else 1 end,
                marketplaces.marketplace_code
        ) as best_first
    from outside
    cross join {{ unnested_names('outside.marketplace_names') }}
    inner join marketplaces
        on {{ is_store_name('lower(trim(names.name))', 'marketplaces') }}
),

listed_stores as (
    select
        outside.batch_id,
        min(marketplaces.marketplace_code) as marketplace_code
    from outside
    cross join {{ unnested_names('outside.marketplace_ids') }}
    inner join marketplaces
        on
            marketplaces.marketplace_id = names.name
            and marketplaces.currency_code = outside.currency_code
    group by outside.batch_id
    having count(distinct marketplaces.marketplace_code) = 1
),

-- The order is that of int_finance__settlement_batches: both stand in the same chains.
final as (
    select
        outside.batch_id,
        outside.settlement_id,
        outside.account_code,
        coalesce(
            named_stores.marketplace_code,
            listed_stores.marketplace_code,
            account_stores.marketplace_code,
            currency_stores.marketplace_code,
            'UNKNOWN'
        ) as marketplace_code,
        outside.currency_code,
        case
            when outside.status = 'quarantined' then 'quarantined' else 'waiting'
        end as status,
        outside.reason,
        outside.reason_zh,
        outside.original_name,
        outside.declared_total_amount,
        outside.lines_total_amount,
        outside.period_start_at,
        outside.period_end_at,
        outside.deposit_date,
        outside.source_file_id,
        outside.known_at
    from outside
    left join named_stores
        on named_stores.batch_id = outside.batch_id and named_stores.best_first = 1
    left join listed_stores on listed_stores.batch_id = outside.batch_id
    left join account_stores
        on
            account_stores.account_code = outside.account_code
            and account_stores.currency_code = outside.currency_code
    left join currency_stores on currency_stores.currency_code = outside.currency_code
    where outside.newest_first = 1
)

select * from final
