with raw_rows as (
    select
        *,
        coalesce(posted_date_time, posted_date) as posted_text
    from {{ source('amazon', 'amazon_settlement_v2') }}
    where total_amount is null and trim(amount) <> ''
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

final as (
    select
        -- ids
        batches.batch_id,
        trim(raw_rows.settlement_id) as settlement_id,
        coalesce(batches.account_code, 'UNKNOWN') as account_code,
        raw_rows.order_id,
        raw_rows.sku,

        -- attributes
        coalesce(raw_rows.marketplace_name, '') as marketplace_name,
        coalesce(raw_rows.transaction_type, '') as transaction_type,
        coalesce(raw_rows.amount_type, '') as amount_type,
        coalesce(raw_rows.amount_description, '') as amount_description,
        'amount' as amount_column,

        -- measures
        {{ parse_amount('raw_rows.amount', 'batches.decimal_style') }} as amount,
        cast(raw_rows.quantity_purchased as integer) as quantity,

        -- dates
        {{ parse_timestamp('raw_rows.posted_text', posted_style()) }} as posted_at,
        -- The day as delivered, for grouping: reading it costs nothing.
        left(raw_rows.posted_text, 10) as posted_day_text,
        {{ posted_style() }} as posted_day_style,

        -- load
        raw_rows._file_id as source_file_id,
        raw_rows._line_number as source_line_number,
        batches.known_at
    from raw_rows
    inner join batches on batches.file_id = raw_rows._file_id
)

select * from final
