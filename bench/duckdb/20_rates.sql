create table rates_daily as
with with_euro as (
    select cast(rate_date as date) as rate_date, currency_code,
        cast(rate as decimal(20, 10)) as units
    from source.ecb_fx_rates
    union all
    select distinct cast(rate_date as date), 'EUR', cast(1 as decimal(20, 10))
    from source.ecb_fx_rates
),
scaled as (
    select rate_date, currency_code, cast(units * 10000000000 as hugeint) as units
    from with_euro
),
crossed as (
    -- Rounded in whole numbers, as numeric(20, 10) rounds; a double would not.
    select quoted.rate_date, quoted.currency_code,
        cast(
            (base.units * 20000000000 + quoted.units) // (2 * quoted.units) as decimal(38, 0)
        ) * cast(0.0000000001 as decimal(10, 10)) as fx_rate
    from scaled as quoted
    inner join scaled as base
        on base.rate_date = quoted.rate_date and base.currency_code = '{base_currency}'
    where quoted.currency_code <> '{base_currency}'
),
periods as (
    select *, lead(rate_date) over (partition by currency_code order by rate_date)
        as next_rate_date
    from crossed
)
select currency_code, rate_date + cast(ages.days as integer) as posted_on,
    cast(fx_rate as decimal(20, 10)) as fx_rate, rate_date as fx_rate_date
from periods
inner join range(0, {longest_gap_days} + 1) as ages (days)
    on next_rate_date is null or rate_date + cast(ages.days as integer) < next_rate_date;
