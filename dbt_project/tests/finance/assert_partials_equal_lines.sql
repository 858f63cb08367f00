{{ config(tags=['full_scan']) }}

-- Rule: partial sums hold exactly the lines of the mart, and both stem from the same rules.
-- Why: reports are made of partial sums alone. When it fails: run a build with a full
-- refresh and find out how the two came apart.
with lines as (
    select
        batch_id,
        rules_key,
        count(*) as line_count,
        sum(amount) as amount
    from {{ ref('fct_settlement_lines') }}
    group by batch_id, rules_key
),

partials as (
    select
        batch_id,
        rules_key,
        sum(line_count) as line_count,
        sum({{ sum_of_buckets(profit_buckets() + other_buckets()) }}) as amount
    from {{ ref('int_finance__profit_partials') }}
    group by batch_id, rules_key
)

select
    lines.batch_id,
    partials.batch_id as partials_batch_id,
    lines.amount,
    partials.amount as partials_amount
from lines
full join partials
    on partials.batch_id = lines.batch_id and partials.rules_key = lines.rules_key
where
    lines.line_count is distinct from partials.line_count
    or lines.amount is distinct from partials.amount
