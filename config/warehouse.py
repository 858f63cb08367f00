"""Connections to the warehouse, one per Postgres role.

Every part of Acorn opens the warehouse here, with the least role that does its work:

    loader       writes raw.* and ops.*            (extract, gate A)
    transformer  staging to reports                (dbt, gate B, publish)
    analyst      reads marts.* and reports.*       (`acorn query`)
    bi           reads reports.*                   (Superset)
    owner        owns the schemas; sets up, replays

Host and port come from ACORN_DATABASE_URL, else from the file that the embedded
Postgres of this ACORN_HOME writes when it starts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg

from config.home import acorn_home, secret

ROLES = ("owner", "loader", "transformer", "analyst", "bi")


class WarehouseUnavailable(Exception):
    """No Postgres is known or reachable; the message says what to run."""


@dataclass(frozen=True)
class WarehouseAddress:
    """Where the warehouse is and who asks. The password never shows in `repr`."""

    host: str
    port: int
    database: str
    role: str
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """libpq URL, password included: hand it on, never print it."""
        return (
            f"postgresql://{self.role}:{quote(self.password, safe='')}"
            f"@{self.host}:{self.port}/{self.database}"
        )


def database_name() -> str:
    """Name of the warehouse database: $ACORN_WAREHOUSE_DATABASE or `warehouse`."""
    return os.environ.get("ACORN_WAREHOUSE_DATABASE", "warehouse")


def server_address() -> tuple[str, int]:
    """Host and port of Postgres.

    Raises:
        WarehouseUnavailable: no server is configured and none was started here.
    """
    url = os.environ.get("ACORN_DATABASE_URL")
    if url:
        parts = urlsplit(url)
        return parts.hostname or "127.0.0.1", parts.port or 5432
    path = acorn_home() / "postgres.json"
    if not path.exists():
        raise WarehouseUnavailable(
            f"No Postgres was started for {acorn_home()}. Run `acorn up`, or set "
            f"ACORN_DATABASE_URL."
        )
    known = json.loads(path.read_text())
    return str(known["host"]), int(known["port"])


def address(role: str, database: str | None = None) -> WarehouseAddress:
    """The warehouse's address for one of `ROLES`.

    Raises:
        WarehouseUnavailable: no server is known.
        SecretMissing: the role's password is not set.
    """
    if role not in ROLES:
        raise ValueError(f"Unknown warehouse role {role!r}; one of {', '.join(ROLES)}")
    host, port = server_address()
    return WarehouseAddress(
        host=host,
        port=port,
        database=database or database_name(),
        role=role,
        password=secret(f"{role}_password"),
    )


def connect(role: str, **options: Any) -> psycopg.Connection[Any]:
    """Open a connection as `role`; the session's time zone is UTC.

    Raises:
        WarehouseUnavailable: the server does not answer or refuses the role.
    """
    where = address(role)
    try:
        return psycopg.connect(
            host=where.host,
            port=where.port,
            dbname=where.database,
            user=where.role,
            password=where.password,
            application_name=options.pop("application_name", "acorn"),
            options="-c timezone=UTC",
            **options,
        )
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(
            f"Postgres at {where.host}:{where.port} did not let {role} in to "
            f"{where.database}: {error}. Run `acorn doctor`."
        ) from error
