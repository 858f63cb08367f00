-- One row per amount: a V1 row has up to nine. What V2 calls amount-type is the column
-- here, so rows come out in V2's vocabulary.
with raw_rows as (
    select * from {{ source('amazon', 'amazon_settlement_v1') }}
    where total_amount is null
),

batches as (
    select
        *,
        coalesce(date_style, timestamp_style) as posted_style
    from {{ source('ops', 'visible_batches') }}
),

final as (
    select
        -- ids
        batches.batch_id,
        trim(raw_rows.settlement_id) as settlement_id,
        coalesce(batches.account_code, 'UNKNOWN') as account_code,
        raw_rows.order_id,
        raw_rows.order_item_code,
        raw_rows.shipment_id,
        raw_rows.sku,

        -- attributes
        coalesce(raw_rows.marketplace_name, '') as marketplace_name,
        coalesce(raw_rows.transaction_type, '') as transaction_type,
        unpacked.amount_type,
        coalesce(unpacked.amount_description, '') as amount_description,
        unpacked.amount_column,

        -- measures
        {{ parse_amount('unpacked.amount_text', 'batches.decimal_style') }} as amount,
        cast(raw_rows.quantity_purchased as integer) as quantity,

        -- dates
        {{ parse_timestamp('raw_rows.posted_date', 'batches.posted_style') }} as posted_at,
        left(raw_rows.posted_date, 10) as posted_day_text,
        batches.posted_style as posted_day_style,

        -- load
        raw_rows._file_id as source_file_id,
        raw_rows._line_number as source_line_number,
        batches.known_at
    from raw_rows
    inner join batches on batches.file_id = raw_rows._file_id
    cross join {{ unpacked_v1_amounts('raw_rows') }}
    where trim(unpacked.amount_text) <> ''
)

select * from final
