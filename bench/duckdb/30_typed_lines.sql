create table headers as
select
    batches.batch_id, trim(rows.settlement_id) as settlement_id, batches.account_code,
    upper(trim(rows.currency)) as currency_code,
    money(rows.total_amount, batches.decimal_style) as declared_total_amount,
    batches.file_id, batches.known_at
from source.amazon_settlement_v2 as rows
inner join source.batches as batches on batches.file_id = rows._file_id
where rows.total_amount is not null;

create table typed as
with timed as (
    select
        batches.batch_id, rows.order_id, rows.sku,
        coalesce(rows.marketplace_name, '') as marketplace_name,
        coalesce(rows.transaction_type, '') as transaction_type,
        coalesce(rows.amount_type, '') as amount_type,
        coalesce(rows.amount_description, '') as amount_description,
        money(rows.amount, batches.decimal_style) as amount,
        cast(rows.quantity_purchased as integer) as quantity,
        instant(
            coalesce(rows.posted_date_time, rows.posted_date),
            case
                when rows.posted_date_time is not null then batches.timestamp_style
                else coalesce(batches.date_style, batches.timestamp_style)
            end
        ) as posted_at,
        rows._line_number as source_line_number
    from source.amazon_settlement_v2 as rows
    inner join source.batches as batches on batches.file_id = rows._file_id
    where rows.total_amount is null and trim(rows.amount) <> ''
)
select *, cast(timezone('{time_zone}', posted_at) as date) as posted_on from timed;
