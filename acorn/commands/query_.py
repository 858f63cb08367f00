"""`acorn query`: ask the marts and reports in SQL."""

from __future__ import annotations

import csv
import sys
from itertools import chain, islice

import click
import psycopg
from rich.console import Console
from rich.table import Table

from acorn.command_error import CommandError
from acorn.ready import ensure_ready
from config.warehouse import connect

_SHOWN_ROWS = 200


@click.command("query")
@click.argument("sql")
@click.option(
    "--csv", "as_csv", is_flag=True, help="All rows as CSV on standard output."
)
def command(sql: str, as_csv: bool) -> None:
    """Run SQL as the read-only role `analyst` (schemas marts, reports, seeds).

    The table on the screen ends after 200 rows; --csv has them all.
    """
    ensure_ready()
    with connect("analyst") as connection, connection.cursor() as cursor:
        try:
            cursor.execute(sql.encode())
            if cursor.description is None:
                raise CommandError("The statement gives no rows. Write a SELECT.")
            names = [column.name for column in cursor.description]
            if as_csv:
                writer = csv.writer(sys.stdout, lineterminator="\n")
                writer.writerows(chain([names], cursor))
                return
            _print_table(names, cursor)
        except psycopg.Error as error:
            raise CommandError(
                f"Postgres refused the query: {error}".strip()
            ) from error


def _print_table(names: list[str], cursor: psycopg.Cursor) -> None:
    table = Table(*names)
    for row in islice(cursor, _SHOWN_ROWS):
        table.add_row(*("" if value is None else str(value) for value in row))
    console = Console(width=None if sys.stdout.isatty() else 240)
    console.print(table)
    if cursor.rowcount > _SHOWN_ROWS:
        console.print(f"{_SHOWN_ROWS} of {cursor.rowcount} rows; --csv gives all.")
