-- The ledger's own view of settlement files, those outside the books included: what is
-- quarantined or waits must show in the reconciliation.
with batches as (
    select * from {{ source('ops', 'load_batches') }}
),

files as (
    select * from {{ source('ops', 'source_files') }}
    where feed = 'amazon_settlement'
),

profiles as (
    select * from {{ source('ops', 'settlement_profiles') }}
),

faults as (
    select * from {{ source('ops', 'batch_faults') }}
),

stores as (
    select * from {{ source('ops', 'file_stores') }}
),

visible as (
    select batch_id from {{ source('ops', 'visible_batches') }}
),

final as (
    select
        -- ids
        batches.batch_id,
        profiles.settlement_id,
        coalesce(files.account_code, 'UNKNOWN') as account_code,

        -- attributes
        profiles.currency_code,
        files.marketplace_ids,
        stores.marketplace_code,
        batches.status,
        batches.reason,
        faults.reason_zh,
        files.original_name,

        -- flags
        visible.batch_id is not null as is_visible,

        -- measures
        profiles.declared_total as declared_total_amount,
        profiles.lines_total as lines_total_amount,
        profiles.amount_count,

        -- dates
        profiles.period_start_at,
        profiles.period_end_at,
        cast(profiles.deposit_at as date) as deposit_date,

        -- load
        batches.file_id as source_file_id,
        batches.decided_at as known_at
    from batches
    inner join files on files.file_id = batches.file_id
    left join profiles on profiles.batch_id = batches.batch_id
    left join faults on faults.batch_id = batches.batch_id
    left join stores on stores.batch_id = batches.batch_id
    left join visible on visible.batch_id = batches.batch_id
)

select * from final
