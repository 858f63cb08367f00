"""The application: routes, and what every API call goes through.

Order of checks per call: slow and server faults, access token, role, throttle, then
the operation. Every answer has `x-amzn-RequestId`; answers of API operations name
the applied rate in `x-amzn-RateLimit-Limit`.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.sp_api import auth, control, documents, lifecycle, listing, rates, sellers
from sandbox.sp_api.errors import (
    ApiError,
    invalid_input,
    not_found,
    quota_exceeded,
    unauthorized,
)
from sandbox.sp_api.state import Clock, Seller, State, load_reports
from sandbox.sp_api.throttle import Throttle

REPORTS = "/reports/2021-06-30"
Handler = Callable[[State, Seller, Request], Awaitable[tuple[int, dict[str, Any]]]]


async def _get_reports(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    return 200, listing.get_reports(state, seller, request.query_params)


async def _create_report(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/json"):
        raise ApiError(415, "UnsupportedMediaType", "Content-Type must be JSON")
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise invalid_input("The request body is not JSON") from error
    return 202, lifecycle.create_report(state, seller, body)


async def _get_report(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    return 200, lifecycle.get_report(state, seller, request.path_params["report_id"])


async def _cancel_report(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    return 200, lifecycle.cancel_report(state, seller, request.path_params["report_id"])


async def _get_document(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    # The address the client really reached; its Host header may be made up.
    host, port = request.scope["server"]
    base = f"{request.url.scheme}://{host}:{port}"
    document_id = request.path_params["document_id"]
    query = request.query_params
    return 200, documents.get_report_document(state, seller, document_id, query, base)


async def _participations(
    state: State, seller: Seller, request: Request
) -> tuple[int, dict[str, Any]]:
    return 200, sellers.get_marketplace_participations(seller)


def _endpoint(
    operation: str, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    family = "sellers" if operation.startswith("getMarketplace") else "reports"

    async def endpoint(request: Request) -> Response:
        state: State = request.app.state.sandbox
        facts = {"operation": operation, "family": family}
        try:
            seller = await _admit(state, request, facts)
            status, body = await handler(state, seller, request)
            response: Response = JSONResponse(body, status_code=status)
        except ApiError as error:
            response = error.response()
        response.headers["x-amzn-RateLimit-Limit"] = state.throttle.header(operation)
        account, region = facts.get("account_code", ""), facts.get("region", "")
        state.log(operation, account, region, response.status_code)
        return response

    return endpoint


async def _admit(state: State, request: Request, facts: dict[str, str]) -> Seller:
    """Let a call in, or raise what Amazon would answer."""
    seller = auth.seller_of(state, request)
    facts["account_code"], facts["region"] = seller.account_code, seller.region
    slow = state.faults.take("slow", **facts)
    if slow is not None:
        await asyncio.sleep(float(slow.fields.get("seconds", 1.0)))
    broken = state.faults.take("server_error", **facts)
    if broken is not None:
        if broken.fields.get("status") == 503:
            raise ApiError(503, "ServiceUnavailable", "Service is unavailable.")
        raise ApiError(500, "InternalFailure", "We encountered an internal error.")
    revoked = state.faults.matching("revoke_role", **facts)
    if any("role" not in fault.fields for fault in revoked):
        raise unauthorized("The application lacks a role for this operation.")
    if state.faults.take("throttle_storm", **facts):
        raise quota_exceeded()
    operation, now = facts["operation"], state.clock().timestamp()
    if not state.throttle.take(seller.key, operation, now):
        raise quota_exceeded()
    return seller


async def _unknown(request: Request, error: Exception) -> Response:
    return not_found(f"{request.method} {request.url.path}").response()


def create_app(
    root: Path,
    until: date,
    clock: Clock | None = None,
    rate_scale: float = 1.0,
    **settings: Any,
) -> Starlette:
    """Return the app over a generated world.

    `clock` is injectable for tests. `settings` are fields of `State`:
    token_seconds, document_seconds, queue_seconds, work_seconds.
    """
    state = State(
        root=root,
        until=until,
        clock=clock or (lambda: datetime.now(UTC)),
        throttle=Throttle(rate_scale),
        **settings,
    )
    state.reports = load_reports(root)
    app = Starlette(routes=_routes(), exception_handlers={404: _unknown, 405: _unknown})
    app.state.sandbox = state
    app.add_middleware(RequestIds)
    return app


def _routes() -> list[Route]:
    one, document = REPORTS + "/reports/{report_id}", "/documents/{document_id}"
    return [
        Route("/auth/o2/token", auth.token, methods=["POST"]),
        _route("GET", REPORTS + "/reports", "getReports", _get_reports),
        _route("POST", REPORTS + "/reports", "createReport", _create_report),
        _route("GET", one, "getReport", _get_report),
        _route("DELETE", one, "cancelReport", _cancel_report),
        _route("GET", REPORTS + document, "getReportDocument", _get_document),
        _route(
            "GET",
            "/sellers/v1/marketplaceParticipations",
            "getMarketplaceParticipations",
            _participations,
        ),
        Route("/documents/{key:path}", documents.download),
        Route("/stats/eurofxref/{name}", rates.reference_rates),
        *control.ROUTES,
    ]


def _route(method: str, path: str, operation: str, handler: Handler) -> Route:
    return Route(path, _endpoint(operation, handler), methods=[method])


class RequestIds:
    """Put a request id on every answer, as Amazon does."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on and add the header to its answer."""

        async def send_with_id(message: Any) -> None:
            if message["type"] == "http.response.start":
                identifier = str(uuid.uuid4()).encode()
                message["headers"].append((b"x-amzn-requestid", identifier))
            await send(message)

        await self._app(scope, receive, send_with_id)
