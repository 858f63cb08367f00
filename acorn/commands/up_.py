"""`acorn up`: the local stack."""

from __future__ import annotations

import click


@click.command("up")
@click.option("--airflow-port", type=int, help="Port of the Airflow UI (8080).")
@click.option("--superset-port", type=int, help="Port of Superset (8088).")
@click.option("--orders", type=int, help="Size of the demo company's world (600).")
def command(
    airflow_port: int | None, superset_port: int | None, orders: int | None
) -> None:
    """Start Postgres, Airflow, Superset and, for the demo company, the sandbox.

    Everything binds to 127.0.0.1 and is left running. When it is up already, people,
    their stores and dashboards are brought up to date, and nothing is started anew.
    """
    from acorn.stack import UpOptions, up

    up(UpOptions(airflow_port, orders, superset_port))
