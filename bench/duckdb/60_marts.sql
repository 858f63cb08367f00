create table partials as
with grouped as (
    select batch_id, marketplace_code, coalesce(sku, '') as sku,
        cast(date_trunc('month', posted_on) as date) as month, bucket,
        case when bucket = 'reserves' then
            comparable(amount_description)
            = 'previous reserve amount balance' end as is_previous_reserve,
        sum(amount) as amount, sum(base_amount) as base_amount,
        sum(case when bucket = 'product_sales' and lower(amount_description) = 'principal'
            then quantity end) as units,
        count(*) as line_count, count(base_amount) as converted_count
    from settlement_lines
    group by all
)
select batch_id, marketplace_code, sku, month,
    coalesce(sum(units), 0) as units, sum(line_count) as line_count,
    sum(line_count - converted_count) as unconverted_line_count,
    coalesce(sum(case when bucket = 'unclassified' then line_count end), 0)
        as unclassified_line_count,
    {bucket_sums},
    coalesce(sum(case when is_previous_reserve then amount end), 0)
        as previous_reserve_amount,
    coalesce(sum(case when not is_previous_reserve then amount end), 0)
        as current_reserve_amount
from grouped
group by batch_id, marketplace_code, sku, month;

create table profit as
select batches.account_code, partials.marketplace_code, month, sku, currency_code,
    sum(units) as units, sum(line_count) as line_count,
    sum(unconverted_line_count) as unconverted_line_count,
    {column_sums}
from partials
inner join settlement_batches as batches using (batch_id)
group by batches.account_code, partials.marketplace_code, month, sku, currency_code;

create table settlements as
select batches.settlement_id, batches.account_code, batches.marketplace_code,
    batches.currency_code, batches.declared_total_amount,
    sum({total}) as lines_total_amount, sum({base_total}) as base_lines_total_amount,
    sum(line_count) as line_count,
    sum(previous_reserve_amount) as previous_reserve_amount,
    sum(current_reserve_amount) as current_reserve_amount
from settlement_batches as batches
left join partials using (batch_id)
group by all;
