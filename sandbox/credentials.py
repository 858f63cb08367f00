"""Made-up credentials of the demo company. They open nothing but this sandbox.

One refresh token stands for one seller account in one region, as with Amazon: the
North American account needs a second one for Japan.
"""

from __future__ import annotations

from sandbox.company.markets import MARKETS

CLIENT_ID = "amzn1.application-oa2-client.sandbox"
CLIENT_SECRET = "amzn1.oa2-cs.v1.sandbox-not-a-secret"


def refresh_token(account_code: str, region: str) -> str:
    """Return the refresh token of an account in a region."""
    return f"Atzr|sandbox-{account_code}-{region}"


def demo_credentials() -> list[dict[str, str]]:
    """Return one set of credentials per account and region."""
    pairs = dict.fromkeys((m.account_code, m.region) for m in MARKETS)
    return [
        {
            "account_code": account,
            "region": region,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": refresh_token(account, region),
        }
        for account, region in pairs
    ]
