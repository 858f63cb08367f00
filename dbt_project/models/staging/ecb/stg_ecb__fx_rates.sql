-- Every day's download repeats earlier days: of the files that name a day and a currency
-- the one known last counts, for the ECB corrects.
with raw_rows as (
    select * from {{ source('ecb', 'ecb_fx_rates') }}
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

ranked as (
    select
        raw_rows.*,
        batches.batch_id,
        batches.known_at,
        row_number() over (
            partition by raw_rows.rate_date, raw_rows.currency_code
            order by batches.known_at desc, raw_rows._file_id desc, raw_rows._line_number desc
        ) as newest_first
    from raw_rows
    inner join batches on batches.file_id = raw_rows._file_id
),

final as (
    select
        -- attributes
        upper(trim(currency_code)) as currency_code,

        -- measures
        cast(rate as numeric(20, 10)) as units_per_euro,

        -- dates
        cast(rate_date as date) as rate_date,

        -- load
        batch_id,
        _file_id as source_file_id,
        _line_number as source_line_number,
        known_at
    from ranked
    where newest_first = 1
)

select * from final
