-- Both layouts begin with the same columns, and a file has exactly one header row: the
-- one with a total-amount.
with v2_rows as (
    select
        _file_id,
        _line_number,
        settlement_id,
        settlement_start_date,
        settlement_end_date,
        deposit_date,
        total_amount,
        currency
    from {{ source('amazon', 'amazon_settlement_v2') }}
    where total_amount is not null
),

v1_rows as (
    select
        _file_id,
        _line_number,
        settlement_id,
        settlement_start_date,
        settlement_end_date,
        deposit_date,
        total_amount,
        currency
    from {{ source('amazon', 'amazon_settlement_v1') }}
    where total_amount is not null
),

headers as (
    select * from v2_rows
    union all
    select * from v1_rows
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

final as (
    select
        -- ids
        batches.batch_id,
        trim(headers.settlement_id) as settlement_id,
        coalesce(batches.account_code, 'UNKNOWN') as account_code,

        -- attributes
        upper(trim(headers.currency)) as currency_code,

        -- measures
        {{ parse_amount('headers.total_amount', 'batches.decimal_style') }}
            as declared_total_amount,

        -- dates
        {{ parse_timestamp('headers.settlement_start_date', 'batches.timestamp_style') }}
            as period_start_at,
        {{ parse_timestamp('headers.settlement_end_date', 'batches.timestamp_style') }}
            as period_end_at,
        {{ parse_day('headers.deposit_date', 'batches.timestamp_style') }} as deposit_date,

        -- load
        headers._file_id as source_file_id,
        headers._line_number as source_line_number,
        batches.known_at
    from headers
    inner join batches on batches.file_id = headers._file_id
)

select * from final
