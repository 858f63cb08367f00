"""`acorn status`: how the local stack is."""

from __future__ import annotations

import sys

import click


@click.command("status")
def command() -> None:
    """Show each part: running, healthy, where, memory. Exit code 1 if any is not."""
    from acorn.stack_health import status

    sys.exit(0 if status() else 1)
