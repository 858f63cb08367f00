"""What Amazon's refusals mean, as errors of our family, each with its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any, NoReturn

import httpx

from extract.errors import ContractError, CredentialError, TransientError

# The role an operation needs (SP-API documentation, "Roles"), as Seller Central and
# the developer console call it.
_ROLES = {
    "getReport": "Finance and Accounting",
    "getReports": "Finance and Accounting",
    "getReportDocument": "Finance and Accounting",
    "getMarketplaceParticipations": "Selling Partner Insights",
}


class RequestRefused(ContractError):
    """Amazon does not accept the request as it is; `status` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__("api_request", sentence)
        self.status = status


class AccessTokenRefused(TransientError):
    """The access token has expired or was revoked; a new one may be good."""


class MissingRole(CredentialError):
    """The application lacks a role; `role` is its name."""

    def __init__(self, role: str, sentence: str) -> None:
        super().__init__(sentence)
        self.role = role


def json_object(response: httpx.Response) -> Mapping[str, Any]:
    """The body as a JSON object; empty when it is none."""
    try:
        body = response.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def check_api_answer(seller: str, operation: str, response: httpx.Response) -> None:
    """Pass a usable answer, refuse any other.

    The vendor library looks at the body's `errors` only: a 503 with an HTML page would
    pass as an empty success. `seller` names account and region in messages.

    Raises:
        TransientError: 429, 5xx, or a success whose body is no JSON object.
        AccessTokenRefused: 401 or 403 for that reason.
        MissingRole: 401 or 403 for any other.
        RequestRefused: any other status.
    """
    status, body = response.status_code, json_object(response)
    told = _first_error(body)
    if status == 429 or status >= 500:
        raise TransientError(f"{operation} for {seller}: HTTP {status} {told}.")
    if status in (401, 403):
        _raise_forbidden(seller, operation, status, told)
    if not response.is_success:
        raise RequestRefused(
            status,
            f"{operation} for {seller} was refused with HTTP {status} {told}. The "
            f"request itself is at fault: trying again does not help.",
        )
    if not body:
        raise TransientError(
            f"{operation} for {seller}: HTTP {status} without a JSON object."
        )


def check_token_answer(
    seller: str, connection_id: str, response: httpx.Response
) -> None:
    """Pass an access token, refuse any other answer of Login with Amazon.

    Raises:
        TransientError: 429, 5xx, or a success without a token.
        CredentialError: the credentials are at fault; the message says which.
    """
    status, body = response.status_code, json_object(response)
    if status == 429 or status >= 500:
        raise TransientError(f"The token call for {seller}: HTTP {status}.")
    if response.is_success:
        if not body.get("access_token"):
            raise TransientError(f"The token call for {seller} brought no token.")
        return
    code = str(body.get("error") or "no error code")
    raise CredentialError(
        f"Amazon gives no access token for {seller}: HTTP {status} {code}. "
        f"{_remedy(code, connection_id)}"
    )


def _remedy(code: str, connection_id: str) -> str:
    if code == "invalid_grant":
        return (
            f"The refresh token is wrong, or the authorisation was revoked or has "
            f"ended (it lasts 365 days). Authorise the application again in Seller "
            f"Central and put the new refresh token into connection {connection_id}."
        )
    if code in ("invalid_client", "unauthorized_client"):
        return (
            f"The client id or the client secret is wrong or has expired (a secret "
            f"lasts 180 days). Rotate it in the developer console and put it into "
            f"connection {connection_id}."
        )
    return f"Check client id, client secret and refresh token of {connection_id}."


def _raise_forbidden(seller: str, operation: str, status: int, told: str) -> NoReturn:
    refusal = f"{operation} for {seller} was refused with HTTP {status} {told}."
    if "access token" in told.lower():
        raise AccessTokenRefused(refusal)
    role = _ROLES[operation]
    raise MissingRole(
        role,
        f'{refusal} The application lacks the role "{role}". Add it in the developer '
        f"console, then authorise the application again in Seller Central: a role "
        f"counts only from a new authorisation on.",
    )


def _first_error(body: Mapping[str, Any]) -> str:
    """Code, message and details of the body's first error."""
    errors = body.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return "(no error text)"
    parts = (str(errors[0].get(key) or "") for key in ("code", "message", "details"))
    return " ".join(part.rstrip(".") for part in parts if part)
