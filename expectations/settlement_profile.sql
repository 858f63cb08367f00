-- The profile of settlement batches; settlement_profiles.py fills in the names in braces
-- and explains how one pass stays cheap. Times UTC, money in the settlement's currency.
with batch as materialized (
    select
        batch.batch_id,
        batch.file_id,
        coalesce(file.decimal_style, 'point') as decimal_style,
        file.timestamp_style,
        coalesce(file.date_style, file.timestamp_style) as date_style
    from ops.load_batches as batch
    inner join ops.source_files as file on file.file_id = batch.file_id
    where batch.batch_id = any(%(batch_ids)s) and batch.raw_table = %(raw_table)s
),

-- `offset 0` keeps each value from being worked out again wherever it is used.
valued as (
    select batch.batch_id, batch.decimal_style, batch.timestamp_style, line.*
    from batch
    cross join lateral (
        select
            raw_row._line_number as line_number,
            raw_row.total_amount is not null as is_header,
            raw_row.settlement_id,
            raw_row.currency,
            raw_row.marketplace_name,
            raw_row.total_amount,
            raw_row.settlement_start_date,
            raw_row.settlement_end_date,
            raw_row.deposit_date,
            raw_row.quantity_purchased,
            {posted} as posted,
            {posted_style} as posted_style,
            {delivered},
            {values}
        from {table} as raw_row
        where raw_row._file_id = batch.file_id
        offset 0
    ) as line
),

marked as (
    select
        *,
        substr(posted, 14) ~ '^:[0-5]\d:[0-5]\d( UTC|Z|[+]00:00)?$' as is_plain_time,
        {sum_of_values} as line_total,
        num_nonnulls({delivered_names}) as amount_count,
        {bad_amount} as bad_amount,
        {has_fraction} as has_fraction
    from valued
    -- A blank line says nothing; Amazon's V1 files end in one.
    where not (settlement_id is null and posted is null and not is_header
        and num_nonnulls({delivered_names}) = 0)
    offset 0
),

grouped as (
    select
        batch_id, decimal_style, timestamp_style, is_header, settlement_id, currency,
        marketplace_name, total_amount, settlement_start_date, settlement_end_date,
        deposit_date, posted_style, bad_amount, has_fraction,
        case when is_plain_time then left(posted, 13) end as posted_hour,
        case when not is_plain_time then posted end as odd_posted,
        case
            when translate(quantity_purchased, '0123456789', '') <> ''
                then quantity_purchased
        end as odd_quantity,
        amount_count > 0 as has_amount,
        min(line_number) as first_line,
        max(line_number) as last_line,
        count(*) as line_count,
        sum(line_total) as lines_total,
        sum(amount_count) as amount_count,
        min(line_total) filter (where has_fraction) as fraction_sample
    from marked
    group by
        batch_id, decimal_style, timestamp_style, is_header, settlement_id, currency,
        marketplace_name, total_amount, settlement_start_date, settlement_end_date,
        deposit_date, posted_style, bad_amount, has_fraction, posted_hour, odd_posted,
        odd_quantity, has_amount
),

ordered as (
    select
        *,
        {posted_iso} as posted_iso,
        {start_iso} as start_iso,
        {end_iso} as end_iso,
        {deposit_iso} as deposit_iso
    from grouped
),

header as (
    select distinct on (batch_id)
        batch_id,
        settlement_id as header_settlement_id,
        currency as header_currency
    from grouped
    where is_header
    order by batch_id, first_line
),

dated as (
    select
        ordered.*,
        header.header_settlement_id,
        header.header_currency,
        {total} as declared_total,
        {posted_at} as posted_at,
        {start_at} as start_at,
        {end_at} as end_at,
        {deposit_at} as deposit_at
    from ordered
    left join header on header.batch_id = ordered.batch_id
),

profile as (
    select
        batch_id,
        coalesce(min(header_settlement_id), min(settlement_id)) as settlement_id,
        count(distinct rtrim(settlement_id)) as settlement_id_count,
        coalesce(sum(line_count) filter (where is_header), 0) as header_count,
        rtrim(min(header_currency)) as currency_code,
        coalesce(
            array_agg(distinct marketplace_name) filter (
                where marketplace_name is not null
            ), '{{}}'
        ) as marketplace_names,
        min(start_at) as period_start_at,
        min(end_at) as period_end_at,
        min(deposit_at) as deposit_at,
        min(declared_total) as declared_total,
        coalesce(sum(lines_total) filter (where not is_header), 0) as lines_total,
        coalesce(sum(line_count) filter (where not is_header), 0) as line_count,
        coalesce(sum(amount_count) filter (where not is_header), 0) as amount_count,
        jsonb_strip_nulls(jsonb_build_object({findings})) as findings
    from dated
    group by batch_id
)

insert into ops.settlement_profiles (
    batch_id, settlement_id, settlement_id_count, header_count, currency_code,
    marketplace_names, period_start_at, period_end_at, deposit_at, declared_total,
    lines_total, line_count, amount_count, findings
)
select
    batch_id, rtrim(settlement_id), settlement_id_count, header_count, currency_code,
    marketplace_names, period_start_at, period_end_at, deposit_at, declared_total,
    -- A sum that numeric(18, 4) cannot hold is no sum of a real settlement.
    case when abs(lines_total) < 1e14 then lines_total end,
    line_count, amount_count, findings
from profile
on conflict (batch_id) do update set
    settlement_id = excluded.settlement_id,
    settlement_id_count = excluded.settlement_id_count,
    header_count = excluded.header_count,
    currency_code = excluded.currency_code,
    marketplace_names = excluded.marketplace_names,
    period_start_at = excluded.period_start_at,
    period_end_at = excluded.period_end_at,
    deposit_at = excluded.deposit_at,
    declared_total = excluded.declared_total,
    lines_total = excluded.lines_total,
    line_count = excluded.line_count,
    amount_count = excluded.amount_count,
    findings = excluded.findings,
    profiled_at = now()
