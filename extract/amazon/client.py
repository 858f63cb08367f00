"""The one way to Amazon: the vendor library, with our addresses, timeouts and errors.

python-amazon-sp-api 2.1.35 builds the requests. Around it:

- Endpoint and token service come from the SellerConnection (`connection.py`). The
  library takes them from an enumeration and a class constant; no constant is patched,
  each client object gets its own, so threads do not disturb each other.
- Its transport is an httpx client of ours, with a timeout on every call and a look at
  every answer (`faults.py`) before the library sees it.
- It retries and throttles nothing; `calls.py` and `throttle.py` do.

A client belongs to one thread. Every call is recorded in ops.api_calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sp_api.api import Reports, Sellers  # type: ignore[import-untyped]
from sp_api.base import Client, Marketplaces  # type: ignore[import-untyped]
from sp_api.base._transport_httpx import (  # type: ignore[import-untyped]
    HttpxTransport,
)
from sp_api.base.credential_provider import (  # type: ignore[import-untyped]
    FromCodeCredentialProvider,
)

from extract.amazon.calls import ATTEMPTS, Caller
from extract.amazon.connection import (
    SellerConnection,
    connection_id,
    from_environment,
    from_fields,
)
from extract.amazon.faults import AccessTokenRefused, check_api_answer
from extract.amazon.throttle import Throttle
from extract.amazon.tokens import AccessTokens
from extract.api_calls import Answer, CallLog, open_call_log
from extract.downloads import download
from extract.errors import TransientError

__all__ = [
    "AmazonClient",
    "DocumentAddress",
    "SellerConnection",
    "connection_id",
    "from_environment",
    "from_fields",
    "open_client",
]

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_REPORTS_PATH = "/reports/2021-06-30/reports"
# A settlement of a million lines is about 170 MB; beyond this something is wrong.
_LARGEST_DOCUMENT = 4 << 30


@dataclass(frozen=True)
class DocumentAddress:
    """Where a document lies for the next five minutes. The URL is signed: a secret."""

    document_id: str
    url: str
    is_gzip: bool

    def __repr__(self) -> str:
        return f"DocumentAddress({self.document_id!r})"


class AmazonClient:
    """Calls for one connection. Use `open_client`."""

    def __init__(
        self,
        connection: SellerConnection,
        log: CallLog,
        throttle: Throttle | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.connection = connection
        self._caller = Caller(log, throttle or Throttle(log), attempts)
        self._operation = ""
        self._answer = Answer()
        self._token_http = httpx.Client(timeout=_TIMEOUT)
        self._api_http = httpx.Client(
            timeout=_TIMEOUT,
            event_hooks={"request": [_name_host], "response": [self._look_at]},
        )
        self.tokens = AccessTokens(connection, self._caller, self._token_http)
        self._reports = self._vendor_client(Reports)
        self._sellers = self._vendor_client(Sellers)

    def list_reports(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """One page of getReports: `reports`, and `nextToken` unless it is the last.

        Called past the library's own method, which would narrow the listing to the one
        marketplace it was made for and so leave out the seller's other stores.
        """

        def send() -> Any:
            return self._reports._request(
                _REPORTS_PATH, params=dict(parameters), add_marketplace=False
            )

        answer = self._call("getReports", send)
        return {**answer.payload, "nextToken": answer.next_token}

    def report(self, report_id: str) -> Mapping[str, Any]:
        """getReport: one report as it stands now."""
        answer = self._call(
            "getReport", lambda: self._reports.get_report(report_id)
        ).payload
        return dict(answer)

    def document_address(self, document_id: str) -> DocumentAddress:
        """getReportDocument: a fresh URL. The library's own download is not used, it
        would decode the bytes."""
        answer = self._call(
            "getReportDocument", lambda: self._reports.get_report_document(document_id)
        )
        return DocumentAddress(
            document_id=document_id,
            url=str(answer.payload["url"]),
            is_gzip=answer.payload.get("compressionAlgorithm") == "GZIP",
        )

    def marketplace_ids(self) -> set[str]:
        """Marketplaces in which the seller takes part."""
        answer = self._call(
            "getMarketplaceParticipations", self._sellers.get_marketplace_participation
        )
        found = answer.payload if isinstance(answer.payload, list) else []
        return {
            str(entry["marketplace"]["id"])
            for entry in found
            if entry["participation"]["isParticipating"]
        }

    def download(self, address: DocumentAddress, target: Path, attempt: int) -> bool:
        """One attempt to fetch the bytes; answer whether they are gzip by the head.

        Raises:
            TransientError: also for an expired URL; ask for a fresh one.
        """

        def send(answer: Answer) -> bool:
            encoding = download(address.url, target, answer, _LARGEST_DOCUMENT)
            return encoding == "gzip"

        return self._caller.once("download", send, attempt)

    def wait_after_download(self, attempt: int) -> None:
        """Wait before the next attempt to download."""
        self._caller.throttle.back_off("download", attempt)

    def close(self) -> None:
        """Close the connections to Amazon."""
        self._api_http.close()
        self._token_http.close()

    def _call(self, operation: str, request: Any) -> Any:
        def send(answer: Answer) -> Any:
            self._operation, self._answer = operation, answer
            try:
                return request()
            except AccessTokenRefused:
                self.tokens.forget()
                raise
            except httpx.HTTPError as error:
                raise TransientError(
                    f"{operation} for {self.connection.seller} brought no answer: "
                    f"{type(error).__name__}."
                ) from None

        return self._caller.call(operation, send, prepare=self.tokens.ensure)

    def _look_at(self, response: httpx.Response) -> None:
        response.read()
        self._answer.note(response.status_code, response.headers)
        check_api_answer(self.connection.seller, self._operation, response)

    def _vendor_client(self, kind: type[Client]) -> Any:
        seller = self.connection
        client = kind(
            Marketplaces[seller.marketplace],
            credentials={
                "lwa_app_id": seller.client_id,
                "lwa_client_secret": seller.client_secret,
                "refresh_token": seller.refresh_token,
            },
            credential_providers=[FromCodeCredentialProvider],
            auth_token_client_class=lambda **_: self.tokens,
        )
        client.endpoint = seller.api_endpoint
        client.close()  # the transport it made for itself
        client._transport = HttpxTransport(client=self._api_http)
        return client


@contextmanager
def open_client(
    connection: SellerConnection, attempts: int = ATTEMPTS
) -> Iterator[AmazonClient]:
    """A client with its own call log, both closed at the end."""
    with open_call_log(
        "amazon", connection.account_code, connection.region, connection.secrets
    ) as log:
        client = AmazonClient(connection, log, attempts=attempts)
        try:
            yield client
        finally:
            client.close()


def _name_host(request: httpx.Request) -> None:
    # The library cuts the host from its endpoint as if that always began with https://.
    request.headers["host"] = request.url.netloc.decode("ascii")
