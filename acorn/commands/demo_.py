"""`acorn demo`: the demo company through real DAG runs."""

from __future__ import annotations

import click


@click.command("demo")
@click.option("--airflow-port", type=int, help="Port of the Airflow UI (8080).")
@click.option("--superset-port", type=int, help="Port of Superset (8088).")
@click.option("--orders", type=int, help="Size of the demo company's world (600).")
def command(
    airflow_port: int | None, superset_port: int | None, orders: int | None
) -> None:
    """Start the stack, run the demo company's DAGs, show what came out.

    The stack is left running. A second run finds nothing new and says so.
    """
    from acorn.demo import DemoOptions, run_demo

    run_demo(DemoOptions(airflow_port, orders, superset_port))
