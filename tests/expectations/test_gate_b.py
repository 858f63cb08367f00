"""Gate B on hand-made marts: books in order pass, each kind of damage is caught."""

from __future__ import annotations

import pytest

from deliver.build_lock import BuildReplaced
from expectations.gate_b import check_books
from tests.expectations.builders import Settlement, add_settlement
from tests.expectations.small_books import accept_all, change_books, make_books

pytestmark = pytest.mark.integration

LINES = "marts.fct_settlement_lines"
PARTIALS = "intermediate.int_finance__profit_partials"
REPORT = "marts.rpt_profit_by_sku_month"

# What is done to the books -> the check that must notice.
DAMAGES = {
    "a line dropped": (
        f"delete from {LINES} where amount = 0.50",
        "amounts_are_there_once",
    ),
    "a line doubled": (
        f"insert into {LINES} select * from {LINES} where amount = 0.50",
        "amounts_are_there_once",
    ),
    "one line dropped and another of the same amount doubled": (
        f"""
        update {LINES} set source_line_number = 3, settlement_line_key = (
            select settlement_line_key from {LINES} where amount = 30.00
        ), amount = 0.50 where amount = 0.50
        """,
        "amounts_are_there_once",
    ),
    "a cent changed in a line": (
        f"update {LINES} set amount = amount + 0.01 where amount = 0.50",
        "lines_add_up_to_their_settlement",
    ),
    "a cent changed in a base amount": (
        f"update {LINES} set base_amount = base_amount + 0.01 where amount = 0.50",
        "base_amounts_add_up_to_their_settlement",
    ),
    "an amount not converted by its rate": (
        f"update {LINES} set fx_rate = 7.2 where amount = 0.50",
        "amounts_are_converted_by_their_rate",
    ),
    "a line moved to another bucket after it was summed": (
        f"update {LINES} set bucket = 'referral_fees' where amount = 0.50",
        "buckets_are_the_lines",
    ),
    "money moved between buckets of the report": (
        f"""
        update {REPORT} set product_sales_amount = product_sales_amount - 1,
            referral_fees_amount = referral_fees_amount + 1
        """,
        "buckets_are_the_lines",
    ),
    "a bucket that does not exist": (
        f"update {LINES} set bucket = 'sundries' where amount = 0.50",
        "lines_have_a_known_bucket",
    ),
    "a missing rate": (
        f"update {LINES} set base_amount = null, fx_rate = null where amount = 0.50",
        "rates_are_known",
    ),
    "a total other than the file's": (
        """
        update marts.fct_settlements set declared_total_amount = 1,
            lines_total_amount = 1
        """,
        "declared_totals_are_the_files",
    ),
    "a residual": (
        "update marts.fct_settlements set lines_total_amount = 25.99",
        "settlements_add_up",
    ),
    "a settlement dropped": (
        "delete from marts.fct_settlements",
        "settlements_are_in_the_books",
    ),
    "a settlement doubled": (
        "insert into marts.fct_settlements select * from marts.fct_settlements",
        "settlements_are_in_the_books",
    ),
    "a settlement that is not accepted any more": (
        "delete from ops.visible_batches",
        "settlements_are_accepted",
    ),
    "a settlement missing in the reconciliation": (
        "delete from marts.rpt_settlement_reconciliation",
        "settlements_are_reported",
    ),
    "an empty report": (f"delete from {REPORT}", "report_has_every_line"),
    "a cent more in the report": (
        f"update {REPORT} set total_amount = total_amount + 0.01",
        "report_adds_up",
    ),
    "a cent more in the base currency": (
        f"update {REPORT} set base_total_amount = base_total_amount + 0.01",
        "report_adds_up_in_base_currency",
    ),
}


@pytest.fixture
def build_id(warehouse) -> int:
    """Books with one settlement, in order."""
    add_settlement(warehouse)
    accept_all(warehouse)
    return make_books(warehouse)


def test_books_in_order_pass(warehouse, build_id):
    result = check_books(build_id)

    assert result.is_success, result.sentence()
    assert not [check for check in result.results if not check.is_success]
    assert warehouse.rows(
        "select distinct run_id, is_success from ops.gate_results where gate = 'B'"
    ) == [(f"build-{build_id}", True)]


def test_empty_books_pass(warehouse):
    assert check_books(make_books(warehouse)).is_success


def test_each_kind_of_damage_is_caught(warehouse, build_id):
    for damage, (statement, check_name) in DAMAGES.items():
        build_id = make_books(warehouse)
        change_books(warehouse, statement)

        result = check_books(build_id)

        assert not result.is_success, damage
        assert check_name in [check.check_name for check in result.failures], damage


def test_missing_rate_names_currency_and_days_and_the_remedy(warehouse, build_id):
    change_books(warehouse, DAMAGES["a missing rate"][0])

    sentence = check_books(build_id).sentence()

    assert "na-demo USD without a rate from 2026-06-03 to 2026-06-03" in sentence
    assert "Load rates" in sentence


def test_more_than_200_settlements_at_fault_are_counted(warehouse):
    for number in range(210):
        add_settlement(warehouse, Settlement(settlement_id=str(number)))
    accept_all(warehouse)
    build_id = make_books(warehouse)
    change_books(warehouse, "update marts.fct_settlements set lines_total_amount = 1")

    result = check_books(build_id)

    failed = {check.check_name: check.fault_count for check in result.failures}
    assert failed["settlements_add_up"] == 210


def test_lines_are_read_once_and_again_only_when_they_may_have_changed(
    warehouse, build_id
):
    assert check_books(build_id).is_success
    checked = "select count(*) from intermediate.gate_b_settlements where is_checked"
    assert warehouse.rows(checked, role="transformer") == [1]

    add_settlement(warehouse, Settlement(settlement_id="77"))
    accept_all(warehouse)
    next_id = make_books(warehouse)
    assert check_books(next_id).is_success
    assert warehouse.rows(checked, role="transformer") == [1]

    assert check_books(next_id, is_full=True).is_success
    assert warehouse.rows(checked, role="transformer") == [2]
    change_books(warehouse, f"update {LINES} set rules_key = 'rules 2'")
    assert check_books(next_id).is_success
    assert warehouse.rows(checked, role="transformer") == [2]
    assert check_books(make_books(warehouse, is_full_refresh=True)).is_success
    assert warehouse.rows(checked, role="transformer") == [2]


def test_a_failed_gate_reads_the_lines_again(warehouse, build_id):
    change_books(warehouse, DAMAGES["a cent changed in a line"][0])
    assert not check_books(build_id).is_success

    assert not check_books(build_id).is_success
    assert check_books(make_books(warehouse)).is_success


def test_unclassified_lines_warn_and_raise_an_alert_until_they_are_gone(warehouse):
    settlement = Settlement()
    settlement.lines[2]["amount-description"] = "Mystery"
    add_settlement(warehouse, settlement)
    accept_all(warehouse)
    build_id = make_books(warehouse)

    result = check_books(build_id)

    assert result.is_success
    (check,) = [c for c in result.results if not c.is_success]
    assert (check.check_name, check.severity) == ("unclassified_is_little", "warning")
    ((subject, amount, currency, english, chinese),) = warehouse.rows(
        "select subject_key, amount, currency_code, message_en, message_zh"
        " from ops.alerts where resolved_at is null"
    )
    assert (subject, f"{amount:.4f}", currency) == ("na-demo USD", "3.5617", "CNY")
    assert "1 lines (3.56 CNY) are unclassified" in english
    assert "未分类" in chinese

    change_books(
        warehouse, "update marts.fct_settlements set unclassified_line_count = 0"
    )
    check_books(build_id)
    assert warehouse.rows("select 1 from ops.alerts where resolved_at is null") == []


def test_an_older_build_gives_way_to_the_newest(warehouse, build_id):
    make_books(warehouse)
    with pytest.raises(BuildReplaced, match=f"Build {build_id} is not the newest"):
        check_books(build_id)


def test_an_unknown_build_is_refused(warehouse):
    with pytest.raises(LookupError, match="no build 4711"):
        check_books(4711)
