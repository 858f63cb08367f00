"""`acorn setup`: everything before the processes."""

from __future__ import annotations

import click


@click.command("setup")
def command() -> None:
    """Set up the databases of a server named by ACORN_DATABASE_URL; start nothing.

    Roles, schemas, Airflow's and Superset's data, people. It makes no secret: all come
    from the environment. It may run again, and does after every upgrade.
    """
    from acorn.service import set_up

    set_up()
