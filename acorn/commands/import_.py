"""`acorn import`: the manual fallback when the API is down or history is at hand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from acorn.ready import ensure_ready
from config.company import load_company

# A duplicate is a settlement that the books hold already, in another delivery.
GOOD = {"accepted", "duplicate"}
FEEDS = ("amazon_settlement", "ecb_fx_rates", "manual_fx_rates", "manual_product_map")


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--account", required=True, help="Account code, as in company.yml.")
@click.option(
    "--feed",
    type=click.Choice(FEEDS),
    help="What the files are; found out if left out.",
)
def command(files: tuple[Path, ...], account: str, feed: str | None) -> None:
    """Archive, load and gate FILES; print one verdict line per file.

    The same bytes twice are one file, whatever their name. Exit code 0: all accepted;
    2: at least one quarantined (kept, with its reason); 1: error.
    """
    load_company().account(account)
    ensure_ready()
    from extract.importing import import_files

    verdicts = import_files(list(files), account, feed)
    for verdict in verdicts:
        good = verdict.status in GOOD
        click.secho(verdict.sentence(), fg=None if good else "red")
    statuses = {verdict.status for verdict in verdicts}
    if "error" in statuses:
        sys.exit(1)
    if not statuses <= GOOD:
        click.echo(
            "Quarantined files are kept. `acorn release` lists them by batch number."
        )
        sys.exit(2)
    click.echo("Next: `acorn build`, then `acorn verify`.")
