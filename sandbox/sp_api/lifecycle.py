"""Reports one by one: status over time, createReport, getReport, cancelReport.

A requested report waits in IN_QUEUE, runs IN_PROGRESS and ends DONE, CANCELLED
when there is no data, or FATAL with a document that holds the reason. Settlement
reports cannot be requested: Amazon makes them when a settlement closes.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from sandbox.sp_api.errors import ApiError, invalid_input, not_found, unauthorized
from sandbox.sp_api.state import Report, Seller, State, parse_time, write_time

STATUSES = {"CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"}
FINANCE_ROLE, FULFILLMENT_ROLE = "Finance and Accounting", "Amazon Fulfillment"
REQUESTABLE = {"GET_FBA_REIMBURSEMENTS_DATA": FULFILLMENT_ROLE}
SETTLEMENT_PREFIX = "GET_V2_SETTLEMENT_REPORT_DATA"
REIMBURSEMENT_COLUMNS = (
    "approval-date reimbursement-id case-id amazon-order-id reason sku fnsku asin "
    "product-name condition currency-unit amount-per-unit amount-total "
    "quantity-reimbursed-cash quantity-reimbursed-inventory "
    "quantity-reimbursed-total original-reimbursement-id "
    "original-reimbursement-type"
).split()


def check_role(state: State, seller: Seller, report_types: list[str]) -> None:
    """Raise 403 when a fault took away the role a report type needs."""
    for report_type in report_types:
        role = REQUESTABLE.get(report_type, FINANCE_ROLE)
        facts = {"account_code": seller.account_code, "region": seller.region}
        for fault in state.faults.matching("revoke_role", **facts):
            if fault.fields.get("role") == role:
                raise unauthorized(f"The role {role} is required for {report_type}.")


def status_of(state: State, report: Report) -> str:
    """Return the processing status at this moment."""
    facts = {
        "account_code": report.seller.account_code,
        "region": report.seller.region,
        "settlement_id": report.settlement_id,
        "report_id": report.report_id,
    }
    for fault in state.faults.matching("report_status", **facts):
        return str(fault.fields["status"])
    if report.cancelled:
        return "CANCELLED"
    if not report.requested:
        return "DONE"
    age = (state.clock() - report.created).total_seconds()
    if age < state.queue_seconds:
        return "IN_QUEUE"
    if age < state.queue_seconds + state.work_seconds:
        return "IN_PROGRESS"
    return report.outcome


def as_json(state: State, report: Report) -> dict[str, Any]:
    """Return a report as getReport and getReports show it."""
    status = status_of(state, report)
    answer: dict[str, Any] = {
        "reportId": report.report_id,
        "reportType": report.report_type,
        "marketplaceIds": report.marketplace_ids,
        "dataStartTime": write_time(report.start),
        "dataEndTime": write_time(report.end),
        "createdTime": write_time(report.created),
        "processingStatus": status,
    }
    queue = state.queue_seconds if report.requested else 5
    work = state.work_seconds if report.requested else 20
    if status != "IN_QUEUE" and not report.cancelled:
        started = report.created + timedelta(seconds=queue)
        answer["processingStartTime"] = write_time(started)
        if status != "IN_PROGRESS":
            ended = started + timedelta(seconds=work)
            answer["processingEndTime"] = write_time(ended)
    has_error_text = status == "FATAL" and report.outcome == "FATAL"
    if status == "DONE" or has_error_text:
        answer["reportDocumentId"] = report.document_id
    return answer


def get_report(state: State, seller: Seller, report_id: str) -> dict[str, Any]:
    """Return one report of the seller, or raise 404."""
    report = state.report(seller, report_id)
    if report is None:
        raise not_found(f"Report {report_id} was not found")
    check_role(state, seller, [report.report_type])
    return as_json(state, report)


def cancel_report(state: State, seller: Seller, report_id: str) -> dict[str, Any]:
    """Cancel a report that is still in the queue."""
    report = state.report(seller, report_id)
    if report is None:
        raise not_found(f"Report {report_id} was not found")
    if status_of(state, report) != "IN_QUEUE":
        raise invalid_input("Only reports with processingStatus IN_QUEUE are cancelled")
    report.cancelled = True
    return {}


def create_report(state: State, seller: Seller, body: object) -> dict[str, Any]:
    """Start a report of a type that can be requested."""
    if not isinstance(body, dict):
        raise invalid_input("The request body must be a JSON object")
    report_type, markets = body.get("reportType"), body.get("marketplaceIds")
    if not isinstance(report_type, str):
        raise invalid_input("reportType is required")
    if not isinstance(markets, list) or not 1 <= len(markets) <= 25:
        raise invalid_input("marketplaceIds takes 1 to 25 values")
    if report_type.startswith(SETTLEMENT_PREFIX):
        text = "Settlement reports are created by Amazon and cannot be requested"
        raise invalid_input(text)
    if report_type not in REQUESTABLE:
        raise ApiError(400, "InvalidInput", "Invalid Report Type " + report_type)
    check_role(state, seller, [report_type])
    now = state.clock()
    report = Report(
        seller=seller,
        report_id=str(60_000 + len(state.reports)) + "020000",
        report_type=report_type,
        marketplace_ids=[str(market) for market in markets],
        created=now,
        start=_body_time(body, "dataStartTime", now),
        end=_body_time(body, "dataEndTime", now),
        document_id=f"amzn1.spdoc.1.4.{seller.region.lower()}.{uuid.uuid4()}",
        compression="GZIP",
        charset="UTF-8",
        requested=True,
    )
    _fill(state, report, now)
    state.reports.append(report)
    return {"reportId": report.report_id}


def _body_time(body: dict[str, Any], name: str, default: datetime) -> datetime:
    if name not in body:
        return default
    try:
        return parse_time(str(body[name]))
    except ValueError as error:
        raise invalid_input(f"{name} is not an ISO 8601 date and time") from error


def _fill(state: State, report: Report, now: datetime) -> None:
    """Decide the outcome when the report is created; time only reveals it."""
    if report.start > report.end or report.start > now:
        report.outcome = "FATAL"
        text = "The data start time is after the end time or in the future."
        report.content = json.dumps({"errorDetails": text}).encode()
        return
    rows = _reimbursements(state, report)
    if not rows:
        report.outcome = "CANCELLED"
        return
    target = io.StringIO()
    writer = csv.DictWriter(
        target, REIMBURSEMENT_COLUMNS, "", delimiter="\t", lineterminator="\r\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    report.content = target.getvalue().encode("utf-8")


def _reimbursements(state: State, report: Report) -> list[dict[str, str]]:
    path = state.root / "company" / "reimbursements.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            {name: row[name] for name in REIMBURSEMENT_COLUMNS if name in row}
            for row in csv.DictReader(handle)
            if row["account_code"] == report.seller.account_code
            and row["marketplace_id"] in report.marketplace_ids
            and report.start <= parse_time(row["approval-date"]) <= report.end
        ]
