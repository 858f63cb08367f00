"""`acorn verify`: the penny proof, printed."""

from __future__ import annotations

import sys

import click
from psycopg import IsolationLevel

from acorn import penny_proof, proof_tables
from acorn.ready import ensure_ready
from config.warehouse import connect


@click.command("verify")
def command() -> None:
    """Prove that every cent of every source line stands in exactly one place.

    Reads the delivered text, the rules and the rates again with SQL of its own and
    holds them against marts and reports; hashes the archived originals again. Prints
    each settlement's residual; exit code 1 if anything is off.
    """
    ensure_ready()
    with connect("transformer") as connection:
        # One snapshot: a build that ends meanwhile must not look like a fault.
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        if connection.execute(
            "select to_regclass('reports.profit_by_sku_month')"
        ).fetchone() == (None,):
            click.secho("Nothing is published yet. Run `acorn build` first.", fg="red")
            sys.exit(1)
        if not penny_proof.is_newest_build_published(connection):
            click.secho(
                "The newest build is not published: it still runs, or gate B stopped "
                "it. Run `acorn build`, then verify again.",
                fg="red",
            )
            sys.exit(1)
        proof_tables.prepare(connection)
        settlements = penny_proof.settlements(connection)
        checks = penny_proof.checks(connection)
        newer = penny_proof.undecided_since_build(connection)
    _print_settlements(settlements)
    for check in checks:
        mark = (
            click.style("ok  ", fg="green")
            if not check.faults
            else click.style("FAIL", fg="red")
        )
        click.echo(f"{mark} {check.statement}")
        if check.faults:
            click.echo(f"     {check.faults} faults, for one: {check.example}")
    if newer:
        click.echo(f"Note: {newer} files were accepted since the last build.")
    broken = [proof for proof in settlements if proof.residual]
    faults = sum(check.faults for check in checks)
    if broken or faults:
        click.secho(
            f"Not proven: {len(broken)} settlements with a residual, {faults} faults.",
            fg="red",
        )
        sys.exit(1)
    amounts = sum(proof.line_count for proof in settlements)
    click.secho(
        f"Proven: {len(settlements)} settlements, {amounts} amounts, residual 0.00.",
        fg="green",
    )


def _print_settlements(settlements: list[penny_proof.SettlementProof]) -> None:
    click.echo(
        f"{'account':<12} {'settlement':<20} {'cur':<4}{'amounts':>8}"
        f"{'declared':>16}{'lines':>16}{'mart':>16}{'residual':>10}"
    )
    for proof in settlements:
        click.echo(
            f"{proof.account_code:<12} {proof.settlement_id:<20} "
            f"{proof.currency_code:<4}{proof.line_count:>8}{proof.declared:>16,.2f}"
            f"{proof.raw_total:>16,.2f}{proof.mart_total:>16,.2f}"
            f"{proof.residual:>10,.2f}"
        )
