-- One row per settlement that is visible or in the books: what the marts say of it, what
-- gate A's profile of its file says, and, where `is_checked`, what its lines say.
-- Cost: an index look-up per settlement, and the lines of the batches that are checked.
with line as (
    select
        batch_id,
        count(*) as line_count,
        -- File, line and column of an amount: the place it came from.
        count(distinct settlement_line_key) as place_count,
        sum(amount) as amount,
        sum(base_amount) as base_amount,
        count(*) filter (where base_amount is null or fx_rate is null) as unconverted_count,
        count(*) filter (where base_amount <> round(amount * fx_rate, 4)) as misconverted_count,
        count(*) filter (where bucket is null or bucket <> all ({buckets})) as bucketless_count
    from marts.fct_settlement_lines
    where batch_id = any({checked})
    group by batch_id
),

visible as (
    select batch_id from ops.visible_batches where feed = 'amazon_settlement'
),

settlement as (
    select
        batch_id,
        count(*) as settlement_count,
        min(settlement_id) as settlement_id,
        min(account_code) as account_code,
        min(currency_code) as currency_code,
        sum(declared_total_amount) as declared_total_amount,
        sum(lines_total_amount) as lines_total_amount,
        sum(base_lines_total_amount) as base_lines_total_amount,
        sum(line_count) as line_count
    from marts.fct_settlements
    group by batch_id
)

select
    coalesce(visible.batch_id, settlement.batch_id) as batch_id,
    coalesce(settlement.account_code, file.account_code) as account_code,
    coalesce(settlement.settlement_id, profile.settlement_id) as settlement_id,
    coalesce(settlement.currency_code, profile.currency_code) as currency_code,
    visible.batch_id is not null as is_visible,
    coalesce(settlement.settlement_count, 0) as settlement_count,
    exists (
        select from marts.rpt_settlement_reconciliation as reported
        where reported.source_file_id = file.file_id
            and reported.settlement_id = settlement.settlement_id
    ) as is_reported,
    settlement.declared_total_amount,
    settlement.lines_total_amount,
    settlement.base_lines_total_amount,
    settlement.line_count as counted_lines,
    profile.declared_total as file_total,
    profile.amount_count as file_amount_count,
    coalesce(visible.batch_id = any({checked}), false) as is_checked,
    coalesce(line.line_count, 0) as line_count,
    coalesce(line.place_count, 0) as place_count,
    coalesce(line.amount, 0) as lines_amount,
    line.base_amount as lines_base_amount,
    coalesce(line.unconverted_count, 0) as unconverted_count,
    coalesce(line.misconverted_count, 0) as misconverted_count,
    coalesce(line.bucketless_count, 0) as bucketless_count
from visible
full join settlement on settlement.batch_id = visible.batch_id
inner join ops.load_batches as batch
    on batch.batch_id = coalesce(visible.batch_id, settlement.batch_id)
inner join ops.source_files as file on file.file_id = batch.file_id
left join ops.settlement_profiles as profile on profile.batch_id = batch.batch_id
left join line on line.batch_id = batch.batch_id
