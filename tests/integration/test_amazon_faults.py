"""What happens when Amazon throttles, breaks off, or sends something else."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from extract.amazon.settlements import fetch_settlements
from extract.amazon.throttle import USAGE_PLANS
from extract.errors import CredentialError, ExtractError, TransientError
from sandbox.sp_api.documents import ERROR_PAGE
from sandbox.sp_api.throttle import Throttle
from tests.integration.amazon_sandbox import fetch, file_hashes, whole_window

pytestmark = pytest.mark.integration

# Four getReports calls a second: far fewer than the machine could make.
STORM_SCALE = 200.0
HASHES = "select sha256 from ops.source_files order by sha256"


def test_a_429_storm_loses_nothing_and_never_exceeds_the_bucket(
    amazon, warehouse, monkeypatch
):
    monkeypatch.setattr("extract.amazon.reports._PAGE_SIZE", 1)
    amazon.state.throttle = Throttle(STORM_SCALE)
    amazon.fault("throttle_storm", operation="getReports", count=2)
    amazon.fault("throttle_storm", operation="getReportDocument", count=2)

    fetch(amazon.connection())

    for operation in ("getReports", "getReportDocument"):
        let_in = [
            datetime.fromisoformat(call["time"]).timestamp()
            for call in amazon.state.calls
            if call["operation"] == operation and call["status"] == 200
        ]
        plan = USAGE_PLANS[operation]
        assert len(let_in) > plan.burst  # the bucket ran empty
        # No other 429 than those of the storm: each call came when it was allowed.
        assert amazon.statuses(operation).count(429) == 2
        assert most_in_excess(let_in, plan.rate * STORM_SCALE) <= plan.burst
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def most_in_excess(times: list[float], rate: float) -> float:
    """Most calls that any stretch of time holds beyond what the rate gives it."""
    return max(
        last - first + 1 - (times[last] - times[first]) * rate
        for first in range(len(times))
        for last in range(first, len(times))
    )


def test_server_faults_are_waited_out(amazon, warehouse):
    amazon.fault("server_error", operation="getReports", count=2, status=503)
    amazon.fault("server_error", operation="getReportDocument")

    fetch(amazon.connection())

    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_an_expired_address_is_asked_for_afresh(amazon, warehouse):
    report = amazon.listed()[0]
    amazon.fault("expire_document_url", report_id=report.report_id)

    fetch(amazon.connection())

    assert amazon.statuses("download").count(403) == 1
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_one_document_out_of_reach_does_not_stop_the_others(amazon, warehouse):
    report = amazon.listed()[0]
    amazon.fault("expire_document_url", report_id=report.report_id, count=3)

    with pytest.raises(TransientError, match=f"1 of .*report {report.report_id}"):
        fetch(amazon.connection())

    others = [r for r in amazon.listed() if r.path != report.path]
    assert warehouse.rows(HASHES) == file_hashes(others)
    assert fetch(amazon.connection()).fetched == 1
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_a_done_report_without_document_is_named_and_the_rest_comes_in(
    amazon, warehouse
):
    report = amazon.listed()[0]
    amazon.state.reports.append(replace(report, report_id="0815", document_id=""))

    with pytest.raises(ExtractError, match="0815 is DONE but names no document") as hit:
        fetch(amazon.connection())

    assert not isinstance(hit.value, TransientError)
    assert len(warehouse.rows(HASHES)) == len(file_hashes(amazon.listed()))


def test_a_long_outage_ends_the_run_early(amazon):
    amazon.fault("expire_document_url", count=1000)

    with pytest.raises(TransientError, match="documents are not in"):
        fetch(amazon.connection())

    assert len(amazon.statuses("download")) == 9  # three documents, three attempts


def packed_report(amazon):
    return next(report for report in amazon.listed() if report.compression)


def test_a_gzip_cut_once_is_fetched_again(amazon, warehouse):
    amazon.fault("truncate_gzip", report_id=packed_report(amazon).report_id)

    fetch(amazon.connection())

    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_a_gzip_that_stays_broken_is_kept_as_it_came_and_heals_later(amazon, warehouse):
    report = packed_report(amazon)
    amazon.fault("truncate_gzip", report_id=report.report_id, count=3)
    fetch(amazon.connection())

    kept = document_of(warehouse, report.report_id)
    with pytest.raises(EOFError):
        gzip.decompress(kept)

    assert fetch(amazon.connection()).fetched == 1
    assert document_of(warehouse, report.report_id) == report.path.read_bytes()


def test_an_html_page_is_fetched_again_and_kept_when_it_stays(amazon, warehouse):
    once, always = amazon.listed()[0], amazon.listed()[-1]
    amazon.fault("html_error_page", report_id=once.report_id)
    amazon.fault("html_error_page", report_id=always.report_id, count=3)

    fetch(amazon.connection())

    assert document_of(warehouse, once.report_id) == once.path.read_bytes()
    assert document_of(warehouse, always.report_id) == ERROR_PAGE.encode()


def document_of(warehouse, report_id: str) -> bytes:
    """The archived bytes that the work list names for a report."""
    from extract.archive import open_archived

    [path] = warehouse.rows(
        """
        select archive_path from ops.report_documents as listed
        join ops.source_files using (file_id)
        where listed.report_id = %s
        """,
        report_id,
    )
    with open_archived(path) as file:
        return file.read()


def test_a_fatal_report_raises_one_alert_with_its_text(amazon, warehouse):
    text = {"errorDetails": "The data is out of range."}
    failed = replace(
        amazon.listed()[0],
        **{"report_id": "13", "document_id": "amzn1.fatal", "path": None},
        **{"requested": True, "outcome": "FATAL", "compression": "GZIP"},
        content=json.dumps(text).encode(),
    )
    amazon.state.reports.append(failed)

    fetch(amazon.connection())
    fetch(amazon.connection())

    [(severity, subject, english, chinese)] = warehouse.rows(
        "select severity, subject_key, message_en, message_zh from ops.alerts"
    )
    assert (severity, subject) == ("warning", "eu-demo EU report 13")
    assert text["errorDetails"] in english and text["errorDetails"] in chinese
    assert len(warehouse.rows(HASHES)) == len(file_hashes(amazon.listed()))


def test_a_fatal_report_without_its_text_stops_no_other(amazon, warehouse):
    failed = replace(
        amazon.listed()[0],
        **{"report_id": "13", "document_id": "amzn1.fatal", "path": None},
        **{"requested": True, "outcome": "FATAL", "content": b"{}"},
    )
    amazon.state.reports.append(failed)
    amazon.fault("expire_document_url", report_id="13", count=1000)

    fetch(amazon.connection())

    [english] = warehouse.rows("select message_en from ops.alerts")
    assert "reason not available" in english
    assert len(warehouse.rows(HASHES)) == len(file_hashes(amazon.listed()))


def test_a_report_still_being_made_is_fetched_by_a_later_window(amazon, warehouse):
    early = amazon.listed()[0]
    early.requested, amazon.state.queue_seconds = True, 10**8
    _, end = whole_window()

    with pytest.raises(TransientError, match=f"still making.*{early.report_id}"):
        fetch(amazon.connection())
    others = [r for r in amazon.listed() if r.path != early.path]
    assert warehouse.rows(HASHES) == file_hashes(others)

    amazon.state.queue_seconds = 0
    fetch_settlements(amazon.connection(), end - timedelta(days=1), end)

    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_cancelled_reports_are_recorded_and_left(amazon, warehouse):
    report = amazon.listed()[0]
    amazon.fault("report_status", report_id=report.report_id, status="CANCELLED")

    summary = fetch(amazon.connection())

    assert summary.fetched == summary.listed - 1
    assert warehouse.rows(
        "select report_id from ops.report_documents"
        " where processing_status = 'CANCELLED' and fetched_at is null"
    ) == [report.report_id]


def test_a_revoked_authorisation_names_the_connection_and_the_remedy(amazon):
    amazon.fault("revoke_token", account_code="eu-demo")

    with pytest.raises(
        CredentialError, match="invalid_grant.*Authorise.*amazon_eu_demo_eu"
    ):
        fetch(amazon.connection())

    assert amazon.statuses("token") == [400]  # asking again would not help


def test_a_wrong_client_secret_says_that_secrets_expire(amazon):
    with pytest.raises(CredentialError, match="invalid_client.*180 days"):
        fetch(amazon.connection(client_secret="not this one"))


def test_a_missing_role_is_named(amazon):
    amazon.fault("revoke_role", role="Finance and Accounting")

    with pytest.raises(
        CredentialError, match='lacks the role "Finance and Accounting"'
    ):
        fetch(amazon.connection())


def test_access_tokens_that_amazon_dropped_are_renewed(amazon, warehouse):
    from extract.amazon.client import open_client

    with open_client(amazon.connection()) as client:
        client.marketplace_ids()
        amazon.state.secret = b"tokens signed before are no longer good"
        client.marketplace_ids()

    assert amazon.statuses("getMarketplaceParticipations") == [200, 403, 200]
    assert amazon.statuses("token") == [200, 200]
