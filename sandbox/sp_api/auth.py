"""Login with Amazon: refresh token in, access token out, valid for an hour.

`POST /auth/o2/token` with form fields. A wrong secret is 401 invalid_client, a bad
or revoked refresh token 400 invalid_grant. API calls carry the access token in
`x-amz-access-token`; missing or expired ones are answered with 403.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse

from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, demo_credentials
from sandbox.sp_api.errors import unauthorized
from sandbox.sp_api.state import Seller, State

SELLERS = {
    c["refresh_token"]: Seller(c["account_code"], c["region"])
    for c in demo_credentials()
}


async def token(request: Request) -> JSONResponse:
    """Answer the token call."""
    state: State = request.app.state.sandbox
    body = (await request.body()).decode("utf-8", "replace")
    form = {key: values[0] for key, values in parse_qs(body).items()}
    broken = state.faults.take("server_error", operation="token")
    if broken is not None:
        response = _refuse(500, "server_error", "The service is not available")
    else:
        response = _grant(state, form)
    state.log("token", "", "", response.status_code)
    return response


def _grant(state: State, form: dict[str, str]) -> JSONResponse:
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        return _refuse(401, "invalid_client", "Client authentication failed")
    if form.get("grant_type") != "refresh_token":
        text = "The authorization grant type is not supported"
        return _refuse(400, "unsupported_grant_type", text)
    if not form.get("refresh_token"):
        text = "The request is missing a required parameter : refresh_token"
        return _refuse(400, "invalid_request", text)
    seller = SELLERS.get(form["refresh_token"])
    if seller is None or _is_revoked(state, seller):
        text = "The request has an invalid grant parameter : refresh_token"
        return _refuse(400, "invalid_grant", text)
    expires = state.clock() + timedelta(seconds=state.token_seconds)
    access = _issue(state, seller, expires)
    return JSONResponse(
        {
            "access_token": access,
            "refresh_token": form["refresh_token"],
            "token_type": "bearer",
            "expires_in": state.token_seconds,
        }
    )


def _issue(state: State, seller: Seller, expires: datetime) -> str:
    """Make a signed token; it stays good when the server is started again."""
    nonce = secrets.token_hex(8)
    text = f"{seller.account_code}|{seller.region}|{expires.timestamp()}|{nonce}"
    packed = urlsafe_b64encode(f"{state.sign(text)}|{text}".encode()).decode()
    return f"Atza|{packed}"


def _read(state: State, token: str) -> tuple[Seller, float] | None:
    try:
        packed = token.removeprefix("Atza|").encode()
        signature, text = urlsafe_b64decode(packed).decode().split("|", 1)
    except ValueError:
        return None
    if signature != state.sign(text):
        return None
    account, region, expires, _ = text.split("|")
    return Seller(account, region), float(expires)


def _refuse(status: int, error: str, description: str) -> JSONResponse:
    body = {"error": error, "error_description": description}
    return JSONResponse(body, status_code=status)


def _is_revoked(state: State, seller: Seller) -> bool:
    """A revoked authorisation also ends the access tokens already given out."""
    facts = {"account_code": seller.account_code, "region": seller.region}
    return bool(state.faults.matching("revoke_token", **facts))


def seller_of(state: State, request: Request) -> Seller:
    """Return the caller, or raise 403 as Amazon does."""
    given = request.headers.get("x-amz-access-token", "")
    if not given:
        raise unauthorized("Access token is missing in the request header.")
    known = _read(state, given)
    if known is None:
        details = "The access token you provided is revoked, malformed or invalid."
        raise unauthorized(details)
    seller, expires = known
    if state.clock().timestamp() >= expires:
        raise unauthorized("The access token you provided has expired.")
    if _is_revoked(state, seller):
        details = "The access token you provided is revoked, malformed or invalid."
        raise unauthorized(details)
    return seller
