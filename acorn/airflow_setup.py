"""Set up Airflow's database: migrate, pools, roles, users. Run by `acorn up`.

All in one process: each of Airflow's commands alone would pay some seconds of imports.
Passwords come by environment: arguments show in `ps`.

    ACORN_SETUP_USERS='[{"name": ..., "role": ..., "password": ...}]' \
        python -m acorn.airflow_setup
"""

from __future__ import annotations

import json
import os

from acorn.airflow import POOLS_FILE
from acorn.airflow_people import set_up_roles, set_up_users


def main() -> None:
    """Run the steps; each may run again."""
    users = json.loads(os.environ.pop("ACORN_SETUP_USERS"))
    _run_airflow("db", "migrate")
    _run_airflow("pools", "import", str(POOLS_FILE))
    from airflow.providers.fab.auth_manager.cli_commands.utils import (  # noqa: TID251
        get_application_builder,
    )

    with get_application_builder() as builder:
        builder.sm.sync_roles()  # Airflow's own roles and permissions
        set_up_roles(builder.sm)
        set_up_users(builder.sm, users)


def _run_airflow(*command: str) -> None:
    from airflow.cli import cli_parser  # noqa: TID251 - Airflow's own command line

    arguments = cli_parser.get_parser().parse_args(command)
    arguments.func(arguments)


if __name__ == "__main__":
    main()
