"""Errors in the shape of the API models: a list of code, message and details."""

from __future__ import annotations

from starlette.responses import JSONResponse


class ApiError(Exception):
    """An answer other than success; raised by handlers, written by the app."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(f"{status} {code}: {message} {details}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def response(self) -> JSONResponse:
        """Return the JSON answer."""
        error = {"code": self.code, "message": self.message, "details": self.details}
        return JSONResponse({"errors": [error]}, status_code=self.status)


def invalid_input(details: str) -> ApiError:
    """400: a parameter is missing or wrong."""
    return ApiError(400, "InvalidInput", "Invalid Input", details)


def unauthorized(details: str) -> ApiError:
    """403: token missing, expired or revoked, or a role is missing."""
    message = "Access to requested resource is denied."
    return ApiError(403, "Unauthorized", message, details)


def not_found(details: str) -> ApiError:
    """404: no such report or document for this seller."""
    message = "The specified resource does not exist."
    return ApiError(404, "NotFound", message, details)


def quota_exceeded() -> ApiError:
    """429: the token bucket is empty. Amazon sends no Retry-After."""
    message = "You exceeded your quota for the requested resource."
    return ApiError(429, "QuotaExceeded", message)
