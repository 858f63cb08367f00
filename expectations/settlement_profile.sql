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

-- The first row with a total; what it says holds for the whole file.
header_text as (
    select distinct on (batch.batch_id)
        batch.batch_id,
        rtrim(raw_row.settlement_id) as header_settlement_id,
        rtrim(raw_row.currency) as header_currency,
        raw_row.total_amount,
        raw_row.settlement_start_date,
        raw_row.settlement_end_date,
        raw_row.deposit_date,
        {total} as declared_total,
        {start_iso} as start_iso,
        {end_iso} as end_iso,
        {deposit_iso} as deposit_iso
    from batch
    inner join {table} as raw_row on raw_row._file_id = batch.file_id
    where raw_row.total_amount is not null
    order by batch.batch_id, raw_row._line_number
),

header as materialized (
    select
        *,
        {start_at} as start_at,
        {end_at} as end_at,
        {deposit_at} as deposit_at
    from header_text
),

-- `offset 0` keeps each value from being worked out again wherever it is used.
valued as (
    select batch.batch_id, batch.has_whole_amounts, line.*
    from (
        select
            batch.*,
            coalesce(header.header_currency in ({without_minor_unit}), false)
                as has_whole_amounts
        from batch
        left join header on header.batch_id = batch.batch_id
    ) as batch
    cross join lateral (
        select
            raw_row._line_number as line_number,
            raw_row.total_amount is not null as is_header,
            raw_row.settlement_id,
            raw_row.currency,
            raw_row.marketplace_name,
            raw_row.quantity_purchased,
            {posted} as posted,
            {is_day_style} as is_day_style,
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
        -- Looked up in lists: Postgres hashes those, at half the price of a pattern.
        substr(posted, 14, 3) in ({minutes}) and substr(posted, 17) in ({seconds})
            as is_plain_time,
        {sum_of_values} as line_total,
        num_nonnulls({delivered_names}) as amount_count,
        {bad_amount} as bad_amount,
        case when has_whole_amounts then {fraction} end as fraction,
        case
            when translate(quantity_purchased, '0123456789', '') <> ''
                then quantity_purchased
        end as odd_quantity
    from valued
    -- A blank line says nothing; Amazon's V1 files end in one.
    where not (settlement_id is null and posted is null and not is_header
        and num_nonnulls({delivered_names}) = 0)
    offset 0
),

grouped as (
    select
        batch_id,
        is_header,
        settlement_id,
        currency,
        marketplace_name,
        is_day_style,
        amount_count > 0 as has_amount,
        case when is_plain_time then left(posted, 13) end as posted_hour,
        -- One key instead of four, and null where all is well: fewer keys to compare.
        case
            when is_plain_time and bad_amount is null and fraction is null
                and odd_quantity is null then null
            else array[
                case when not is_plain_time then posted end,
                bad_amount, fraction, odd_quantity
            ]
        end as oddities,
        min(line_number) as first_line,
        max(line_number) filter (where is_header) as last_header_line,
        count(*) as line_count,
        sum(line_total) as lines_total,
        sum(amount_count) as amount_count
    from marked
    group by
        batch_id, is_header, settlement_id, currency, marketplace_name, is_day_style,
        has_amount, posted_hour, oddities
),

dated as (
    select
        grouped.*,
        header.*,
        oddities[1] as odd_posted,
        oddities[2] as bad_amount,
        oddities[3] as fraction,
        oddities[4] as odd_quantity,
        {posted_at} as posted_at
    from (
        select grouped.*, {posted_iso} as posted_iso
        from grouped
        inner join batch on batch.batch_id = grouped.batch_id
    ) as grouped
    left join (
        select batch_id as header_batch_id, {header_columns} from header
    ) as header on header.header_batch_id = grouped.batch_id
    offset 0
),

-- Each group is asked once for all that may be wrong; hardly any has something.
asked as materialized (
    select dated.*, {faults} as faults
    from dated
),

fault as (
    select
        batch_id,
        name,
        jsonb_build_object(
            'count', sum(line_count),
            'line', min(first_line),
            'sample', (array_agg(
                left(cast({sample} as text), 60) order by first_line
            ))[1]
        ) as finding
    from asked
    cross join unnest(asked.faults) as named (name)
    where cardinality(asked.faults) > 0
    group by batch_id, name
),

found as (
    select batch_id, jsonb_object_agg(name, finding) as findings
    from fault
    group by batch_id
),

profile as (
    select
        batch_id,
        coalesce(min(header_settlement_id), min(rtrim(settlement_id))) as settlement_id,
        count(distinct rtrim(settlement_id)) as settlement_id_count,
        coalesce(sum(line_count) filter (where is_header), 0) as header_count,
        min(header_currency) as currency_code,
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
        jsonb_build_object({extents}) as extents
    from asked
    group by batch_id
)

insert into ops.settlement_profiles (
    batch_id, settlement_id, settlement_id_count, header_count, currency_code,
    marketplace_names, period_start_at, period_end_at, deposit_at, declared_total,
    lines_total, line_count, amount_count, findings
)
select
    batch_id, settlement_id, settlement_id_count, header_count, currency_code,
    marketplace_names, period_start_at, period_end_at, deposit_at, declared_total,
    -- A sum that numeric(18, 4) cannot hold is no sum of a real settlement.
    case when abs(lines_total) < 1e14 then lines_total end,
    line_count, amount_count, jsonb_strip_nulls(extents || coalesce(findings, '{{}}'))
from profile
left join found using (batch_id)
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
