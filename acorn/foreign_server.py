"""Whether the server of ACORN_DATABASE_URL can be set up, asked before it is."""

from __future__ import annotations

import psycopg

from acorn.command_error import CommandError
from acorn.postgres import admin_connection, is_external
from config.warehouse import server_address

_OLDEST = 15


class ServerUnfit(CommandError):
    """There is no server, or not one that can be set up; the message says why."""


def require_fit_server() -> None:
    """See that the administrator gets in and may do what set-up does.

    Raises:
        ServerUnfit: no, or the server is too old.
    """
    if not is_external():
        raise ServerUnfit(
            "ACORN_DATABASE_URL is not set, so there is no server to set up. "
            "`acorn up` sets up and starts a local stack."
        )
    host, port = server_address()
    try:
        with admin_connection("postgres") as server:
            version = server.info.server_version // 10_000
            row = server.execute(
                "select rolname, rolsuper or (rolcreaterole and rolcreatedb)"
                " from pg_roles where rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise ServerUnfit(
            f"Postgres at {host}:{port} did not let the administrator in: {error}. "
            f"The user is that of ACORN_DATABASE_URL, or postgres; the password too "
            f"stands in the URL, or in ACORN_POSTGRES_PASSWORD."
        ) from error
    assert row is not None  # who is signed in has a role
    if version < _OLDEST:
        raise ServerUnfit(
            f"Postgres at {host}:{port} is version {version}; {_OLDEST} or newer is "
            f"needed."
        )
    if not row[1]:
        raise ServerUnfit(
            f"{row[0]} may not create roles and databases at {host}:{port}. Sign in as "
            f"another, or: alter role {row[0]} createrole createdb"
        )
