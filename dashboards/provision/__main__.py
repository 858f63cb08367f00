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


def main() -> None:
    """Set up; a step that fails ends the process with its error."""
    orders = json.load(sys.stdin)
    from superset.app import create_app

    with create_app().app_context():
        # Superset's models can be imported only inside an application.
        from dashboards.bundle import DASHBOARDS, build_bundle
        from dashboards.provision.steps import provision

        warehouse_url = os.environ["ACORN_SUPERSET_WAREHOUSE_URL"]
        provision(orders, build_bundle(), DASHBOARDS, warehouse_url)


if __name__ == "__main__":
    main()
