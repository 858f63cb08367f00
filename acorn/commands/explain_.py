"""`acorn explain`: from a number back to the bytes it came from."""

from __future__ import annotations

import sys

import click

from acorn.explanation import Explanation, explain
from acorn.ready import ensure_ready
from config.warehouse import connect

_SHOWN_LINES = 20


@click.command("explain")
@click.argument("table")
@click.argument("keys", nargs=-1, metavar="KEY=VALUE...")
@click.option("--all-lines", is_flag=True, help="Show every line, not the first 20.")
def command(table: str, keys: tuple[str, ...], all_lines: bool) -> None:
    """Show the files, lines and hashes behind each row of TABLE that the keys choose.

    The lines are read again from the archived documents and added up; exit code 1 if
    they do not give the number. For example:

    \b
      acorn explain reports.profit_by_sku_month sku=AB-1 month=2026-10-01
      acorn explain marts.fct_settlements settlement_id=23395380562
    """
    chosen = {}
    for key in keys:
        name, separator, value = key.partition("=")
        if not separator:
            raise click.UsageError(f"{key!r} is not KEY=VALUE, such as sku=AB-1")
        chosen[name] = value
    ensure_ready()
    with connect("transformer") as connection:
        explanations = explain(connection, table, chosen)
    for explanation in explanations:
        _print(explanation, None if all_lines else _SHOWN_LINES)
    if not all(explanation.is_proven for explanation in explanations):
        sys.exit(1)


def _print(explanation: Explanation, limit: int | None) -> None:
    facts = [
        f"{name}={value}"
        for name, value in explanation.row.items()
        if name in _IDENTIFYING and value is not None
    ]
    currency = explanation.row.get("currency_code", "")
    click.secho(" ".join(facts), bold=True)
    for file in explanation.files:
        state = "intact" if file.is_intact else "CHANGED"
        click.echo(f"  file {file.file_id} {file.name}")
        click.echo(f"    archive {file.archive_path} ({state})")
        click.echo(f"    sha256 {file.sha256}")
        for line in file.lines[:limit]:
            click.echo(
                f"    line {line.line_number:>6} {line.column:<24}"
                f"{line.archive_amount:>14,.2f}  {line.bucket:<18} {line.description}"
            )
        if limit and len(file.lines) > limit:
            click.echo(f"    ... {len(file.lines) - limit} more lines (--all-lines)")
    verdict = "agree" if explanation.is_proven else "DO NOT AGREE"
    click.secho(
        f"  {explanation.column} {explanation.number:,.4f} {currency}; lines read from "
        f"the archive add up to {explanation.archive_total:,.4f}: they {verdict}.",
        fg="green" if explanation.is_proven else "red",
    )


_IDENTIFYING = (
    "account_code",
    "marketplace_code",
    "settlement_id",
    "currency_code",
    "month",
    "sku",
    "source_file_id",
    "source_line_number",
)
