"""What a person may decide about a quarantined file, and what nobody may."""

from __future__ import annotations

import pytest

from expectations.gate_a import check_batches
from expectations.release import DecisionRefused, recheck_batch, release_batch
from tests.expectations.builders import Settlement, add_settlement, status_of

pytestmark = pytest.mark.integration


def long_period() -> Settlement:
    settlement = Settlement()
    settlement.header["settlement-start-date"] = "2026-01-06 08:00:00 UTC"
    return settlement


@pytest.fixture
def odd_batch(warehouse) -> int:
    """A quarantined file with nothing but an odd period."""
    batch_id = add_settlement(warehouse, long_period(), name="odd.txt")
    check_batches([batch_id])
    return batch_id


def test_release_lets_the_file_in_and_keeps_who_and_why(warehouse, odd_batch):
    verdict = release_batch(odd_batch, "finance", "a long period is right here")

    assert verdict.status == "accepted"
    assert warehouse.rows(
        "select status, decided_by, reason from ops.load_batches"
    ) == [("released", "finance", "a long period is right here")]
    assert warehouse.rows(
        "select actor, action, subject_key, reason from ops.decisions"
    ) == [("finance", "release", f"batch {odd_batch}", "a long period is right here")]
    assert warehouse.rows("select 1 from ops.alerts where resolved_at is null") == []


def test_release_replaces_the_file_that_stood_for_the_settlement(warehouse):
    first_id = add_settlement(warehouse, name="first.txt")
    restated = Settlement()
    restated.lines[0]["amount"] = "31.00"
    restated.header["total-amount"] = "27.00"
    second_id = add_settlement(warehouse, restated, name="second.txt")
    check_batches()

    release_batch(second_id, "finance", "Amazon restated it")

    assert status_of(warehouse, second_id) == "released"
    assert warehouse.rows(
        "select superseded_by, reason from ops.load_batches where status = 'superseded'"
    ) == [
        (
            second_id,
            f"replaced by second.txt (batch {second_id}), released by finance",
        )
    ]
    assert status_of(warehouse, first_id) == "superseded"


def test_nobody_may_waive_that_lines_add_up(warehouse):
    settlement = Settlement()
    settlement.header["total-amount"] = "26.01"
    batch_id = add_settlement(warehouse, settlement, name="cut.txt")
    check_batches()

    with pytest.raises(DecisionRefused, match="no one may waive .*lines_add_up"):
        release_batch(batch_id, "finance", "a cent does not matter")

    assert status_of(warehouse, batch_id) == "quarantined"
    assert warehouse.rows("select * from ops.decisions") == []


def test_a_file_that_was_never_loaded_is_not_released(warehouse):
    batch_id = add_settlement(warehouse, name="scan.pdf")
    warehouse.rows(
        "update ops.load_batches set status = 'quarantined', raw_table = null,"
        " row_count = null, loaded_at = null where batch_id = %s returning 1",
        batch_id,
    )

    with pytest.raises(DecisionRefused, match="scan.pdf.* was never loaded"):
        release_batch(batch_id, "finance", "please")


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), ("finance", "  ")])
def test_release_needs_a_name_and_a_reason(odd_batch, actor, reason):
    with pytest.raises(DecisionRefused, match="who decides and why"):
        release_batch(odd_batch, actor, reason)


def test_only_a_quarantined_batch_waits_for_a_decision(warehouse):
    batch_id = add_settlement(warehouse)
    check_batches()

    with pytest.raises(DecisionRefused, match="is accepted"):
        release_batch(batch_id, "finance", "again")
    with pytest.raises(DecisionRefused, match="no batch 4711"):
        recheck_batch(4711)


def test_clock_that_is_set_back_hides_no_reason(warehouse):
    wrong = Settlement()
    wrong.header["total-amount"] = "99.00"
    batch_id = add_settlement(warehouse, wrong, name="wrong.txt")
    with warehouse.connect("owner") as connection:
        connection.execute("update ops.load_batches set loaded_at = now() + '1 day'")

    (verdict,) = check_batches([batch_id])

    assert [reason.check_name for reason in verdict.reasons] == ["lines_add_up"]
    assert warehouse.rows("select reason_zh from ops.batch_faults") != []
    with pytest.raises(DecisionRefused, match="lines_add_up"):
        release_batch(batch_id, "finance", "let it in")


def test_recheck_makes_the_batch_wait_for_loader_and_gate_again(warehouse, odd_batch):
    recheck_batch(odd_batch, "finance")

    assert warehouse.rows(
        "select status, raw_table, loaded_at, decided_at from ops.load_batches"
    ) == [("received", None, None, None)]
    assert warehouse.rows("select count(*) from raw.amazon_settlement_v2") == [0]
    assert warehouse.rows(
        "select actor from ops.batch_events where to_status = 'received'"
    ) == ["finance"]
