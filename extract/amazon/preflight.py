"""Can this connection fetch settlements? Asked before the first run and by doctor.

Five cheap calls at most, each tried twice. A missing role is named, as the developer
console calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from config.marketplaces import marketplaces
from extract.amazon.client import AmazonClient, SellerConnection, open_client
from extract.amazon.connection import stores
from extract.amazon.settlements import V2
from extract.errors import ExtractError

_ATTEMPTS = 2
# Access tokens and document addresses live minutes: a clock off by more misjudges them.
_LARGEST_SKEW_SECONDS = 60.0


@dataclass(frozen=True)
class Check:
    """One question and its answer; `detail` says what was found, or the remedy."""

    name: str
    is_success: bool
    detail: str


def check_access(connection: SellerConnection) -> list[Check]:
    """Ask Amazon for a token, the time, the seller's stores and one settlement report.

    A refused token ends the list: nothing else can be asked without one.
    """
    with open_client(connection, attempts=_ATTEMPTS) as client:
        token = _checked("token", lambda: _token(client))
        if not token.is_success:
            return [token]
        return [
            token,
            check_clock(client.tokens.served_at, datetime.now(UTC)),
            _checked("stores", lambda: _stores(client)),
            _checked("reports role", lambda: _reports(client)),
        ]


def _checked(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, True, ask())
    except ExtractError as error:
        return Check(name, False, str(error))


def _token(client: AmazonClient) -> str:
    client.tokens.ensure()
    return f"Amazon gives an access token for {client.connection.seller}"


def check_clock(served_at: str | None, now: datetime) -> Check:
    """Compare our clock with the Date header of the token answer."""
    try:
        their_time = parsedate_to_datetime(served_at or "")
    except ValueError:
        return Check("clock", False, "Amazon's answer bears no Date to compare with")
    skew = (now - their_time).total_seconds()
    detail = f"this machine's clock is {skew:+.0f} s off Amazon's"
    if abs(skew) > _LARGEST_SKEW_SECONDS:
        return Check(
            "clock", False, f"{detail}; at most 60 s may be. Run an NTP client"
        )
    return Check("clock", True, detail)


def _stores(client: AmazonClient) -> str:
    """Whether the seller takes part in every store that company.yml names."""
    found = client.marketplace_ids()
    wanted = stores(client.connection.account_code, client.connection.region)
    known = {m.marketplace_id: m.code for m in marketplaces().values()}
    taking_part = ", ".join(sorted(known.get(mid, mid) for mid in found))
    missing = [
        code for code in wanted if marketplaces()[code].marketplace_id not in found
    ]
    if missing:
        raise ExtractError(
            f"company.yml gives {client.connection.seller} the stores "
            f"{', '.join(missing)}, but the seller takes part in "
            f"{taking_part or 'none'} only. Correct company.yml or the connection."
        )
    return f"the seller takes part in {taking_part}"


def _reports(client: AmazonClient) -> str:
    page = client.list_reports({"reportTypes": V2, "pageSize": "1"})
    count = len(page.get("reports") or [])
    return "settlement reports can be listed" + ("" if count else "; there are none")
