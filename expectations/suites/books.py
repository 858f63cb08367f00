"""Gate B: do the books tie? Rules over what expectations/books.py sums up.

A sum cannot see a line in the wrong bucket. Moved after it was classified, the bucket
comparison sees it; classified wrongly, only the models' own tests can.
"""

from __future__ import annotations

from expectations.books import ACCOUNTS_TABLE, SETTLEMENTS_TABLE
from expectations.rules import Rule
from expectations.suites.suite import Suite

_SETTLEMENT = "account_code || ' settlement ' || settlement_id || ' '"
_ACCOUNT = "account_code || ' ' || currency_code || ' '"


def _settlement_rule(
    check_name: str, why: str, fault: str, expected: str, observed: str
) -> Rule:
    return Rule(
        check_name=check_name,
        why=why,
        fault=fault,
        expected=f"'{expected}'",
        observed=f"{_SETTLEMENT} || {observed}",
        is_about_books=True,
    )


def _account_rule(
    check_name: str, why: str, fault: str, expected: str, observed: str
) -> Rule:
    return Rule(
        check_name=check_name,
        why=why,
        fault=fault,
        expected=f"'{expected}'",
        observed=f"{_ACCOUNT} || {observed}",
        is_about_books=True,
    )


BOOKS_SETTLEMENTS = Suite(
    name=SETTLEMENTS_TABLE,
    rules=(
        _settlement_rule(
            "settlements_are_in_the_books",
            "Every accepted settlement is in the books once.",
            "is_visible and settlement_count <> 1",
            "each accepted settlement once in marts.fct_settlements",
            "settlement_count || ' times'",
        ),
        _settlement_rule(
            "settlements_are_accepted",
            "Nothing is in the books that was not accepted.",
            "not is_visible",
            "only accepted settlements in marts.fct_settlements",
            "'of batch ' || batch_id",
        ),
        _settlement_rule(
            "settlements_are_reported",
            "Finance goes through the reconciliation report; none may be missing.",
            "settlement_count > 0 and not is_reported",
            "each settlement in the reconciliation report",
            "'missing'",
        ),
        _settlement_rule(
            "declared_totals_are_the_files",
            "The declared total in the books is the one gate A read from the file.",
            "settlement_count > 0"
            " and declared_total_amount is distinct from file_total",
            "the declared total of the file",
            "coalesce(trim_scale(declared_total_amount) || ' for '"
            " || trim_scale(file_total), 'none')",
        ),
        _settlement_rule(
            "settlements_add_up",
            "The lines of a settlement add up to its declared total, to the cent.",
            "settlement_count > 0"
            " and lines_total_amount is distinct from declared_total_amount",
            "lines that add up to the declared total",
            "coalesce(trim_scale(lines_total_amount) || ' for '"
            " || trim_scale(declared_total_amount), 'none')",
        ),
        _settlement_rule(
            "lines_add_up_to_their_settlement",
            "Counted again from the lines, not from sums of sums.",
            "is_checked and lines_amount is distinct from lines_total_amount",
            "lines that add up to the total of their settlement",
            "trim_scale(lines_amount) || ' for '"
            " || coalesce(trim_scale(lines_total_amount), 0)",
        ),
        _settlement_rule(
            "base_amounts_add_up_to_their_settlement",
            "Amounts are rounded once, per line; sums of them are exact.",
            "is_checked and unconverted_count = 0"
            " and coalesce(lines_base_amount, 0)"
            " <> coalesce(base_lines_total_amount, 0)",
            "converted lines that add up to the converted total",
            "coalesce(trim_scale(lines_base_amount), 0) || ' for '"
            " || coalesce(trim_scale(base_lines_total_amount), 0)",
        ),
        _settlement_rule(
            "amounts_are_there_once",
            "Each amount of the file is one line of the books, not dropped or doubled.",
            "is_checked and (line_count <> coalesce(file_amount_count, 0)"
            " or place_count <> line_count"
            " or line_count <> coalesce(counted_lines, 0))",
            "each amount of the file once",
            "line_count || ' lines from ' || place_count || ' places for '"
            " || coalesce(file_amount_count, 0) || ' amounts'",
        ),
        _settlement_rule(
            "lines_have_a_known_bucket",
            "A line without a bucket is in no column of the profit report.",
            "is_checked and bucketless_count > 0",
            "a bucket of seeds.buckets on each line",
            "bucketless_count || ' lines without'",
        ),
        _settlement_rule(
            "amounts_are_converted_by_their_rate",
            "A base amount is the amount times the rate beside it, to 4 places.",
            "is_checked and misconverted_count > 0",
            "amount times fx_rate as base_amount",
            "misconverted_count || ' lines differ'",
        ),
    ),
)

BOOKS_ACCOUNTS = Suite(
    name=ACCOUNTS_TABLE,
    rules=(
        _account_rule(
            "rates_are_known",
            "A missing rate stops the books; nothing is converted at 1.0.",
            "first_day_without_rate is not null or unconverted_count > 0",
            "a rate for each posting day. Load rates with `acorn import`, or fetch the"
            " ECB''s, and build again",
            "coalesce('without a rate from ' || first_day_without_rate || ' to '"
            " || last_day_without_rate, unconverted_count || ' settlements without')",
        ),
        _account_rule(
            "report_has_every_line",
            "The profit report counts every line once, whatever its bucket.",
            "report_line_count <> line_count",
            "as many lines in the profit report as in the settlements",
            "report_line_count || ' for ' || line_count",
        ),
        _account_rule(
            "report_adds_up",
            "The profit report adds up to the settlements, to the cent.",
            "report_total_amount <> total_amount",
            "a profit report that adds up to the settlements",
            "trim_scale(report_total_amount) || ' for ' || trim_scale(total_amount)",
        ),
        _account_rule(
            "report_adds_up_in_base_currency",
            "Converted sums are exact too, since each line is rounded once.",
            "unconverted_count = 0 and first_day_without_rate is null"
            " and report_base_total_amount <> coalesce(base_total_amount, 0)",
            "a profit report that adds up to the converted settlements",
            "trim_scale(report_base_total_amount) || ' for '"
            " || coalesce(trim_scale(base_total_amount), 0) || ' ' || base_currency",
        ),
        _account_rule(
            "buckets_are_the_lines",
            "An amount moved from one bucket to another changes no total, but a cost.",
            "moved_buckets is not null",
            "each bucket of the profit report to be the sum of its lines",
            "moved_buckets",
        ),
        Rule(
            check_name="unclassified_is_little",
            why="What no rule knows still counts, and somebody has to add the rule.",
            fault="unclassified_line_count > 0"
            " and coalesce(unclassified_base_amount > unclassified_limit, true)",
            expected="'at most ' || trim_scale(unclassified_limit) || ' '"
            " || base_currency || ' unclassified; an alert was raised'",
            observed=f"{_ACCOUNT} || unclassified_line_count || ' lines, '"
            " || coalesce(trim_scale(unclassified_base_amount) || ' '"
            " || base_currency, 'not converted')",
            severity="warning",
            is_about_books=True,
        ),
    ),
)
