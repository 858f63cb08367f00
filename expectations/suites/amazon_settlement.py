"""Gate A for Amazon settlements, V1 and V2: does the file say what it must?

Judged are the profiles (ops.settlement_profiles), one row per file, so the rules cost
the same for a file of ten lines and one of a million. Whether the settlement stands in
the books already is decided with the verdict (expectations/standing.py): it depends on
what became of the files before. Vocabulary is classified by the models alone.
"""

from __future__ import annotations

from expectations.currencies import CURRENCY_CODES, quoted
from expectations.rules import Rule
from expectations.settlement_profiles import profile_settlements
from expectations.suites.account_rules import ACCOUNT_RULES
from expectations.suites.findings import found
from expectations.suites.settlement_rows import settlement_rows
from expectations.suites.suite import FeedSuite

_DECLARED = "trim_scale(declared_total) || ' ' || coalesce(currency_code, '')"
_HEADER_LINE = "findings -> 'header' ->> 'line'"
_PERIOD = "'period ' || period_start_at || ' to ' || period_end_at"

AMAZON_SETTLEMENT = FeedSuite(
    name="amazon_settlement",
    rows=settlement_rows,
    prepare=profile_settlements,
    rules=(
        *ACCOUNT_RULES,
        Rule(
            check_name="header_row_is_there",
            why="The header row declares period, total and currency.",
            fault="header_count = 0",
            expected="'one header row (a line with total-amount)'",
            observed="'none among ' || line_count || ' lines'",
        ),
        found(
            "second_header",
            "header_row_is_single",
            "A second header row is a second report pasted in, or the first one twice.",
            "one header row",
            "findings -> 'second_header' ->> 'count' || ' header rows'",
        ),
        found(
            "amount_on_header",
            "header_row_carries_no_amount",
            "Amounts are read from detail lines; one on the header row would be lost.",
            "a header row without amounts",
            "'an amount'",
        ),
        found(
            "settlement_id_missing",
            "settlement_id_is_present",
            "Every row names its settlement; one that does not is cut or foreign.",
            "a settlement-id",
            "'none'",
        ),
        found(
            "settlement_id_malformed",
            "settlement_id_is_numeric",
            "Amazon numbers settlements with up to 20 digits.",
            "up to 20 digits as settlement-id",
        ),
        found(
            "other_settlement",
            "settlement_is_single",
            "A file holds one settlement; a second one makes both totals wrong.",
            "the settlement of the header row on every line",
        ),
        Rule(
            check_name="currency_is_known",
            why="Amounts without a currency cannot be added up or converted.",
            fault="header_count > 0 and (currency_code is null"
            f" or currency_code not in ({quoted(CURRENCY_CODES)}))",
            line=_HEADER_LINE,
            expected="'an ISO 4217 currency code on the header row'",
            observed="coalesce('\"' || currency_code || '\"', 'none')",
        ),
        found(
            "other_currency",
            "currency_is_single",
            "A settlement is paid in one currency.",
            "the currency of the header row",
        ),
        found(
            "start_malformed",
            "period_start_parses",
            "The period places the settlement among its neighbours.",
            "a settlement-start-date in the style of this file",
            "coalesce('\"' || (findings -> 'start_malformed' ->> 'sample') || '\"',"
            " 'nothing')",
        ),
        found(
            "end_malformed",
            "period_end_parses",
            "The period places the settlement among its neighbours.",
            "a settlement-end-date in the style of this file",
            "coalesce('\"' || (findings -> 'end_malformed' ->> 'sample') || '\"',"
            " 'nothing')",
        ),
        found(
            "deposit_malformed",
            "deposit_date_parses",
            "The deposit date is when the money moves.",
            "a deposit-date in the style of this file",
            "coalesce('\"' || (findings -> 'deposit_malformed' ->> 'sample') || '\"',"
            " 'nothing')",
        ),
        Rule(
            check_name="period_is_sane",
            why="A settlement spans about 14 days; another span is a misread date.",
            fault="period_start_at >= period_end_at or"
            " period_end_at - period_start_at > make_interval(days => longest_days)",
            line=_HEADER_LINE,
            expected="'a start before the end, at most ' || longest_days || ' days'",
            observed=_PERIOD,
            is_waivable=True,
        ),
        Rule(
            check_name="period_has_ended",
            why="Amazon closes a settlement before it reports it; 3 days cover zones"
            " and clocks. A period to come is day and month swapped.",
            fault="period_end_at > now() + interval '3 days'",
            line=_HEADER_LINE,
            expected="'a period that has ended'",
            observed=_PERIOD,
            is_waivable=True,
        ),
        Rule(
            check_name="deposit_follows_period",
            why="Real files pay 2 days after the end; bank holidays stretch that.",
            fault="deposit_at < period_end_at - interval '1 day'"
            " or deposit_at > period_end_at + interval '31 days'",
            line=_HEADER_LINE,
            expected="'a deposit from a day before to 31 days after ' || period_end_at",
            observed="deposit_at",
            is_waivable=True,
        ),
        found(
            "total_malformed",
            "declared_total_parses",
            "The declared total is what the lines must add up to.",
            "a total-amount in the decimal style of this file",
        ),
        found(
            "amount_malformed",
            "amounts_parse",
            "An amount that cannot be read would be missing from the books.",
            "an amount in the decimal style of this file, at most 4 decimals",
        ),
        found(
            "fraction",
            "amounts_fit_the_currency",
            "A currency without minor unit (JPY) has whole amounts only.",
            "whole amounts in a currency without minor unit",
        ),
        Rule(
            check_name="amounts_are_present",
            why="Every V2 line carries one amount; an empty one may be a cut line.",
            fault="findings -> 'amount_missing' is not null"
            " and raw_table = 'raw.amazon_settlement_v2'",
            line="findings -> 'amount_missing' ->> 'line'",
            count="findings -> 'amount_missing' ->> 'count'",
            expected="'an amount'",
            observed="'none'",
            severity="warning",
        ),
        found(
            "posted_missing",
            "posted_times_are_present",
            "The posting day decides the month and the exchange rate.",
            "a posting time or day",
            "'none'",
        ),
        found(
            "posted_malformed",
            "posted_times_parse",
            "The posting day decides the month and the exchange rate.",
            "a posting time in the style of this file",
        ),
        Rule(
            check_name="posted_times_are_near",
            why="Deferred money may be posted long before it is settled; a year before,"
            " or a month after, is a misread date.",
            fault="posted_first_at < period_start_at - interval '366 days'"
            " or posted_last_at > period_end_at + interval '31 days'",
            line="case when posted_last_at > period_end_at + interval '31 days'"
            " then findings -> 'posted_last' ->> 'line'"
            " else findings -> 'posted_first' ->> 'line' end",
            expected="'posting times near the ' || " + _PERIOD,
            observed="posted_first_at || ' to ' || posted_last_at",
            is_waivable=True,
        ),
        Rule(
            check_name="posted_times_are_within",
            why="Most lines are posted within the period; others deserve a look.",
            fault="posted_first_at < period_start_at - interval '31 days'"
            " or posted_last_at > period_end_at + interval '1 day'",
            line="findings -> 'posted_first' ->> 'line'",
            expected="'posting times within the ' || " + _PERIOD,
            observed="posted_first_at || ' to ' || posted_last_at",
            severity="warning",
        ),
        found(
            "quantity_malformed",
            "quantities_are_whole",
            "Units are counted, so a quantity is a whole number.",
            "a whole number as quantity-purchased",
        ),
        Rule(
            check_name="lines_are_there",
            why="Only a settlement over nothing may have no lines.",
            fault="line_count = 0 and declared_total <> 0",
            line=_HEADER_LINE,
            expected="'lines that add up to ' || " + _DECLARED,
            observed="'no lines'",
        ),
        Rule(
            check_name="lines_add_up",
            why="The lines of a settlement add up to its declared total, to the cent."
            " If not, lines are cut, doubled or misread.",
            fault="header_count = 1 and declared_total is not null"
            " and lines_total is distinct from declared_total",
            line=_HEADER_LINE,
            expected="'lines that add up to ' || " + _DECLARED,
            observed="coalesce(trim_scale(lines_total) || ', a difference of '"
            " || trim_scale(lines_total - declared_total), 'a sum beyond reading')",
        ),
    ),
)
