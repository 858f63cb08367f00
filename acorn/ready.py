"""What a command needs before it works: Postgres up, the warehouse complete."""

from __future__ import annotations

import os

from acorn.postgres import ensure_postgres
from acorn.warehouse import ensure_warehouse


def ensure_ready() -> None:
    """Start the embedded Postgres if it is not running; complete the warehouse.

    With ACORN_DATABASE_URL set, the server is not ours to start.
    """
    if not os.environ.get("ACORN_DATABASE_URL"):
        ensure_postgres()
    ensure_warehouse()
