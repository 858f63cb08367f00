"""Gate A for exchange rates: the ECB's and the company's own.

Judged are the lines themselves; a file has one per day and currency. A wrong rate moves
every amount of its day, so nothing here may be waived.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from config.company import Company
from expectations.currencies import CURRENCY_CODES, HISTORIC_CODES, quoted
from expectations.rules import Rule
from expectations.sql_values import day, iso_text, rate
from expectations.suites.suite import FeedSuite

# A file without lines gives one row without a line number.
_ROWS = """
with line as (
    select
        batch.batch_id,
        raw_row._line_number as line_number,
        raw_row.rate_date,
        raw_row.currency_code,
        {base_currency} as base_currency_code,
        raw_row.rate,
        {ordered_date} as ordered_date,
        {rate} as rate_value
    from ops.load_batches as batch
    inner join ops.source_files as file on file.file_id = batch.file_id
    left join {table} as raw_row on raw_row._file_id = batch.file_id
    where batch.batch_id = any(cast({batch_ids} as bigint[]))
),

dated as (
    select *, {rate_on} as rate_on
    from line
)

select
    *,
    {company_currency} as company_currency,
    min(rate_value) over same_day as lowest_rate,
    max(rate_value) over same_day as highest_rate,
    lag(rate_value) over (
        partition by batch_id, currency_code, base_currency_code
        order by rate_on, line_number
    ) as previous_rate
from dated
window same_day as (
    partition by batch_id, rate_on, currency_code, base_currency_code
)
"""


def _ecb_rows(batch_ids: Sequence[int], company: Company) -> sql.Composed:
    return _rows("ecb_fx_rates", "'EUR'", batch_ids, company)


def _manual_rows(batch_ids: Sequence[int], company: Company) -> sql.Composed:
    return _rows("manual_fx_rates", "raw_row.base_currency_code", batch_ids, company)


def _rows(
    table: str, base_currency: str, batch_ids: Sequence[int], company: Company
) -> sql.Composed:
    # The parts are texts of this package.
    return sql.SQL(_ROWS).format(
        table=sql.Identifier("raw", table),
        base_currency=sql.SQL(base_currency),
        ordered_date=sql.SQL(
            iso_text("raw_row.rate_date", "coalesce(file.date_style, 'iso')")
        ),
        rate=sql.SQL(rate("raw_row.rate")),
        rate_on=sql.SQL(day("ordered_date")),
        company_currency=company.base_currency,
        batch_ids=list(batch_ids),
    )


def _shown(column: str) -> str:
    return f"coalesce('\"' || {column} || '\"', 'nothing')"


def _currency_rule(column: str) -> Rule:
    return Rule(
        check_name=f"{column}_is_known",
        why="A currency that does not exist shows a misread line.",
        fault=f"line_number is not null and ({column} is null or {column} not in"
        f" ({quoted(CURRENCY_CODES | HISTORIC_CODES)}))",
        line="line_number",
        expected=f"'an ISO 4217 code as {column}'",
        observed=_shown(column),
    )


_COMMON = (
    Rule(
        check_name="rates_are_there",
        why="A file without rates is a failed export.",
        fault="line_number is null",
        expected="'at least one rate'",
        observed="'none'",
    ),
    Rule(
        check_name="rate_dates_parse",
        why="A rate belongs to a day.",
        fault="line_number is not null and rate_on is null",
        line="line_number",
        expected="'a day such as 2026-06-30 as rate_date'",
        observed=_shown("rate_date"),
    ),
    Rule(
        check_name="rate_dates_have_come",
        why="Nobody knows tomorrow's rate; one day is left for time zones.",
        fault="rate_on > current_date + 1",
        line="line_number",
        expected="'a day that has come'",
        observed="rate_date",
    ),
    _currency_rule("currency_code"),
    Rule(
        check_name="rates_are_positive",
        why="A rate is a positive decimal with a point; it multiplies money.",
        fault="line_number is not null and coalesce(rate_value, 0) <= 0",
        line="line_number",
        expected="'a positive number with a decimal point'",
        observed=_shown("rate"),
    ),
    Rule(
        check_name="rates_are_single",
        why="Two different rates of one day leave open which one counts.",
        fault="rate_on is not null and lowest_rate <> highest_rate",
        line="line_number",
        expected="'one rate for ' || currency_code || ' on ' || rate_on",
        observed="lowest_rate || ' and ' || highest_rate",
    ),
)

ECB_FX_RATES = FeedSuite(
    name="ecb_fx_rates",
    rows=_ecb_rows,
    rules=(
        *_COMMON,
        Rule(
            check_name="rates_move_little",
            why="A major currency rarely moves by a fifth in a day; a slipped decimal"
            " point does.",
            fault="abs(rate_value - previous_rate) > 0.20 * previous_rate",
            line="line_number",
            expected="'a rate within 20 percent of the day before, ' || previous_rate",
            observed="currency_code || ' ' || rate_value || ' on ' || rate_on",
            severity="warning",
        ),
    ),
)

MANUAL_FX_RATES = FeedSuite(
    name="manual_fx_rates",
    rows=_manual_rows,
    rules=(
        *_COMMON,
        _currency_rule("base_currency_code"),
        Rule(
            check_name="base_currency_is_ours",
            why="Only rates into the company's base currency are used.",
            fault="base_currency_code <> company_currency",
            line="line_number",
            expected="'rates into ' || company_currency",
            observed="base_currency_code",
            severity="warning",
        ),
    ),
)
