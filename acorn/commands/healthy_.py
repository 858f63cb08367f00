"""`acorn healthy`: the health check of one part."""

from __future__ import annotations

import sys

import click


@click.command("healthy")
@click.argument("part")
def command(part: str) -> None:
    """Exit 0 when PART answers, else 1; asked on the host that it runs on."""
    from acorn.service import part_settings
    from acorn.stack_health import part_answers

    if not part_answers(part, part_settings(part)):
        click.echo(f"{part} does not answer", err=True)
        sys.exit(1)
