"""Where a number comes from: the lines, files and hashes behind rows of a table.

The lines of a mart row are found in the warehouse, but their amounts are read again
from the archived bytes and added up here. The archived file is hashed again first, so
the answer rests on the document and not on a copy of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from acorn.command_error import CommandError
from config.home import archive_root
from extract.formats.names import raw_column
from extract.formats.numbers import parse_amount

# For each table that can be explained: the condition that finds its lines. The names
# on the right are columns of the row that is explained.
_LINES_OF = {
    "marts.fct_settlement_lines": (
        "source_file_id = %(source_file_id)s "
        "and source_line_number = %(source_line_number)s "
        "and amount_column = %(amount_column)s"
    ),
    "marts.fct_settlements": (
        "settlement_id = %(settlement_id)s and account_code = %(account_code)s"
    ),
    "reports.settlement_reconciliation": (
        "settlement_id = %(settlement_id)s and account_code = %(account_code)s"
    ),
    "reports.profit_by_sku_month": (
        "account_code = %(account_code)s and marketplace_code = %(marketplace_code)s "
        "and currency_code = %(currency_code)s and coalesce(sku, '') = %(sku)s "
        "and posted_on >= %(month)s "
        "and posted_on < cast(%(month)s as date) + interval '1 month'"
    ),
}
_NUMBER_OF = {
    "marts.fct_settlement_lines": "amount",
    "marts.fct_settlements": "lines_total_amount",
    "reports.settlement_reconciliation": "lines_total_amount",
    "reports.profit_by_sku_month": "total_amount",
}


@dataclass(frozen=True)
class SourceLine:
    """One amount: where the mart says it stands, and what stands there."""

    file_id: int
    line_number: int
    column: str
    bucket: str
    description: str
    mart_amount: Decimal
    archive_amount: Decimal


@dataclass(frozen=True)
class SourceFile:
    """One archived document behind the number, hashed again."""

    file_id: int
    name: str
    archive_path: str
    sha256: str
    is_intact: bool
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True)
class Explanation:
    """One row of the table: its number, and the files whose lines make it up."""

    row: dict[str, Any]
    column: str
    number: Decimal
    files: tuple[SourceFile, ...]

    @property
    def archive_total(self) -> Decimal:
        """Sum of the amounts as they stand in the archived documents."""
        amounts = (line.archive_amount for file in self.files for line in file.lines)
        return sum(amounts, Decimal(0))

    @property
    def is_proven(self) -> bool:
        """The documents are intact and add up to the number."""
        intact = all(file.is_intact for file in self.files)
        return intact and self.archive_total == self.number


def explain(
    connection: Connection[Any], table: str, keys: dict[str, str]
) -> list[Explanation]:
    """Explain every row of `table` that the keys choose.

    Raises:
        CommandError: the table cannot be explained, a key is no column of it, or no
            row is found.
    """
    if table not in _LINES_OF:
        raise CommandError(
            f"{table} cannot be explained. Tables: {', '.join(_LINES_OF)}."
        )
    rows = _chosen_rows(connection, table, keys)
    if not rows:
        raise CommandError(f"No row of {table} has {_sentence(keys)}.")
    return [_explain_row(connection, table, row) for row in rows]


def _chosen_rows(
    connection: Connection[Any], table: str, keys: dict[str, str]
) -> list[dict[str, Any]]:
    schema, name = table.split(".")
    known = [
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns "
            "where table_schema = %s and table_name = %s order by ordinal_position",
            [schema, name],
        )
    ]
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise CommandError(
            f"{table} has no column {', '.join(unknown)}. It has {', '.join(known)}."
        )
    condition = sql.SQL(" and ").join(
        sql.SQL("cast({} as text) = {}").format(sql.Identifier(key), sql.Literal(value))
        for key, value in keys.items()
    )
    statement = sql.SQL("select * from {} where {}").format(
        sql.Identifier(schema, name), condition or sql.SQL("true")
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement).fetchall()


def _explain_row(
    connection: Connection[Any], table: str, row: dict[str, Any]
) -> Explanation:
    column = _NUMBER_OF[table]
    with connection.cursor(row_factory=dict_row) as cursor:
        lines = cursor.execute(
            f"""
            select source_file_id, source_line_number, amount_column, amount, bucket,
                concat_ws(' / ', transaction_type, amount_type, amount_description)
                    as description
            from marts.fct_settlement_lines
            where {_LINES_OF[table]}
            order by source_file_id, source_line_number, amount_column
            """.encode(),  # noqa: S608 - the condition is one of the constants above
            row,
        ).fetchall()
    by_file: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        by_file.setdefault(line["source_file_id"], []).append(line)
    if not lines and row.get("status") in ("missing", "quarantined", "waiting"):
        raise CommandError(
            f"This settlement is {row['status']}: it has no lines in the books. "
            f"{row.get('reason') or ''}".strip()
        )
    files = tuple(
        _read_again(connection, file_id, found) for file_id, found in by_file.items()
    )
    return Explanation(row, column, row[column] or Decimal(0), files)


def _read_again(
    connection: Connection[Any], file_id: int, lines: list[dict[str, Any]]
) -> SourceFile:
    with connection.cursor(row_factory=dict_row) as cursor:
        file = cursor.execute(
            "select original_name, archive_path, sha256, encoding, decimal_style "
            "from ops.source_files where file_id = %s",
            [file_id],
        ).fetchone()
    assert file is not None  # the mart's file id comes from this table
    path = archive_root() / file["archive_path"]
    if not path.exists():
        raise CommandError(f"The archive lacks {path}, file {file_id} of the ledger.")
    wanted = {line["source_line_number"] for line in lines}
    digest, cells = _hash_and_pick(path, wanted, file["encoding"] or "utf-8")
    return SourceFile(
        file_id=file_id,
        name=file["original_name"],
        archive_path=file["archive_path"],
        sha256=digest,
        is_intact=digest == file["sha256"],
        lines=tuple(
            SourceLine(
                file_id=file_id,
                line_number=line["source_line_number"],
                column=line["amount_column"],
                bucket=line["bucket"],
                description=line["description"],
                mart_amount=line["amount"],
                archive_amount=parse_amount(
                    cells[line["source_line_number"]][line["amount_column"]],
                    file["decimal_style"],
                ),
            )
            for line in lines
        ),
    )


def _hash_and_pick(
    path: Any, wanted: set[int], encoding: str
) -> tuple[str, dict[int, dict[str, str]]]:
    """The document's SHA-256 and the cells of the wanted lines, by column name."""
    digest = hashlib.sha256()
    names: list[str] = []
    picked: dict[int, dict[str, str]] = {}
    for number, line in enumerate(_lines(path, digest), start=1):
        if not names:  # the names row is the first line that is not blank
            if line.strip():
                names = [raw_column(name) for name in line.decode(encoding).split("\t")]
        elif number in wanted:
            cells = line.decode(encoding).split("\t")
            picked[number] = dict(zip(names, cells, strict=False))
    return digest.hexdigest(), picked


def _lines(path: Any, digest: Any) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            digest.update(line)
            yield line.rstrip(b"\n").removesuffix(b"\r")


def _sentence(keys: dict[str, str]) -> str:
    return " and ".join(f"{key} = {value}" for key, value in keys.items())
