{{ config(post_hook=["analyze {{ this }}"]) }}

-- Rates into the base currency as providers gave them. The ECB quotes units for one euro:
-- two of its rates of one day give the cross rate. A company rate beats the ECB's for its
-- day (company.yml: fx.providers, in order of preference).
with ecb_rates as (
    select * from {{ ref('stg_ecb__fx_rates') }}
),

manual_rates as (
    select * from {{ ref('stg_manual__fx_rates') }}
),

-- The euro is not in the ECB's list: it is what the list is in.
ecb_days as (
    select
        rate_date,
        max(source_file_id) as source_file_id,
        min(source_line_number) as source_line_number
    from ecb_rates
    group by rate_date
),

ecb_with_euro as (
    select
        rate_date,
        currency_code,
        units_per_euro,
        source_file_id,
        source_line_number
    from ecb_rates
    union all
    select
        rate_date,
        'EUR' as currency_code,
        1 as units_per_euro,
        source_file_id,
        source_line_number
    from ecb_days
),

candidates as (
    select
        quoted.rate_date,
        quoted.currency_code,
        base.units_per_euro / nullif(quoted.units_per_euro, 0) as fx_rate,
        'ecb' as provider,
        case
            when quoted.currency_code = 'EUR' then base.source_file_id
            else quoted.source_file_id
        end as source_file_id,
        case
            when quoted.currency_code = 'EUR' then base.source_line_number
            else quoted.source_line_number
        end as source_line_number
    from ecb_with_euro as quoted
    inner join ecb_with_euro as base
        on
            base.rate_date = quoted.rate_date
            and base.currency_code = '{{ var("base_currency") }}'
    union all
    select
        rate_date,
        currency_code,
        fx_rate,
        'manual' as provider,
        source_file_id,
        source_line_number
    from manual_rates
    where base_currency_code = '{{ var("base_currency") }}'
),

preferred as (
    select
        *,
        case provider
            {%- for provider in var('fx_providers') %}
            when '{{ provider }}' then {{ loop.index }}
            {%- endfor %}
        end as preference
    from candidates
    where currency_code <> '{{ var("base_currency") }}' and fx_rate > 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by rate_date, currency_code
            order by preference
        ) as best_first
    from preferred
    where preference is not null
),

final as (
    select
        rate_date,
        currency_code,
        '{{ var("base_currency") }}' as base_currency_code,
        cast(fx_rate as numeric(20, 10)) as fx_rate,
        provider,
        source_file_id,
        source_line_number
    from ranked
    where best_first = 1
)

select * from final
