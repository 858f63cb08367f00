"""Sellers to ask and their Airflow connections; a connection is read inside tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from extract.amazon.connection import SellerConnection


def list_seller_regions() -> list[dict[str, str]]:
    """Each account in each of its regions, from company.yml, with a label."""
    from config.company import load_company

    return [
        {
            "account_code": account.code,
            "region": region,
            "label": f"{account.code} {region}",
        }
        for account in load_company().accounts
        for region in account.regions
    ]


def seller_connection(account_code: str, region: str) -> SellerConnection:
    """Who asks Amazon for this seller.

    Raises:
        CredentialError: there is no such connection, or it lacks a field.
    """
    from extract.amazon.connection import connection_id, from_fields
    from extract.errors import CredentialError

    name = connection_id(account_code, region)
    try:
        connection = Connection.get(name)
    except AirflowNotFoundException:
        raise CredentialError(
            f"There is no Airflow connection {name} for account {account_code} in "
            f"region {region}. Add it (type generic, login = client id, password = "
            f'client secret, extra = {{"refresh_token": ...}}).'
        ) from None
    return from_fields(
        account_code,
        region,
        login=connection.login,
        password=connection.password,
        host=connection.host,
        extra=connection.extra_dejson,
    )
