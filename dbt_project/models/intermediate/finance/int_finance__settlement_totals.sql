-- What the lines of each settlement in the books add up to.
with partials as (
    select * from {{ ref('int_finance__profit_partials') }}
),

{% set buckets = profit_buckets() + other_buckets() -%}
final as (
    select
        batch_id,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum({{ sum_of_buckets(buckets) }}) as numeric(18, 4)) as lines_total_amount,
        cast(
            case
                when sum(unconverted_line_count) = 0
                    then sum({{ sum_of_buckets(buckets, 'base_') }})
            end as numeric(18, 4)
        ) as base_lines_total_amount,
        cast(sum(unclassified_line_count) as bigint) as unclassified_line_count,
        cast(sum(unclassified_amount) as numeric(18, 4)) as unclassified_amount,
        cast(sum(previous_reserve_amount) as numeric(18, 4)) as previous_reserve_amount,
        cast(sum(current_reserve_amount) as numeric(18, 4)) as current_reserve_amount
    from partials
    group by batch_id
)

select * from final
