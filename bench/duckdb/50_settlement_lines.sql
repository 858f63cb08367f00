create table settlement_lines as
with joined as (
    select typed.*, batches.settlement_id, batches.account_code, batches.currency_code,
        batches.file_id, batches.known_at,
        coalesce(names.marketplace_code, batches.marketplace_code) as marketplace_code,
        coalesce(line_buckets.bucket, 'unclassified') as bucket,
        case when batches.currency_code = '{base_currency}'
            then cast(1 as decimal(20, 10)) else rates.fx_rate end as fx_rate,
        case when batches.currency_code = '{base_currency}'
            then typed.posted_on else rates.fx_rate_date end as fx_rate_date
    from typed
    inner join settlement_batches as batches on batches.batch_id = typed.batch_id
    left join marketplace_names as names
        on names.marketplace_name = typed.marketplace_name
    left join line_buckets
        on line_buckets.transaction_type = typed.transaction_type
        and line_buckets.amount_type = typed.amount_type
        and line_buckets.amount_description = typed.amount_description
        and line_buckets.valid_from <= typed.posted_on
        and line_buckets.valid_before > typed.posted_on
    left join rates_daily as rates
        on rates.currency_code = batches.currency_code
        and rates.posted_on = typed.posted_on
)
select
    file_id || '-' || source_line_number || '-amount' as settlement_line_key,
    settlement_id, account_code, marketplace_code, posted_at, posted_on, order_id, sku,
    transaction_type, amount_type, amount_description, bucket, amount, currency_code,
    cast(round(amount * fx_rate, 4) as decimal(18, 4)) as base_amount,
    fx_rate, fx_rate_date, file_id, source_line_number, 'amount' as amount_column,
    known_at, batch_id, quantity
from joined;
drop table typed;
