-- One row per account and currency in the books: settlements against the profit report,
-- bucket by bucket, the days that lack a rate, and what no rule classifies.
-- Cost: settlements, report rows and partial sums, plus the lines of checked batches and
-- of batches with unclassified lines, both found by index.
with settlement as (
    select
        account_code,
        currency_code,
        count(*) as settlement_count,
        sum(line_count) as line_count,
        sum(lines_total_amount) as total_amount,
        sum(base_lines_total_amount) as base_total_amount,
        count(*) filter (
            where line_count > 0 and base_lines_total_amount is null
        ) as unconverted_count
    from marts.fct_settlements
    group by account_code, currency_code
),

report as (
    select
        account_code,
        currency_code,
        sum(line_count) as line_count,
        sum(total_amount) as total_amount,
        sum(base_total_amount) as base_total_amount,
        {report_sums}
    from marts.rpt_profit_by_sku_month
    group by account_code, currency_code
),

partial as (
    select
        account_code,
        currency_code,
        {partial_sums}
    from intermediate.int_finance__profit_partials
    group by account_code, currency_code
),

checked_partial as (
    select
        account_code,
        currency_code,
        {partial_sums}
    from intermediate.int_finance__profit_partials
    where batch_id = any({checked})
    group by account_code, currency_code
),

checked_line as (
    select
        account_code,
        currency_code,
        bucket,
        sum(amount) as amount,
        sum(base_amount) as base_amount,
        min(posted_on) filter (where base_amount is null) as first_day_without_rate,
        max(posted_on) filter (where base_amount is null) as last_day_without_rate
    from marts.fct_settlement_lines
    where batch_id = any({checked})
    group by account_code, currency_code, bucket
),

-- What was put into one bucket and is summed under another: lines against the partial
-- sums of the checked batches, and all partial sums against the report.
difference as (
    select
        checked_partial.account_code,
        checked_partial.currency_code,
        bucket.bucket,
        bucket.amount as found_amount,
        coalesce(checked_line.amount, 0) as expected_amount,
        bucket.base_amount as found_base_amount,
        coalesce(checked_line.base_amount, 0) as expected_base_amount
    from checked_partial
    cross join lateral (values {checked_partial_buckets}) as bucket (bucket, amount, base_amount)
    left join checked_line
        on checked_line.account_code = checked_partial.account_code
        and checked_line.currency_code = checked_partial.currency_code
        and checked_line.bucket = bucket.bucket
    union all
    select
        partial.account_code,
        partial.currency_code,
        bucket.bucket,
        bucket.amount,
        bucket.expected_amount,
        -- The report leaves a cell empty when a rate is missing; that is told elsewhere.
        case when report.base_total_amount is not null then bucket.base_amount end,
        case when report.base_total_amount is not null then bucket.expected_base_amount end
    from partial
    inner join report
        on report.account_code = partial.account_code
        and report.currency_code = partial.currency_code
    cross join lateral (values {report_and_partial_buckets})
        as bucket (bucket, amount, base_amount, expected_amount, expected_base_amount)
),

moved as (
    select
        account_code,
        currency_code,
        string_agg(
            distinct bucket || ' ' || found_amount || ' instead of ' || expected_amount, ', '
        ) as buckets
    from difference
    where found_amount <> expected_amount
        or found_base_amount <> expected_base_amount
    group by account_code, currency_code
),

rateless as (
    select
        account_code,
        currency_code,
        min(first_day_without_rate) as first_day,
        max(last_day_without_rate) as last_day
    from checked_line
    where first_day_without_rate is not null
    group by account_code, currency_code
),

unclassified as (
    select
        line.account_code,
        line.currency_code,
        count(*) as line_count,
        -- Without a rate nobody knows how much it is, so it counts as above any limit.
        case when count(*) = count(line.base_amount) then sum(abs(line.base_amount)) end
            as base_amount
    from marts.fct_settlements as settlement
    inner join marts.fct_settlement_lines as line
        on line.batch_id = settlement.batch_id
        and line.bucket = 'unclassified'
    where settlement.unclassified_line_count > 0
    group by line.account_code, line.currency_code
)

select
    settlement.account_code,
    settlement.currency_code,
    settlement.settlement_count,
    settlement.line_count,
    settlement.total_amount,
    settlement.base_total_amount,
    settlement.unconverted_count,
    coalesce(report.line_count, 0) as report_line_count,
    coalesce(report.total_amount, 0) as report_total_amount,
    coalesce(report.base_total_amount, 0) as report_base_total_amount,
    moved.buckets as moved_buckets,
    rateless.first_day as first_day_without_rate,
    rateless.last_day as last_day_without_rate,
    coalesce(unclassified.line_count, 0) as unclassified_line_count,
    unclassified.base_amount as unclassified_base_amount,
    cast({unclassified_limit} as numeric(18, 4)) as unclassified_limit,
    cast({base_currency} as text) as base_currency
from settlement
left join report
    on report.account_code = settlement.account_code
    and report.currency_code = settlement.currency_code
left join moved
    on moved.account_code = settlement.account_code
    and moved.currency_code = settlement.currency_code
left join rateless
    on rateless.account_code = settlement.account_code
    and rateless.currency_code = settlement.currency_code
left join unclassified
    on unclassified.account_code = settlement.account_code
    and unclassified.currency_code = settlement.currency_code
