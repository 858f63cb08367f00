{{ config(
    indexes=[{'columns': ['currency_code', 'posted_on'], 'unique': true}],
    post_hook=["analyze {{ this }}"],
) }}

-- The rate in force on each day: that day's, or the last one before it, but none older
-- than fx.longest_gap_days. A day without a rate has no row: amounts of that day stay
-- unconverted, and gate B stops the publication. Never 1.0.
with rates as (
    select * from {{ ref('int_finance__fx_rates') }}
),

headers as (
    select * from {{ ref('int_finance__settlement_headers') }}
),

ages as (
    {%- for days in range(var('fx_longest_gap_days') | int + 1) %}
    select {{ days }} as days {{ 'union all' if not loop.last }}
    {%- endfor %}
),

used_currencies as (
    select currency_code
    from headers
    group by currency_code
),

periods as (
    select
        rates.*,
        lead(rates.rate_date) over (
            partition by rates.currency_code
            order by rates.rate_date
        ) as next_rate_date
    from rates
    inner join used_currencies on used_currencies.currency_code = rates.currency_code
),

final as (
    select
        periods.currency_code,
        cast({{ dbt.dateadd('day', 'ages.days', 'periods.rate_date') }} as date) as posted_on,
        periods.fx_rate,
        periods.rate_date as fx_rate_date
    from periods
    inner join ages
        on
            periods.next_rate_date is null
            or {{ dbt.dateadd('day', 'ages.days', 'periods.rate_date') }}
            < periods.next_rate_date
)

select * from final
