"""`acorn doctor`: is everything in place?"""

from __future__ import annotations

import sys

import click

from acorn.doctor import examine
from acorn.ready import ensure_ready


@click.command("doctor")
def command() -> None:
    """Check credentials and roles granted, clock, disk, ports and versions.

    One line per check, pass or fail; exit code 1 if any fails.
    """
    ensure_ready()
    failed = 0
    for finding in examine():
        mark = "pass" if finding.is_success else "FAIL"
        failed += not finding.is_success
        click.secho(
            f"{mark}  {finding.name}: {finding.detail}",
            fg=None if finding.is_success else "red",
        )
    if failed:
        click.echo(f"{failed} checks failed.")
        sys.exit(1)
    click.echo("All checks passed.")
