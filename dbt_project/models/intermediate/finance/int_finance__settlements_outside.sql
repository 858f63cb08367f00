-- Settlements that are known but not in the books: quarantined by gate A, or not decided
-- yet. What gate A measured of them places them in their chain. One row per settlement;
-- a file that says of itself not even which settlement it is has a row of its own.
with batches as (
    select * from {{ ref('stg_ops__settlement_batches') }}
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

-- The ledger names the store (ops.file_stores), so that the live view of open files says
-- the same. Where files disagree with themselves it is UNKNOWN.
final as (
    select
        outside.batch_id,
        outside.settlement_id,
        outside.account_code,
        coalesce(outside.marketplace_code, 'UNKNOWN') as marketplace_code,
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
    where outside.newest_first = 1
)

select * from final
