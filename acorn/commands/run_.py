"""`acorn run`: one part in the foreground."""

from __future__ import annotations

import click


@click.command("run")
@click.argument("part")
def command(part: str) -> None:
    """Run PART (api-server, scheduler, ...) here, with the local stack's settings.

    For containers and service managers; `acorn up` starts all parts at once.
    """
    from acorn.service import run_part

    run_part(part)
