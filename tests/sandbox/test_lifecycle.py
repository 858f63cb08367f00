"""createReport, getReport, cancelReport: status over time."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.sandbox.conftest import REPORTS, V2_TYPE, Api

BODY = {
    "reportType": "GET_FBA_REIMBURSEMENTS_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
    "dataStartTime": "2026-08-01T00:00:00Z",
    "dataEndTime": "2026-10-30T00:00:00Z",
}


def create(api: Api, **changes: Any) -> str:
    answer = api.post(REPORTS, {**BODY, **changes})
    assert answer.status_code == 202
    return str(answer.json()["reportId"])


def status(api: Api, report_id: str) -> str:
    return str(api.get(f"{REPORTS}/{report_id}").json()["processingStatus"])


def content(api: Api, report_id: str) -> str:
    document_id = api.get(f"{REPORTS}/{report_id}").json()["reportDocumentId"]
    answer = api.get(f"/reports/2021-06-30/documents/{document_id}").json()
    assert answer["compressionAlgorithm"] == "GZIP"
    return gzip.decompress(api.client.get(answer["url"]).content).decode()


def test_a_report_walks_to_done(api: Api) -> None:
    report_id = create(api)
    seen = [status(api, report_id)]
    for seconds in (15, 30):
        api.clock.pass_by(seconds)
        seen.append(status(api, report_id))

    assert seen == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    lines = content(api, report_id).splitlines()
    assert lines[0].startswith("approval-date\treimbursement-id")
    assert len(lines) > 1


def test_no_data_ends_cancelled_without_document(api: Api) -> None:
    report_id = create(api, dataEndTime="2026-08-01T00:00:01Z")
    api.clock.pass_by(60)

    answer = api.get(f"{REPORTS}/{report_id}").json()
    assert answer["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in answer


def test_impossible_dates_end_fatal_with_the_reason(api: Api) -> None:
    report_id = create(api, dataEndTime="2026-07-01T00:00:00Z")
    api.clock.pass_by(60)

    assert status(api, report_id) == "FATAL"
    assert "start time" in json.loads(content(api, report_id))["errorDetails"]


def test_settlement_reports_cannot_be_requested(api: Api) -> None:
    answer = api.post(REPORTS, {**BODY, "reportType": V2_TYPE})

    assert answer.status_code == 400
    assert "cannot be requested" in answer.json()["errors"][0]["details"]


def test_bad_bodies_are_refused(api: Api) -> None:
    for changes in ({"marketplaceIds": []}, {"reportType": 5}, {"reportType": "NO"}):
        assert api.post(REPORTS, {**BODY, **changes}).status_code == 400
    plain = api.client.post(REPORTS, content="text", headers=api.headers)
    assert plain.status_code == 415


def test_only_queued_reports_can_be_cancelled(api: Api) -> None:
    first, second = create(api), create(api)

    cancelled = api.client.delete(f"{REPORTS}/{first}", headers=api.headers)
    api.clock.pass_by(20)
    late = api.client.delete(f"{REPORTS}/{second}", headers=api.headers)

    assert (cancelled.status_code, late.status_code) == (200, 400)
    assert status(api, first) == "CANCELLED"


def test_unknown_report_is_404(api: Api) -> None:
    assert api.get(f"{REPORTS}/12345").status_code == 404


def test_fatal_settlement_on_demand(api: Api, world: Any) -> None:
    entry = next(e for e in world.files if e["marketplace_code"] == "US")
    report_id = entry["report_ids"][0]
    settlement_id = entry["settlement_id"]
    api.fault(kind="report_status", settlement_id=settlement_id, status="FATAL")

    answer = api.get(f"{REPORTS}/{report_id}").json()
    assert answer["processingStatus"] == "FATAL"
    assert "reportDocumentId" not in answer
    listed = api.list(processingStatuses="FATAL").json()["reports"]
    assert report_id in {report["reportId"] for report in listed}
