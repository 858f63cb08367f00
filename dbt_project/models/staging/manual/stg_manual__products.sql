-- A SKU handed in again replaces what was known of it before.
with raw_rows as (
    select * from {{ source('manual', 'manual_product_map') }}
),

batches as (
    select * from {{ source('ops', 'visible_batches') }}
),

named as (
    select
        coalesce(
            nullif(trim(raw_rows.account_code), ''), batches.account_code, 'UNKNOWN'
        ) as account_code,
        trim(raw_rows.sku) as sku,
        nullif(trim(raw_rows.product_code), '') as product_code,
        nullif(trim(raw_rows.product_name), '') as product_name,
        nullif(trim(raw_rows.brand), '') as brand,
        nullif(trim(raw_rows.category), '') as category,
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
            partition by account_code, sku
            order by known_at desc, source_file_id desc, source_line_number desc
        ) as newest_first
    from named
    where sku <> ''
),

final as (
    select
        -- ids
        account_code,
        sku,
        product_code,

        -- attributes
        product_name,
        brand,
        category,

        -- load
        batch_id,
        source_file_id,
        source_line_number,
        known_at
    from ranked
    where newest_first = 1
)

select * from final
