"""Connections to the warehouse, one per Postgres role.

Every part of Acorn opens the warehouse here, with the least role that does its work:

    loader       writes raw.* and ops.*            (extract, gate A)
    transformer  staging to reports                (dbt, gate B, publish)
    analyst      reads marts.* and reports.*       (`acorn query`)
    bi           reads reports.*                   (Superset)
    owner        owns the schemas; sets up, replays

Host, port and options such as `sslmode` come from ACORN_DATABASE_URL, else from the
file that the embedded Postgres of this ACORN_HOME writes when it starts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg

from config.home import acorn_home, secret

ROLES = ("owner", "loader", "transformer", "analyst", "bi")

# Options that ACORN_DATABASE_URL may carry, with the variable by which every driver in
# use knows them (PostgreSQL manual, "Environment Variables"; asyncpg reads the same).
_URL_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
}


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
    options: dict[str, str] = field(default_factory=dict)

    def sqlalchemy_url(self, **query: str) -> str:
        """URL for SQLAlchemy with psycopg 2, password included: never print it."""
        # The driver is named: SQLAlchemy 2.1 takes a bare postgresql:// for psycopg 3.
        plain = (
            f"postgresql+psycopg2://{self.role}:{quote(self.password, safe='')}"
            f"@{self.host}:{self.port}/{self.database}"
        )
        everything = self.options | query
        return f"{plain}?{urlencode(everything, quote_via=quote)}".removesuffix("?")


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


def server_options() -> dict[str, str]:
    """Options of ACORN_DATABASE_URL, such as `sslmode`, for psycopg and SQLAlchemy.

    Raises:
        WarehouseUnavailable: the URL has an option that would be dropped on the way.
    """
    query = urlsplit(os.environ.get("ACORN_DATABASE_URL", "")).query
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - _URL_OPTIONS.keys())
    if unknown:
        raise WarehouseUnavailable(
            f"ACORN_DATABASE_URL has the option {', '.join(unknown)}; it may have "
            f"{', '.join(_URL_OPTIONS)}. Take the other out of the URL."
        )
    return options


def server_environment() -> dict[str, str]:
    """The same options as variables, for processes that open connections themselves."""
    return {_URL_OPTIONS[name]: value for name, value in server_options().items()}


def address(role: str, database: str | None = None) -> WarehouseAddress:
    """The warehouse's address for one of `ROLES`.

    Raises:
        WarehouseUnavailable: no server is known.
        SecretMissing: the role's password is not set.
    """
    if role not in ROLES:
        raise ValueError(f"Unknown warehouse role {role!r}; one of {', '.join(ROLES)}")
    return service_address(role, database or database_name())


def service_address(role: str, database: str) -> WarehouseAddress:
    """The address of any database on the server, such as Airflow's own.

    Raises:
        WarehouseUnavailable: no server is known.
        SecretMissing: the role's password is not set.
    """
    host, port = server_address()
    return WarehouseAddress(
        host=host,
        port=port,
        database=database,
        role=role,
        password=secret(f"{role}_password"),
        options=server_options(),
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
            **(where.options | options),
        )
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(
            f"Postgres at {where.host}:{where.port} did not let {role} in to "
            f"{where.database}: {error}. Run `acorn doctor`."
        ) from error
