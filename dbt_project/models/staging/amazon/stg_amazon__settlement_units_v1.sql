-- In V1 the units of an order item stand on a row of their own that has no amount.
with raw_rows as (
    select * from {{ source('amazon', 'amazon_settlement_v1') }}
    where
        total_amount is null
        {%- for column, amount_type, description in v1_amount_columns() %}
        and {{ column }} is null
        {%- endfor %}
        and quantity_purchased is not null
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

final as (
    select
        -- ids
        batches.batch_id,
        raw_rows.order_id,
        raw_rows.order_item_code,
        raw_rows.shipment_id,
        raw_rows.sku,

        -- attributes
        coalesce(raw_rows.transaction_type, '') as transaction_type,

        -- measures
        cast(raw_rows.quantity_purchased as integer) as quantity,

        -- load
        raw_rows._file_id as source_file_id,
        raw_rows._line_number as source_line_number
    from raw_rows
    inner join batches on batches.file_id = raw_rows._file_id
)

select * from final
