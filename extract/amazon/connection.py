"""Who asks Amazon, and where: credentials and addresses of one seller in one region.

A refresh token is good for one seller in one region, so there is one Airflow connection
for each: id `amazon_<account>_<region>`, type generic, login = client id, password =
client secret, extra = {"refresh_token": ...}. A host in it, and `token_url` in extra,
replace Amazon's addresses (the sandbox does that). Airflow and the command line read
the same environment variable, AIRFLOW_CONN_AMAZON_<ACCOUNT>_<REGION>.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.company import load_company
from config.marketplaces import marketplaces
from extract.errors import CredentialError

# SP-API documentation, "SP-API Endpoints", and Login with Amazon.
ENDPOINTS = {
    "NA": "https://sellingpartnerapi-na.amazon.com",
    "EU": "https://sellingpartnerapi-eu.amazon.com",
    "FE": "https://sellingpartnerapi-fe.amazon.com",
}
TOKEN_URL = "https://api.amazon.com/auth/o2/token"


@dataclass(frozen=True)
class SellerConnection:
    """One seller in one region. No secret shows in `repr`."""

    account_code: str
    region: str
    marketplace: str  # a store of the seller there, by code
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    endpoint: str | None = None
    token_url: str | None = None

    @property
    def api_endpoint(self) -> str:
        """Address of the API: the region's, unless overridden."""
        return (self.endpoint or ENDPOINTS[self.region]).rstrip("/")

    @property
    def lwa_token_url(self) -> str:
        """Address of the token service: Amazon's, unless overridden."""
        return self.token_url or TOKEN_URL

    @property
    def seller(self) -> str:
        """Account and region for messages."""
        return f"account {self.account_code}, region {self.region}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must appear in no log."""
        return (self.client_secret, self.refresh_token)


def connection_id(account_code: str, region: str) -> str:
    """Id of the Airflow connection, such as `amazon_brand_na_na`."""
    return f"amazon_{account_code}_{region}".replace("-", "_").lower()


def environment_variable(account_code: str, region: str) -> str:
    """The variable that holds it, such as AIRFLOW_CONN_AMAZON_BRAND_NA_NA."""
    return f"AIRFLOW_CONN_{connection_id(account_code, region).upper()}"


def from_environment(account_code: str, region: str) -> SellerConnection:
    """The connection that the environment holds, in Airflow's JSON form.

    Raises:
        CredentialError: the variable is missing or is not that form.
        CompanyFileError: company.yml has no such account.
    """
    variable = environment_variable(account_code, region)
    text = os.environ.get(variable)
    if not text:
        raise CredentialError(
            f"No credentials for account {account_code}, region {region}: set "
            f'{variable} to {{"conn_type": "generic", "login": "<client id>", '
            f'"password": "<client secret>", "extra": {{"refresh_token": "..."}}}}.'
        )
    try:
        fields = json.loads(text)
        extra = fields.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else dict(extra)
    except (ValueError, TypeError, AttributeError):
        # The text itself is secret, and so is what the parser says of it.
        raise CredentialError(
            f"{variable} is no JSON object; docs/operators.md shows its form."
        ) from None
    return from_fields(
        account_code,
        region,
        login=fields.get("login"),
        password=fields.get("password"),
        host=fields.get("host"),
        extra=extra,
    )


def from_fields(
    account_code: str,
    region: str,
    *,
    login: str | None,
    password: str | None,
    host: str | None,
    extra: Mapping[str, Any],
) -> SellerConnection:
    """The connection from the fields of an Airflow Connection object.

    Raises:
        CredentialError: a field is missing, or the host is no http address.
        CompanyFileError: company.yml has no such account.
    """
    wanted = {
        "login (client id)": login,
        "password (client secret)": password,
        "refresh_token in extra": extra.get("refresh_token"),
    }
    missing = [name for name, value in wanted.items() if not value]
    identity = connection_id(account_code, region)
    if missing:
        raise CredentialError(f"Connection {identity} lacks {', '.join(missing)}.")
    return SellerConnection(
        account_code=account_code,
        region=region,
        marketplace=stores(account_code, region)[0],
        client_id=str(login),
        client_secret=str(password),
        refresh_token=str(extra["refresh_token"]),
        endpoint=_address(identity, "host", host),
        token_url=_address(identity, "token_url in extra", extra.get("token_url")),
    )


def stores(account_code: str, region: str) -> list[str]:
    """Codes of the account's stores in that region.

    Raises:
        CredentialError: company.yml gives it none there.
    """
    account = load_company().account(account_code)
    found = [
        code for code in account.marketplaces if marketplaces()[code].region == region
    ]
    if not found:
        raise CredentialError(
            f"Account {account_code} has no store in region {region}; its regions are "
            f"{', '.join(account.regions)} (company.yml)."
        )
    return found


def _address(identity: str, name: str, value: str | None) -> str | None:
    if value and not value.startswith(("http://", "https://")):
        raise CredentialError(
            f"Connection {identity}: {name} must begin with https:// (or http:// for "
            f"a sandbox on this machine), or be empty for Amazon's own."
        )
    return value or None
