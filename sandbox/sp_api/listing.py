"""getReports: filters, 90 days at most, pages linked by nextToken.

From the Reports model: reportTypes or nextToken is required; nextToken must be the
only parameter; pageSize is 1 to 100 and 10 by default; createdSince is 90 days ago
by default, and nothing older is kept. Newest reports come first.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from starlette.datastructures import QueryParams

from sandbox.sp_api.errors import invalid_input
from sandbox.sp_api.lifecycle import STATUSES, as_json, check_role, status_of
from sandbox.sp_api.state import RETENTION, Report, Seller, State, parse_time

FILTER_LIMIT = 10


def get_reports(state: State, seller: Seller, query: QueryParams) -> dict[str, Any]:
    """Return one page of reports."""
    if "nextToken" in query:
        if set(query.keys()) != {"nextToken"}:
            raise invalid_input("nextToken must be the only parameter")
        plan = _read_token(state, seller, query["nextToken"])
    else:
        plan = _read_filters(state, query)
    check_role(state, seller, plan["types"])
    found = _matching(state, seller, plan)
    offset, size = plan["offset"], plan["size"]
    facts = {"account_code": seller.account_code, "region": seller.region}
    if offset and state.faults.take("repeat_page", operation="getReports", **facts):
        # The page before comes again; its token leads to the page asked for.
        page, following = found[max(offset - size, 0) : offset], offset
    else:
        page, following = found[offset : offset + size], offset + size
    answer: dict[str, Any] = {"reports": [as_json(state, report) for report in page]}
    if following < len(found):
        answer["nextToken"] = _write_token(state, seller, {**plan, "offset": following})
    return answer


def _values(query: QueryParams, name: str) -> list[str]:
    """Lists come comma-separated or as a repeated parameter."""
    return [v for text in query.getlist(name) for v in text.split(",") if v]


def _read_filters(state: State, query: QueryParams) -> dict[str, Any]:
    types = _values(query, "reportTypes")
    if not types:
        raise invalid_input("Either reportTypes or nextToken is required")
    statuses = _values(query, "processingStatuses")
    markets = _values(query, "marketplaceIds")
    if max(len(types), len(markets)) > FILTER_LIMIT:
        raise invalid_input("reportTypes and marketplaceIds take up to 10 values")
    if not set(statuses) <= STATUSES:
        raise invalid_input("Invalid input in processing status")
    size = query.get("pageSize", "10")
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= 100):
        raise invalid_input("pageSize must be between 1 and 100")
    now = state.clock()
    since = _time(query, "createdSince", now - RETENTION)
    until = _time(query, "createdUntil", now)
    if since > until:
        raise invalid_input("createdSince must not be after createdUntil")
    shuffled = state.faults.take("shuffle_pages", operation="getReports")
    return {
        "types": types,
        "statuses": statuses,
        "markets": markets,
        "size": int(size),
        "since": since.timestamp(),
        "until": until.timestamp(),
        "offset": 0,
        "shuffled": shuffled is not None,
    }


def _time(query: QueryParams, name: str, default: datetime) -> datetime:
    if name not in query:
        return default
    try:
        return parse_time(query[name])
    except ValueError as error:
        raise invalid_input(f"{name} is not an ISO 8601 date and time") from error


def _matching(state: State, seller: Seller, plan: dict[str, Any]) -> list[Report]:
    statuses, markets = plan["statuses"], set(plan["markets"])
    found = [
        report
        for report in state.reports
        if report.seller == seller
        and report.report_type in plan["types"]
        and (not markets or markets & set(report.marketplace_ids))
        and plan["since"] <= report.created.timestamp() <= plan["until"]
        and state.is_visible(report)
        and (not statuses or status_of(state, report) in statuses)
    ]
    if plan["shuffled"]:
        return sorted(found, key=lambda r: r.document_id)
    return sorted(found, key=lambda r: (-r.created.timestamp(), r.report_id))


def _write_token(state: State, seller: Seller, plan: dict[str, Any]) -> str:
    text = json.dumps(plan, sort_keys=True)
    signed = f"{state.sign(seller.key + text)}{text}"
    return base64.urlsafe_b64encode(signed.encode()).decode()


def _read_token(state: State, seller: Seller, token: str) -> dict[str, Any]:
    try:
        signed = base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as error:
        raise invalid_input("nextToken is invalid") from error
    signature, text = signed[:64], signed[64:]
    if signature != state.sign(seller.key + text):
        raise invalid_input("nextToken is invalid")
    plan: dict[str, Any] = json.loads(text)
    return plan
