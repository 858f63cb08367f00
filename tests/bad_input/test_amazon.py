"""Amazon at its worst, through fetch, load and gate: told, kept, and healed later."""

from __future__ import annotations

import hashlib

import pytest

from config.home import archive_root
from expectations.gate_a import check_batches
from extract.errors import CredentialError, TransientError
from extract.load.loader import load_received
from sandbox.sp_api.documents import ERROR_PAGE
from tests.integration.amazon_sandbox import fetch

pytestmark = pytest.mark.integration


def judge(warehouse) -> dict[str, str]:
    """Load and judge what came; the verdict on each file by its hash."""
    with warehouse.connect("loader") as connection:
        load_received(connection)
    check_batches()
    return dict(
        warehouse.rows(
            "select sha256, status || coalesce(': ' || reason, '')"
            " from ops.load_batches inner join ops.source_files using (file_id)"
        )
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_spoilt_documents_are_set_aside_and_come_in_when_they_are_whole(
    amazon, warehouse
):
    page, cut = [r for r in amazon.listed() if r.compression][:2]
    amazon.fault("html_error_page", report_id=page.report_id, count=3)
    amazon.fault("truncate_gzip", report_id=cut.report_id, count=3)
    amazon.fault("repeat_page")
    amazon.fault("shuffle_pages")
    fetch(amazon.connection())

    first = judge(warehouse)

    good = {sha256(r.path.read_bytes()) for r in amazon.listed()}
    spoilt = {sha256(r.path.read_bytes()) for r in (page, cut)}
    bad = {hash_: verdict for hash_, verdict in first.items() if hash_ not in good}
    assert all(first[hash_].startswith("accepted") for hash_ in good - spoilt)
    assert sha256(ERROR_PAGE.encode()) in bad and len(bad) == 2
    for hash_, verdict in bad.items():
        assert verdict.startswith("quarantined: amazon_settlement, "), verdict
        assert "Expected" in verdict and "Found" in verdict, verdict
        assert sha256((archive_root() / hash_[:2] / hash_).read_bytes()) == hash_

    fetch(amazon.connection())  # the remedy: the next run asks for them again
    healed = judge(warehouse)
    assert all(healed[hash_].startswith("accepted") for hash_ in good)


def test_a_revoked_token_stops_its_account_only_until_it_is_renewed(amazon, warehouse):
    amazon.fault("revoke_token", account_code="eu-demo")
    with pytest.raises(CredentialError, match="Authorise"):
        fetch(amazon.connection())
    fetch(amazon.connection("na-demo", "NA"))

    american = judge(warehouse)
    amazon.state.faults.clear()
    fetch(amazon.connection())
    everybody = judge(warehouse)

    expected = {sha256(r.path.read_bytes()) for r in amazon.listed("na-demo", "NA")}
    assert american.keys() == expected
    expected |= {sha256(r.path.read_bytes()) for r in amazon.listed()}
    assert everybody.keys() == expected
    assert {verdict.split(":")[0] for verdict in everybody.values()} <= {
        *("accepted", "quarantined", "superseded")
    }


def test_cancelled_and_out_of_reach_hold_up_no_other_report(amazon, warehouse):
    cancelled, out_of_reach, *others = amazon.listed()
    amazon.fault(
        "report_status", report_id=cancelled.report_id, status="CANCELLED", count=100
    )
    amazon.fault("expire_document_url", report_id=out_of_reach.report_id, count=3)
    with pytest.raises(TransientError, match=out_of_reach.report_id):
        fetch(amazon.connection())

    judged = judge(warehouse)

    assert judged.keys() == {sha256(r.path.read_bytes()) for r in others}
    fetch(amazon.connection())
    assert sha256(out_of_reach.path.read_bytes()) in judge(warehouse)
