"""Access tokens of Login with Amazon, one connection's own.

The vendor library's token class fixes the host, takes no timeout, keeps its tokens in
one unlocked cache for the whole process, and fails on an answer that is not JSON. The
library takes another class in its place (`auth_token_client_class`); this is ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from sp_api.auth import AccessTokenResponse  # type: ignore[import-untyped]

from extract.amazon.calls import Caller
from extract.amazon.connection import SellerConnection, connection_id
from extract.amazon.faults import check_token_answer, json_object
from extract.api_calls import Answer
from extract.errors import TransientError

# A token is renewed this long before its end: a call may wait a minute for its turn.
_MARGIN_SECONDS = 300.0
_LIFE_SECONDS = 3600.0


class AccessTokens:
    """Gets and keeps the access token of one connection."""

    def __init__(
        self,
        connection: SellerConnection,
        caller: Caller,
        http: httpx.Client,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._http = http
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0
        self.served_at: str | None = None

    def ensure(self) -> None:
        """Get a token unless the one at hand lasts.

        Raises:
            CredentialError: Amazon refuses the credentials.
            TransientError: the token service does not answer.
        """
        if self._clock() >= self._renew_at:
            self._caller.call("getAccessToken", self._fetch)

    def forget(self) -> None:
        """Have the next `ensure` get a new one."""
        self._renew_at = 0.0

    def get_auth(self) -> AccessTokenResponse:
        """What the vendor library asks for before each request."""
        return AccessTokenResponse(access_token=self._token)

    def _fetch(self, answer: Answer) -> None:
        seller = self._connection
        try:
            response = self._http.post(
                seller.lwa_token_url,
                data={
                    "grant_type": "refresh_token",
                    "client_id": seller.client_id,
                    "client_secret": seller.client_secret,
                    "refresh_token": seller.refresh_token,
                },
            )
        except httpx.HTTPError as error:
            raise TransientError(
                f"The token service did not answer for {seller.seller}: "
                f"{type(error).__name__}."
            ) from None
        answer.note(response.status_code, response.headers)
        self.served_at = answer.served_at
        identity = connection_id(seller.account_code, seller.region)
        check_token_answer(seller.seller, identity, response)
        body = json_object(response)
        life = float(body.get("expires_in") or _LIFE_SECONDS)
        self._token = str(body["access_token"])
        self._renew_at = self._clock() + max(life - _MARGIN_SECONDS, life / 2)
