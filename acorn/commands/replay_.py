"""`acorn replay`: the warehouse rebuilt from archive and ledger alone."""

from __future__ import annotations

import sys

import click

from acorn.ready import ensure_ready


@click.command("replay")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(yes: bool) -> None:
    """Empty raw, marts and reports, rebuild them, and compare content hashes.

    The archive and the ledger (ops) stay; everything else is made again from them.
    Readers see no reports meanwhile. Killed halfway, run it again. Exit code 1 if any
    mart differs from what it was.
    """
    if not yes:
        click.confirm(
            "Empty the warehouse and rebuild it from the archive?", abort=True
        )
    ensure_ready()
    from acorn.replay import replay

    outcome = replay(click.echo)
    click.echo(f"{'mart':<36} {'before':<18} {'after':<18}")
    for mart in sorted(outcome.before.keys() | outcome.after.keys()):
        before, after = outcome.before.get(mart), outcome.after.get(mart)
        mark = "same" if before == after else "DIFFERS"
        click.secho(
            f"{mart:<36} {(before or '-')[:16]:<18} {(after or '-')[:16]:<18} {mark}",
            fg=None if before == after else "red",
        )
    if outcome.before != outcome.after:
        sys.exit(1)
    click.secho("The archive alone gives the same books.", fg="green")
