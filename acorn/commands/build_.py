"""`acorn build`: from accepted files to published reports."""

from __future__ import annotations

import sys
import time

import click

from acorn.demo_rates import ensure_demo_rates
from acorn.ready import ensure_ready


@click.command("build")
def command() -> None:
    """Run dbt on all accepted files, check the books (gate B), publish the reports.

    A failing gate leaves the last good reports as they are; exit code 1.
    """
    ensure_ready()
    ensure_demo_rates()
    from deliver.build import build_warehouse
    from deliver.publish import publish_reports
    from expectations.gate_b import check_books

    began = time.monotonic()
    click.echo("dbt: staging, intermediate, marts ...")
    build = build_warehouse()
    click.echo(f"dbt: done, build {build.build_id} ({time.monotonic() - began:.0f} s)")
    click.echo("Gate B: do the books tie? ...")
    verdict = check_books(build.build_id)
    for result in verdict.results:
        if not result.is_success:
            failed = result.severity == "critical"
            click.secho(
                f"  {'FAIL' if failed else 'warn'} {result.check_name}: expected "
                f"{result.expected}, found {result.observed}",
                fg="red" if failed else "yellow",
            )
    if not verdict.is_success:
        click.secho("Gate B failed: reports stay as last published.", fg="red")
        sys.exit(1)
    for publication in publish_reports(build.build_id):
        click.echo(f"Published {publication.report}: {publication.row_count} rows")
    click.echo(f"Done in {time.monotonic() - began:.0f} s. Next: `acorn verify`, or")
    click.echo('  acorn query "select * from reports.settlement_reconciliation"')
