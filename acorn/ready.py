"""What a command needs before it works: Postgres up, the warehouse complete."""

from __future__ import annotations

from acorn.postgres import ensure_postgres, is_external
from acorn.warehouse import ensure_warehouse


def ensure_ready() -> None:
    """Start the embedded Postgres if it is not running; complete the warehouse.

    A server that ACORN_DATABASE_URL names is not ours to start, and `acorn setup`
    completes it: everyday commands there need no administrator's password.
    """
    if not is_external():
        ensure_postgres()
        ensure_warehouse()
