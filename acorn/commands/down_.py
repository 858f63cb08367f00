"""`acorn down`: stop the local stack."""

from __future__ import annotations

import click


@click.command("down")
def command() -> None:
    """Stop exactly what this ACORN_HOME started; safe when nothing runs."""
    from acorn.stack import down

    down()
