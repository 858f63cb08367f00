"""Tell Postgres for whom Superset asks: the setting `acorn.person` of a connection.

Superset's login `bi` sees no row of its own accord. Row security in Postgres lets
through what the person in `acorn.person` may see; without one, nothing. The setting is
made when the connection opens and is never part of a statement's text. It carries a
signature, so that SQL which gets into a statement cannot name another person: see
`reports.person` in config/postgres/50_row_security.sql.
"""

from __future__ import annotations

import hmac
import os
import re
from typing import Any

from sqlalchemy.engine import URL

# A runaway query ends with the web request that waits for it.
STATEMENT_MILLISECONDS = 60_000


def connect_as_person(
    url: URL,
    engine_arguments: dict[str, Any],
    username: str | None,
    _security_manager: Any,
    _source: Any,
) -> tuple[URL, dict[str, Any]]:
    """Superset's DB_CONNECTION_MUTATOR: name the signed-in user to Postgres."""
    key = os.environ["ACORN_SUPERSET_PERSON_KEY"]
    setting = signed(username, key) if username else ""
    arguments = engine_arguments.setdefault("connect_args", {})
    arguments["options"] = " ".join(
        [
            "-c timezone=UTC",
            f"-c statement_timeout={STATEMENT_MILLISECONDS}",
            f"-c acorn.person={_escaped(setting)}",
        ]
    )
    return url, engine_arguments


def signed(person: str, key: str) -> str:
    """The setting that speaks for `person`: `<HMAC-SHA256 in hex>:<person>`."""
    signature = hmac.new(key.encode(), person.encode(), "sha256")
    return f"{signature.hexdigest()}:{person}"


def _escaped(value: str) -> str:
    """A value inside libpq's `options`: spaces part options, a backslash quotes.

    Postgres gives no meaning to any other character there, so that a name such as
    `x -c acorn.person=admin` stays one name that nobody has.
    """
    return re.sub(r"([\\\s])", r"\\\1", value)
