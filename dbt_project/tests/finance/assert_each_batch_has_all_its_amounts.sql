-- Rule: the marts hold every amount of a settlement once: as many as gate A counted, with
-- the same sum. Why: a model that drops or doubles lines would still look plausible.
-- When it fails: the batch is in the row; compare its lines with raw, then run a build with
-- a full refresh. Gate A reads the file with SQL of its own.
with totals as (
    select * from {{ ref('int_finance__settlement_totals') }}
),

profiles as (
    select * from {{ ref('stg_ops__settlement_batches') }}
    where is_visible
)

select
    profiles.batch_id,
    profiles.amount_count,
    totals.line_count,
    profiles.lines_total_amount as profiled_amount,
    totals.lines_total_amount
from profiles
left join totals on totals.batch_id = profiles.batch_id
where
    profiles.amount_count <> coalesce(totals.line_count, 0)
    or profiles.lines_total_amount <> coalesce(totals.lines_total_amount, 0)
