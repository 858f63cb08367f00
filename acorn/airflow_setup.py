"""Set up Airflow's database: migrate, admin user, pools. Run by `acorn up`.

The three are Airflow's own commands, run in one process: each alone would pay some
seconds of imports. The password comes by environment: arguments show in `ps`.

    ACORN_SETUP_PASSWORD=... python -m acorn.airflow_setup
"""

from __future__ import annotations

import os

from acorn.airflow import ADMIN_USER, POOLS_FILE


def main() -> None:
    """Run the commands; each may run again."""
    from airflow.cli import cli_parser  # noqa: TID251 - Airflow's own command line

    password = os.environ.pop("ACORN_SETUP_PASSWORD")
    parser = cli_parser.get_parser()
    user = ("--username", ADMIN_USER, "--role", "Admin", "--email", "admin@localhost")
    name = ("--firstname", "Acorn", "--lastname", "Admin")
    for command in (
        ("db", "migrate"),
        ("users", "create", *user, *name, "--password", password),
        ("users", "reset-password", "--username", ADMIN_USER, "--password", password),
        ("pools", "import", str(POOLS_FILE)),
    ):
        arguments = parser.parse_args(command)
        arguments.func(arguments)


if __name__ == "__main__":
    main()
