-- A rate handed in again replaces the one known before.
with raw_rows as (
    select * from {{ source('manual', 'manual_fx_rates') }}
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

typed as (
    select
        cast(raw_rows.rate_date as date) as rate_date,
        upper(trim(raw_rows.currency_code)) as currency_code,
        upper(trim(raw_rows.base_currency_code)) as base_currency_code,
        cast(raw_rows.rate as numeric(20, 10)) as fx_rate,
        batches.batch_id,
        raw_rows._file_id as source_file_id,
        raw_rows._line_number as source_line_number,
        batches.known_at
    from raw_rows
    inner join batches on batches.file_id = raw_rows._file_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by rate_date, currency_code, base_currency_code
            order by known_at desc, source_file_id desc, source_line_number desc
        ) as newest_first
    from typed
),

final as (
    select
        -- attributes
        currency_code,
        base_currency_code,

        -- measures
        fx_rate,

        -- dates
        rate_date,

        -- load
        batch_id,
        source_file_id,
        source_line_number,
        known_at
    from ranked
    where newest_first = 1
)

select * from final
