"""Exchange rates for the demo company when no sandbox serves them.

`acorn import` and `acorn build` work without a running stack. The demo company then
gets the sandbox's invented ECB file, through the same archive, loader and gate as any
other file. A company of its own never gets rates this way.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import click

from config.company import is_demo
from config.home import CHECKOUT
from config.warehouse import connect

_FIRST_DAY = date(2023, 1, 2)


def ensure_demo_rates() -> None:
    """Import the sandbox's rates if accepted settlements reach beyond known ones."""
    if not is_demo():
        return
    with connect("loader") as connection:
        needed = connection.execute(
            """
            select min(profile.period_start_at), max(profile.period_end_at)
            from ops.settlement_profiles as profile
            inner join ops.load_batches as batch using (batch_id)
            where batch.status in ('accepted', 'released')
            """
        ).fetchone()
        known = connection.execute(
            """
            select min(rate_date), max(rate_date) from raw.ecb_fx_rates as rate
            inner join ops.load_batches as batch on batch.file_id = rate._file_id
            where batch.status in ('accepted', 'released')
            """
        ).fetchone()
    if needed is None or needed[0] is None:
        return
    # Lines may be posted some weeks before the settlement that pays them.
    first = min(_FIRST_DAY, needed[0].date() - timedelta(days=60))
    last = needed[1].date()
    if known and known[0] and known[0] <= str(first + timedelta(days=7)):
        if known[1] >= str(last - timedelta(days=4)):
            return
    _import_rates(first, last)


def _import_rates(first: date, last: date) -> None:
    from extract.importing import import_files

    click.echo("Demo company: invented exchange rates from the sandbox are used.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"eurofxref-sandbox-{first}-{last}.xml"
        subprocess.run(
            [
                *(sys.executable, "-m", "sandbox.fx"),
                *("--from", str(first), "--until", str(last), "--out", str(path)),
            ],
            cwd=CHECKOUT,
            check=True,
        )
        for verdict in import_files([path], None, "ecb_fx_rates"):
            click.echo(verdict.sentence())
