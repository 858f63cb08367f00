"""`python -m dashboards.provision`: set up Superset's database and all in it.

Who may sign in comes as JSON by standard input, for it holds passwords:

    {"admin": {"name": ..., "password": ...},
     "people": [{"name": ..., "role": ..., "password": ...}, ...]}

One process does all steps: starting Superset costs some seconds each time. Settings
come by environment, see `dashboards/superset_config.py`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable


def main() -> None:
    """Run the steps; each raises when it cannot do its part."""
    orders = json.load(sys.stdin)
    from superset.app import create_app

    with create_app().app_context():
        from dashboards.bundle import DASHBOARDS, build_bundle
        from dashboards.provision.assets import import_bundle
        from dashboards.provision.database import complete_database
        from dashboards.provision.people import ensure_admin, ensure_people
        from dashboards.provision.roles import ensure_roles
        from dashboards.provision.row_rules import ensure_row_rule

        bundle = build_bundle()
        warehouse_url = os.environ["ACORN_SUPERSET_WAREHOUSE_URL"]
        admin = orders["admin"]
        _timed("database", complete_database)
        _timed("roles", ensure_roles)
        _timed("admin", lambda: ensure_admin(admin["name"], admin["password"]))
        _timed("people", lambda: ensure_people(orders["people"]))
        _timed(
            "assets",
            lambda: import_bundle(bundle, DASHBOARDS, warehouse_url, admin["name"]),
        )
        _timed("row rule", ensure_row_rule)


def _timed(name: str, step: Callable[[], object]) -> None:
    began = time.monotonic()
    step()
    print(f"provision: {name} done in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
