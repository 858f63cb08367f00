"""`acorn release`: a person decides about a quarantined file."""

from __future__ import annotations

import getpass
import sys

import click

from acorn.command_error import CommandError
from acorn.ready import ensure_ready
from config.warehouse import connect


@click.command("release")
@click.argument("batch_id", type=int, required=False)
@click.option("--reason", help="Why; kept for the audit trail. Needed to release.")
@click.option(
    "--recheck", is_flag=True, help="Load and gate it again, after the cause is fixed."
)
def command(batch_id: int | None, reason: str | None, recheck: bool) -> None:
    """Release batch BATCH_ID from quarantine, or have it checked again.

    Without BATCH_ID, list what waits in quarantine and why. A released settlement
    takes the place of one accepted earlier; both stay on record. A file whose lines
    do not add up to its total cannot be released.
    """
    ensure_ready()
    if batch_id is None:
        _list_quarantine()
        return
    from expectations.gate_a import check_batches
    from expectations.release import recheck_batch, release_batch
    from extract.load.loader import load_batch

    if recheck:
        recheck_batch(batch_id)
        with connect("loader", autocommit=True) as connection:
            load_batch(connection, batch_id)
        verdicts = check_batches([batch_id])
        if not verdicts:
            raise CommandError(f"Another process has batch {batch_id}. Try again.")
        click.echo(verdicts[0].sentence())
        sys.exit(2 if verdicts[0].is_quarantined else 0)
    if not reason:
        raise click.UsageError("Say why with --reason; it is kept for the audit.")
    release_batch(batch_id, actor=getpass.getuser(), reason=reason)
    click.echo(f"Batch {batch_id} is released. Next: `acorn build`.")


def _list_quarantine() -> None:
    with connect("loader") as connection:
        waiting = connection.execute(
            "select batch_id, decided_at, reason from ops.load_batches "
            "where status = 'quarantined' order by batch_id"
        ).fetchall()
    for batch_id, decided_at, reason in waiting:
        click.echo(f"batch {batch_id}  since {decided_at:%Y-%m-%d %H:%M} UTC  {reason}")
    click.echo(f"{len(waiting)} files in quarantine.")
