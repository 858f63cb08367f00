"""`acorn release`: a person decides about a quarantined file."""

from __future__ import annotations

import getpass
import sys

import click

from acorn.ready import ensure_ready


@click.command("release")
@click.argument("batch_id", type=int)
@click.option("--reason", help="Why; kept for the audit trail. Needed to release.")
@click.option(
    "--recheck", is_flag=True, help="Load and gate it again, after the cause is fixed."
)
def command(batch_id: int, reason: str | None, recheck: bool) -> None:
    """Release batch BATCH_ID from quarantine, or have it checked again.

    A released settlement takes the place of one accepted earlier; both stay on
    record. A file whose lines do not add up to its total cannot be released.
    """
    ensure_ready()
    from expectations.gate_a import check_batches
    from expectations.release import recheck_batch, release_batch
    from extract.load.loader import load_received

    if recheck:
        recheck_batch(batch_id)
        from config.warehouse import connect

        with connect("loader") as connection:
            load_received(connection)
        for verdict in check_batches([batch_id]):
            click.echo(verdict.sentence())
            sys.exit(0 if verdict.status in ("accepted", "duplicate") else 2)
        return
    if not reason:
        raise click.UsageError("Say why with --reason; it is kept for the audit.")
    release_batch(batch_id, actor=getpass.getuser(), reason=reason)
    click.echo(f"Batch {batch_id} is released. Next: `acorn build`.")
