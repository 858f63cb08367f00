"""Every call to an outside service, in ops.api_calls: for audits and for throttling.

A row is written on a connection of its own that commits at once, so the record of a
failing call survives the task that failed. Texts of errors are cleaned first: no
secret and no query string (a presigned URL is signed there) gets into the table.
Times are UTC.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from config.warehouse import connect

_QUERY_STRING = re.compile(r"\?\S+")
_LONGEST_ERROR = 500


@dataclass
class Answer:
    """What came back of one call; filled in as soon as it is known."""

    http_status: int | None = None  # None: no answer came
    request_id: str | None = None
    rate_limit: float | None = None  # requests per second, as the service applies it
    served_at: str | None = None  # the HTTP Date header

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """Take over what the answer's head says; header names match in any case."""
        self.http_status = status
        self.request_id = headers.get("x-amzn-requestid") or headers.get(
            "x-amz-request-id"
        )
        self.rate_limit = _positive_number(headers.get("x-amzn-ratelimit-limit"))
        self.served_at = headers.get("date")


@dataclass(frozen=True)
class PastCall:
    """An earlier call, as far as throttling needs it."""

    ended_at: datetime
    http_status: int | None
    rate_limit: float | None


class CallLog:
    """The calls of one source, and for Amazon of one account and region."""

    def __init__(
        self,
        connection: Connection[Any],
        source: str,
        account_code: str | None = None,
        region: str | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self._connection = connection
        self._owner = (source, account_code, region)
        self._secrets = tuple(secret for secret in secrets if secret)

    @contextmanager
    def recorded(self, operation: str, attempt: int = 1) -> Iterator[Answer]:
        """Record the call made inside, however it ends."""
        answer = Answer()
        called_at, started = datetime.now(UTC), time.perf_counter()
        error: str | None = None
        try:
            yield answer
        except BaseException as fault:
            error = self.clean(f"{type(fault).__name__}: {fault}")
            raise
        finally:
            latency_ms = round((time.perf_counter() - started) * 1000)
            self._connection.execute(
                """
                insert into ops.api_calls (
                    called_at, source, account_code, region, operation, http_status,
                    request_id, rate_limit, latency_ms, attempt, error
                ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                (
                    *(called_at, *self._owner, operation, answer.http_status),
                    *(answer.request_id, answer.rate_limit),
                    *(latency_ms, attempt, error),
                ),
            )

    def past_calls(self, operation: str, within: timedelta) -> list[PastCall]:
        """Calls of the last `within`, oldest first, whichever process made them."""
        rows = self._connection.execute(
            """
            select
                called_at + latency_ms * interval '1 millisecond',
                http_status,
                rate_limit
            from ops.api_calls
            where called_at > now() - %s
                and (source, account_code, region, operation) = (%s, %s, %s, %s)
            order by called_at
            """,
            (within, *self._owner, operation),
        )
        return [
            PastCall(ended_at, status, None if rate is None else float(rate))
            for ended_at, status, rate in rows
        ]

    def clean(self, text: str) -> str:
        """The text without secrets and query strings, cut to a readable length."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _QUERY_STRING.sub("?***", text)[:_LONGEST_ERROR]


@contextmanager
def open_call_log(
    source: str,
    account_code: str | None = None,
    region: str | None = None,
    secrets: Iterable[str] = (),
) -> Iterator[CallLog]:
    """A log on its own autocommit connection as loader, closed at the end."""
    with connect("loader", autocommit=True) as connection:
        yield CallLog(connection, source, account_code, region, secrets)


def _positive_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
