"""Gate A as a whole: duplicates, reruns, many files, two gates, what reaches disk."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from config.home import CHECKOUT, secret
from expectations.context import data_docs_index, project_folder
from expectations.gate_a import check_batches
from tests.expectations.builders import (
    Settlement,
    add_rows,
    add_settlement,
    status_of,
)

pytestmark = pytest.mark.integration


def wrong_total(settlement_id: str = "23395380562") -> Settlement:
    settlement = Settlement(settlement_id=settlement_id)
    settlement.header["total-amount"] = "25.99"
    return settlement


def restated(settlement_id: str = "23395380562") -> Settlement:
    """The same settlement, in order, with another line."""
    settlement = Settlement(settlement_id=settlement_id)
    settlement.lines.append({"amount": "1.00", "amount-description": "Tax"})
    settlement.header["total-amount"] = "27.00"
    return settlement


def v1_rows(total: str = "26.00") -> list[dict[str, str]]:
    """The usual settlement in the V1 layout."""
    rows = [{**Settlement().rows()[0], "total-amount": total}]
    detail = {
        "settlement-id": "23395380562",
        "transaction-type": "Order",
        "posted-date": "2026-06-03T10:00:37+00:00",
    }
    rows.append({**detail, "price-type": "Principal", "price-amount": "30.50"})
    rows.append({**detail, "item-related-fee-amount": "-4.50"})
    return rows


def add_v1(warehouse, total: str = "26.00") -> int:
    return add_rows(
        warehouse,
        "raw.amazon_settlement_v1",
        v1_rows(total),
        name="v1.txt",
        account_code="na-demo",
        decimal_style="point",
        timestamp_style="iso",
        date_style="iso",
    )


def test_first_received_of_equal_files_stands_and_the_other_is_its_duplicate(warehouse):
    later_id = add_settlement(
        warehouse, name="later.txt", received_at="2026-06-20 00:00:00+00"
    )
    first_id = add_settlement(
        warehouse, name="first.txt", received_at="2026-06-19 00:00:00+00"
    )

    verdicts = {v.batch_id: v for v in check_batches()}

    assert verdicts[first_id].status == "accepted"
    assert verdicts[later_id].status == "duplicate"
    assert f"same content as first.txt (batch {first_id})" in (
        verdicts[later_id].sentence()
    )
    assert warehouse.rows(
        "select superseded_by from ops.load_batches where status = 'superseded'"
    ) == [first_id]
    assert warehouse.rows("select * from ops.alerts") == []


def test_other_content_of_an_accepted_settlement_is_set_aside(warehouse):
    first_id = add_settlement(warehouse, name="first.txt")
    check_batches()
    second_id = add_settlement(warehouse, restated(), name="second.txt")

    (verdict,) = check_batches()

    assert verdict.status == "quarantined"
    assert verdict.reasons[-1].check_name == "settlement_is_new"
    assert f"other content than first.txt (batch {first_id})" in verdict.sentence()
    assert status_of(warehouse, second_id) == "quarantined"


def test_a_file_at_fault_does_not_stand_for_its_settlement(warehouse):
    cut_id = add_settlement(warehouse, wrong_total(), name="cut.txt")
    whole_id = add_settlement(warehouse, name="whole.txt")

    check_batches()

    assert status_of(warehouse, cut_id) == "quarantined"
    assert status_of(warehouse, whole_id) == "accepted"


def test_other_layout_with_the_same_total_is_a_duplicate(warehouse):
    add_settlement(warehouse, name="v2.txt")
    v1_id = add_v1(warehouse)

    verdicts = {v.batch_id: v for v in check_batches()}

    assert verdicts[v1_id].status == "duplicate"
    assert "other layout of the same settlement" in verdicts[v1_id].sentence()


def test_other_layout_that_does_not_add_up_is_set_aside(warehouse):
    add_settlement(warehouse, name="v2.txt")
    v1_id = add_v1(warehouse, total="26.50")

    check_batches()

    assert status_of(warehouse, v1_id) == "quarantined"


def test_running_again_answers_the_same_and_changes_nothing(warehouse):
    ids = [
        add_settlement(warehouse, wrong_total(), name="cut.txt"),
        add_settlement(warehouse, name="whole.txt"),
    ]
    before = check_batches(ids)
    ledger = "select * from ops.load_batches order by batch_id"
    results = "select count(*) from ops.gate_results"
    state = warehouse.rows(ledger), warehouse.rows(results)

    again = check_batches(ids)

    assert again == before
    assert (warehouse.rows(ledger), warehouse.rows(results)) == state
    assert check_batches() == []


def test_every_check_is_recorded_for_every_file(warehouse):
    bad_id = add_settlement(warehouse, wrong_total(), name="cut.txt")
    good_id = add_settlement(warehouse, name="whole.txt")

    check_batches()

    counts = dict(
        warehouse.rows(
            "select batch_id, count(distinct check_name) from ops.gate_results"
            " where gate = 'A' group by batch_id"
        )
    )
    assert counts[bad_id] == counts[good_id] > 25
    assert warehouse.rows(
        "select check_name, severity, observed from ops.gate_results"
        " where not is_success"
    ) == [("lines_add_up", "critical", "26, a difference of 0.01")]


def test_quarantine_raises_one_alert_in_both_languages(warehouse):
    batch_id = add_settlement(warehouse, wrong_total(), name="cut.txt")

    check_batches()
    check_batches()

    ((kind, subject, english, chinese, resolved_at),) = warehouse.rows(
        "select kind, subject_key, message_en, message_zh, resolved_at from ops.alerts"
    )
    assert (kind, subject) == ("quarantined_batch", f"batch {batch_id}")
    assert "cut.txt is quarantined" in english and "acorn release" in english
    assert "cut.txt 已隔离：第 2 行，明细合计不等于申报总额（应为" in chinese
    assert resolved_at is None


def test_not_one_of_150_files_at_fault_gets_through(warehouse):
    bad = [add_settlement(warehouse, wrong_total(str(n))) for n in range(1, 151)]
    good_id = add_settlement(warehouse, Settlement(settlement_id="999"))

    verdicts = {v.batch_id: v.status for v in check_batches()}

    assert [verdicts[batch_id] for batch_id in bad] == ["quarantined"] * 150
    assert verdicts[good_id] == "accepted"


def test_two_gates_at_once_decide_each_file_once(warehouse):
    for number in range(1, 5):
        add_settlement(warehouse, Settlement(settlement_id=str(number)))

    with ThreadPoolExecutor(2) as gates:
        answers = [gates.submit(check_batches) for _ in range(2)]
        decided = [v.batch_id for answer in answers for v in answer.result()]

    assert len(decided) == len(set(decided)) == 4
    assert warehouse.rows(
        "select to_status, count(*) from ops.batch_events"
        " where to_status <> 'loaded' group by 1"
    ) == [("accepted", 4)]


def test_a_killed_gate_is_finished_by_the_next(warehouse):
    ids = [
        add_settlement(warehouse, Settlement(settlement_id=str(number)))
        for number in range(1, 4)
    ]
    # Dies after the second verdict, before the third.
    script = """
import os
from expectations import gate_a
decided = []
def decide_then_die(*arguments):
    if len(decided) == 2:
        os._exit(9)
    decided.append(arguments)
    return decide(*arguments)
decide = gate_a.decide
gate_a.decide = decide_then_die
gate_a.check_batches()
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, check=False)
    assert killed.returncode == 9
    assert [status_of(warehouse, i) for i in ids] == ["accepted", "accepted", "loaded"]

    check_batches()

    assert [status_of(warehouse, i) for i in ids] == ["accepted"] * 3
    assert (
        warehouse.rows(
            "select batch_id, check_name from ops.gate_results"
            " group by 1, 2 having count(*) > 1"
        )
        == []
    )


def test_a_file_that_breaks_the_profile_does_not_hold_up_the_others(
    warehouse, monkeypatch
):
    good_id = add_settlement(warehouse)
    bad_id = add_settlement(warehouse, wrong_total("7"), name="odd.txt")
    from expectations.suites import SUITES

    suite = SUITES["amazon_settlement"]
    profile = suite.prepare

    def break_on_bad(connection, batch_ids):
        if bad_id in batch_ids:
            connection.execute("select cast('x' as integer)")
        profile(connection, batch_ids)

    monkeypatch.setitem(vars(suite), "prepare", break_on_bad)

    verdicts = {v.batch_id: v for v in check_batches()}

    assert verdicts[good_id].status == "accepted"
    assert [r.check_name for r in verdicts[bad_id].reasons] == ["file_is_readable"]


def test_a_rule_that_cannot_be_run_decides_nothing(warehouse, monkeypatch):
    from expectations.checkpoints import GateFailed
    from expectations.rules import Rule
    from expectations.suites import SUITES

    batch_id = add_settlement(warehouse)
    broken = Rule("broken", "", "no_such_column", "''", "''")
    monkeypatch.setitem(vars(SUITES["amazon_settlement"]), "rules", (broken,))

    with pytest.raises(GateFailed, match="broken could not be run: .*no_such_column"):
        check_batches()

    assert status_of(warehouse, batch_id) == "loaded"


def test_a_batch_without_rows_to_judge_is_not_accepted(warehouse, monkeypatch):
    from psycopg import sql

    from expectations.checkpoints import GateFailed
    from expectations.suites import SUITES

    batch_id = add_settlement(warehouse)
    suite = SUITES["amazon_settlement"]
    rows = suite.rows

    def no_rows(batch_ids, company):
        return sql.SQL("{} limit 0").format(rows(batch_ids, company))

    monkeypatch.setitem(vars(suite), "rows", no_rows)

    with pytest.raises(GateFailed, match=f"no rows to judge for batch {batch_id}"):
        check_batches()

    assert status_of(warehouse, batch_id) == "loaded"


def test_gate_a_does_not_wait_for_a_build(warehouse):
    from deliver.build_lock import build_lock

    batch_id = add_settlement(warehouse)

    with ThreadPoolExecutor(1) as gate, build_lock():
        gate.submit(check_batches).result(timeout=60)

    assert status_of(warehouse, batch_id) == "accepted"


def test_data_docs_are_written_and_hold_no_password(warehouse):
    add_settlement(warehouse)

    check_batches()

    assert data_docs_index().exists()
    password = secret("loader_password")
    files = [path for path in project_folder().rglob("*") if path.is_file()]
    assert not [path for path in files if password in path.read_text(errors="ignore")]


def test_cent_exactness_has_no_tolerance(warehouse):
    settlement = Settlement()
    settlement.lines.append({"amount": "0.0001", "amount-description": "Dust"})
    batch_id = add_settlement(warehouse, settlement)

    (verdict,) = check_batches([batch_id])

    assert verdict.status == "quarantined"
    assert warehouse.rows(
        "select lines_total - declared_total from ops.settlement_profiles"
    ) == [Decimal("0.0001")]


def test_every_critical_check_has_a_chinese_text():
    from expectations.chinese import sentence_zh
    from expectations.records import Reason
    from expectations.suites import SUITES

    untold = [
        rule.check_name
        for suite in SUITES.values()
        for rule in suite.rules
        if rule.severity == "critical"
        and "未通过" in sentence_zh(Reason(rule.check_name, "critical", None, "", ""))
    ]
    assert untold == []
