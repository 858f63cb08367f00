"""getReportDocument and the document URLs, which live for five minutes.

A URL is signed and needs no other authorisation; after its time it answers 403 with
an XML body, as object stores do. Compressed documents are made once and kept beside
the world's files. Three faults spoil a download: an expired URL, a body cut short,
an HTML page with status 200.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from sandbox.sp_api.errors import invalid_input, not_found
from sandbox.sp_api.lifecycle import check_role, status_of
from sandbox.sp_api.state import Report, Seller, State

ERROR_PAGE = (
    "<!DOCTYPE html><html><head><title>Service Unavailable</title></head>"
    "<body><h1>Sorry, something went wrong on our end</h1></body></html>"
)


def get_report_document(
    state: State, seller: Seller, document_id: str, query: QueryParams, base: str
) -> dict[str, Any]:
    """Return a fresh URL for a document of the seller."""
    report = _find(state, seller, document_id)
    if report is None:
        raise not_found(f"Report document {document_id} was not found")
    check_role(state, seller, [report.report_type])
    flag = query.get("enableContentEncodingUrlHeader", "false").lower()
    if flag not in ("true", "false"):
        raise invalid_input("enableContentEncodingUrlHeader must be true or false")
    encoding = "gzip" if flag == "true" and report.compression else "identity"
    expires = int(state.clock().timestamp()) + state.document_seconds
    key = f"{seller.account_code}/{seller.region}/{document_id}"
    signature = state.sign(f"{key}|{expires}|{encoding}")
    parameters = urlencode(
        {"encoding": encoding, "expires": expires, "signature": signature}
    )
    answer = {
        "reportDocumentId": document_id,
        "url": f"{base}/documents/{quote(key)}?{parameters}",
    }
    if report.compression:
        answer["compressionAlgorithm"] = report.compression
    return answer


def _find(state: State, seller: Seller, document_id: str) -> Report | None:
    for report in state.reports:
        if report.seller == seller and report.document_id == document_id:
            ready = status_of(state, report) in ("DONE", "FATAL")
            return report if ready and state.is_visible(report) else None
    return None


async def download(request: Request) -> Response:
    """Answer a document URL."""
    state: State = request.app.state.sandbox
    response = await _download(state, request)
    account = request.path_params["key"].split("/")[0]
    state.log("download", account, "", response.status_code)
    return response


async def _download(state: State, request: Request) -> Response:
    key, query = request.path_params["key"], request.query_params
    expires, encoding = query.get("expires", ""), query.get("encoding", "")
    if query.get("signature") != state.sign(f"{key}|{expires}|{encoding}"):
        return _refuse(403, "SignatureDoesNotMatch", "The signature does not match.")
    if "authorization" in request.headers:
        text = "Only one auth mechanism allowed"
        return _refuse(400, "InvalidArgument", text)
    account, region, document_id = key.split("/", 2)
    report = _find(state, Seller(account, region), document_id)
    if report is None:
        return _refuse(404, "NoSuchKey", "The specified key does not exist.")
    facts = {
        "operation": "download",
        "account_code": account,
        "region": region,
        "settlement_id": report.settlement_id,
        "report_id": report.report_id,
    }
    slow = state.faults.take("slow", **facts)
    if slow is not None:
        await asyncio.sleep(float(slow.fields.get("seconds", 1.0)))
    if state.faults.take("server_error", **facts):
        return _refuse(503, "SlowDown", "Please reduce your request rate.")
    is_late = state.clock().timestamp() > int(expires)
    if is_late or state.faults.take("expire_document_url", **facts):
        return _refuse(403, "AccessDenied", "Request has expired")
    if state.faults.take("html_error_page", **facts):
        return HTMLResponse(ERROR_PAGE)
    path = await run_in_threadpool(_stored, state, report)
    headers = _headers(report, encoding)
    if state.faults.take("truncate_gzip", **facts):
        body = path.read_bytes()
        return Response(body[: len(body) * 2 // 3], headers=headers)
    return FileResponse(path, headers=headers)


def _headers(report: Report, encoding: str) -> dict[str, str]:
    charset = f";charset={report.charset}" if report.charset else ""
    # A type without text/ keeps the framework from adding a charset of its own.
    kind = f"text/plain{charset}" if charset else "application/octet-stream"
    headers = {"content-type": kind}
    if encoding == "gzip":
        headers["content-encoding"] = "gzip"
    return headers


def _stored(state: State, report: Report) -> Path:
    """Return the file to send, compressing it on first use."""
    folder = state.root / ".served"
    if not report.compression and report.path is not None:
        return report.path
    target = folder / f"{report.document_id}.gz"
    if target.exists():
        return target
    folder.mkdir(exist_ok=True)
    draft = target.with_suffix(".part")
    with draft.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as packed:
        if report.path is None:
            packed.write(report.content)
        else:
            with report.path.open("rb") as source:
                shutil.copyfileobj(source, packed, 1024 * 1024)
    draft.replace(target)
    return target


def _refuse(status: int, code: str, message: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(body, status_code=status, media_type="application/xml")
