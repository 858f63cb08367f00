"""What was delivered, as the penny proof reads it: amounts, headers and rates.

SQL of its own over `raw`, into temporary tables of the session; it shares nothing with
dbt or the gates. Seen are the batches of the last build (`ops.visible_batches`).
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

# V1: the columns that hold an amount of a detail line, each with the amount-type that
# V2 has for it and the SQL of its description.
_V1_AMOUNTS = (
    ("shipment_fee_amount", "shipment-fee", "line.shipment_fee_type"),
    ("order_fee_amount", "order-fee", "line.order_fee_type"),
    ("price_amount", "ItemPrice", "line.price_type"),
    ("item_related_fee_amount", "ItemFees", "line.item_related_fee_type"),
    ("misc_fee_amount", "misc-fee", "''"),
    ("other_fee_amount", "other-fee", "line.other_fee_reason_description"),
    ("promotion_amount", "Promotion", "line.promotion_type"),
    ("direct_payment_amount", "direct-payment", "line.direct_payment_type"),
    ("other_amount", "other-transaction", "line.transaction_type"),
)


def prepare(connection: Connection[Any]) -> None:
    """Make the temporary tables proof_amounts, proof_headers and proof_rates."""
    for name, statement in (
        ("proof_amounts", _raw_amounts()),
        ("proof_headers", _raw_headers()),
        ("proof_rates", _RATES),
    ):
        connection.execute(f"create temp table {name} as {statement}".encode())
        connection.execute(f"analyze {name}".encode())


def _number(column: str) -> str:
    """SQL that reads a delivered amount: no group marks, a decimal point."""
    bare = f"translate({column}, E' \\u00a0\\u202f''', '')"
    return (
        f"cast(case batch.decimal_style when 'comma' "
        f"then replace(replace({bare}, '.', ''), ',', '.') "
        f"else replace({bare}, ',', '') end as numeric)"
    )


def _raw_amounts() -> str:
    values = ", ".join(
        f"('{name}', line.{name}, '{amount_type}', {description})"
        for name, amount_type, description in _V1_AMOUNTS
    )
    return f"""
    select batch.batch_id, batch.file_id, line._line_number as line_number,
        'amount' as amount_column, {_number("line.amount")} as amount,
        array[coalesce(line.transaction_type, ''), coalesce(line.amount_type, ''),
            coalesce(line.amount_description, '')] as triple
    from raw.amazon_settlement_v2 as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    where line.total_amount is null and nullif(trim(line.amount), '') is not null
    union all
    select batch.batch_id, batch.file_id, line._line_number, cell.name,
        {_number("cell.text")},
        array[coalesce(line.transaction_type, ''), cell.amount_type,
            coalesce(cell.description, '')]
    from raw.amazon_settlement_v1 as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    cross join lateral (values {values})
        as cell (name, text, amount_type, description)
    where line.total_amount is null and nullif(trim(cell.text), '') is not null
    """  # noqa: S608 - made of the constants above


def _raw_headers() -> str:
    one = """
    select batch.batch_id, batch.file_id, trim(line.settlement_id) as settlement_id,
        batch.account_code,
        upper(trim(line.currency)) as currency_code, {number} as declared
    from raw.{table} as line
    inner join ops.visible_batches as batch on batch.file_id = line._file_id
    where line.total_amount is not null
    """
    number = _number("line.total_amount")
    return " union all ".join(
        one.format(number=number, table=table)
        for table in ("amazon_settlement_v2", "amazon_settlement_v1")
    )


# Units of base currency for one unit, per day that has any: `best_first` 1 is the
# provider that company.yml prefers. A day named twice has the rate known last.
_RATES = """
    with told as (
        select settings -> 'vars' ->> 'base_currency' as base_currency,
            settings -> 'vars' -> 'fx_providers' as providers,
            cast(settings -> 'vars' ->> 'fx_longest_gap_days' as integer) as gap_days
        from ops.builds where status = 'built' order by build_id desc limit 1
    ),
    per_euro as (
        select distinct on (line.rate_date, upper(trim(line.currency_code)))
            cast(line.rate_date as date) as rate_date,
            upper(trim(line.currency_code)) as currency_code,
            cast(line.rate as numeric) as units
        from raw.ecb_fx_rates as line
        inner join ops.visible_batches as batch on batch.file_id = line._file_id
        order by line.rate_date, upper(trim(line.currency_code)),
            batch.known_at desc, line._file_id desc, line._line_number desc
    ),
    with_euro as (
        select * from per_euro
        union all
        select distinct rate_date, 'EUR', cast(1 as numeric) from per_euro
    ),
    given as (
        select distinct on (line.rate_date, upper(trim(line.currency_code)))
            cast(line.rate_date as date) as rate_date,
            upper(trim(line.currency_code)) as currency_code,
            cast(line.rate as numeric) as rate
        from raw.manual_fx_rates as line
        inner join ops.visible_batches as batch on batch.file_id = line._file_id
        where upper(trim(line.base_currency_code)) = (select base_currency from told)
        order by line.rate_date, upper(trim(line.currency_code)),
            batch.known_at desc, line._file_id desc, line._line_number desc
    ),
    quoted as (
        select own.currency_code, own.rate_date, base.units / own.units as rate,
            'ecb' as provider
        from with_euro as own
        inner join with_euro as base
            on base.rate_date = own.rate_date
            and base.currency_code = (select base_currency from told)
        union all
        select currency_code, rate_date, rate, 'manual' from given
    )
    select distinct on (quoted.currency_code, quoted.rate_date)
        quoted.currency_code, quoted.rate_date, round(quoted.rate, 10) as rate,
        told.base_currency, told.gap_days
    from quoted
    cross join told
    cross join lateral jsonb_array_elements_text(told.providers)
        with ordinality as preferred (provider, place)
    where preferred.provider = quoted.provider
        and quoted.currency_code in (
            select currency_code from marts.fct_settlements
        )
    order by quoted.currency_code, quoted.rate_date, preferred.place
"""
