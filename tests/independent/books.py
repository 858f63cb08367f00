"""What the warehouse says: its files, the mart's lines, the published reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from tests.independent.rates import Conversion

LineKey = tuple[int, int, str]  # file, line, column of the amount


@dataclass(frozen=True)
class File:
    """An archived file whose content counts (accepted, or released by a person)."""

    file_id: int
    sha256: str
    archive_path: str
    name: str
    feed: str
    account_code: str | None
    known_at: datetime
    is_in_build: bool


@dataclass(frozen=True)
class Line:
    """One row of marts.fct_settlement_lines."""

    source_file_id: int
    source_line_number: int
    amount_column: str
    settlement_id: str
    account_code: str
    marketplace_code: str
    posted_on: date
    sku: str
    transaction_type: str
    amount_type: str
    amount_description: str
    bucket: str
    amount: Decimal
    currency_code: str
    base_amount: Decimal | None
    fx_rate: Decimal | None
    fx_rate_date: date | None

    @property
    def key(self) -> LineKey:
        return self.source_file_id, self.source_line_number, self.amount_column


@dataclass(frozen=True)
class Settings:
    """What the newest build was told by company.yml."""

    time_zone: str
    conversion: Conversion


def settings(connection: Connection[Any]) -> Settings:
    """The settings of the newest build that ended well."""
    row = connection.execute(
        "select settings -> 'vars' from ops.builds where status = 'built'"
        " order by build_id desc limit 1"
    ).fetchone()
    if row is None:
        raise LookupError("Nothing was built yet. Run `acorn build`.")
    told = row[0]
    return Settings(
        told["time_zone"],
        Conversion(
            told["base_currency"],
            tuple(told["fx_providers"]),
            int(told["fx_longest_gap_days"]),
        ),
    )


def archived(connection: Connection[Any]) -> list[tuple[str, str]]:
    """Path below the archive's root and SHA-256 of every file that ever came."""
    return connection.execute(
        "select archive_path, sha256 from ops.source_files order by file_id"
    ).fetchall()


def files(connection: Connection[Any]) -> list[File]:
    """The files that count, in the order they became known."""
    with connection.cursor(row_factory=class_row(File)) as cursor:
        return cursor.execute(
            """
            select file_id, sha256, archive_path, original_name as name, file.feed,
                file.account_code, batch.decided_at as known_at,
                visible.batch_id is not null as is_in_build
            from ops.source_files as file
            inner join ops.load_batches as batch using (file_id)
            left join ops.visible_batches as visible using (file_id)
            where batch.status in ('accepted', 'released')
                and (visible.batch_id is not null or batch.decided_at <= (
                    select max(as_of) from ops.builds where status = 'built'
                ))
            order by batch.decided_at, file_id
            """
        ).fetchall()


def lines(connection: Connection[Any]) -> Iterator[Line]:
    """Every line of the mart."""
    with connection.cursor(row_factory=class_row(Line)) as cursor:
        yield from cursor.execute(
            """
            select source_file_id, source_line_number, amount_column, settlement_id,
                account_code, marketplace_code, posted_on, coalesce(sku, '') as sku,
                transaction_type, amount_type, amount_description, bucket, amount,
                currency_code, base_amount, fx_rate, fx_rate_date
            from marts.fct_settlement_lines
            """
        )


def table(connection: Connection[Any], name: str) -> list[dict[str, Any]]:
    """All rows of a table of `marts` or `reports`; none when there is no such table."""
    if connection.execute("select to_regclass(%s)", [name]).fetchone() == (None,):
        return []
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from {name}".encode()).fetchall()
