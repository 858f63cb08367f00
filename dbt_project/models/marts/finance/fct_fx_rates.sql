with rates as (
    select * from {{ ref('int_finance__fx_rates') }}
),

final as (
    select
        rate_date,
        currency_code,
        base_currency_code,
        fx_rate,
        provider,
        source_file_id,
        source_line_number
    from rates
)

select * from final
