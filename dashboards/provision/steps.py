"""All steps of the provisioning, in their order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dashboards.provision.assets import import_bundle
from dashboards.provision.database import complete_database
from dashboards.provision.people import ensure_admin, ensure_people
from dashboards.provision.roles import ensure_roles
from dashboards.provision.row_rules import ensure_row_rule


def provision(
    orders: dict[str, Any],
    bundle: dict[str, str],
    dashboards: list[dict[str, Any]],
    warehouse_url: str,
) -> None:
    """Run the steps inside Superset's application context; each may run again.

    Raises:
        Exception: a step could not do its part; its own error says why.
    """
    admin = orders["admin"]
    _timed("database", complete_database)
    _timed("roles", ensure_roles)
    _timed("admin", lambda: ensure_admin(admin["name"], admin["password"]))
    _timed("people", lambda: ensure_people(orders["people"], admin["name"]))
    _timed(
        "assets",
        lambda: import_bundle(bundle, dashboards, warehouse_url, admin["name"]),
    )
    _timed("row rule", ensure_row_rule)


def _timed(name: str, step: Callable[[], object]) -> None:
    began = time.monotonic()
    step()
    print(f"provision: {name} done in {time.monotonic() - began:.1f} s", flush=True)
