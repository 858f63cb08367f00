"""What the published reports must say, added up from lines read from the bytes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import Connection

from tests.independent import books
from tests.independent.books import Line
from tests.independent.settlement import Settlement

Difference = tuple[str, object, object]  # place, expected, found
Cell = tuple[str, str, date, str, str]  # account, store, month, SKU, currency
_CELL_COLUMNS = ("account_code", "marketplace_code", "month", "sku", "currency_code")


def profit_faults(
    connection: Connection[Any], lines: Iterable[Line], checkout: Path
) -> Iterator[Difference]:
    """Every cell of reports.profit_by_sku_month that is not the sum of its lines."""
    is_profit = _buckets(checkout)
    expected = _expected_cells(lines, is_profit)
    published = {
        tuple(row[column] for column in _CELL_COLUMNS): row
        for row in books.table(connection, "reports.profit_by_sku_month")
    }
    for cell in expected.keys() | published.keys():
        place = " ".join(map(str, cell))
        if cell not in published or cell not in expected:
            yield place, cell in expected, cell in published
            continue
        for column, amount in expected[cell].items():
            if published[cell][column] != amount:
                yield f"{place} {column}", amount, published[cell][column]


def bucket_faults(
    connection: Connection[Any], lines: Iterable[Line]
) -> Iterator[Difference]:
    """Every row of reports.profit_by_bucket that is not the sum of its lines.

    A bucket that adds up to nothing may have no row.
    """
    grouped: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in lines:
        month = line.posted_on.replace(day=1)
        cell = (line.account_code, line.marketplace_code, month, line.sku)
        grouped[*cell, line.currency_code, line.bucket].append(line)
    expected = {cell: sum(x.amount for x in found) for cell, found in grouped.items()}
    published = {
        tuple(row[column] for column in (*_CELL_COLUMNS, "bucket")): row["amount"]
        for row in books.table(connection, "reports.profit_by_bucket")
    }
    for cell in expected.keys() | published.keys():
        by_lines, seen = expected.get(cell, 0), published.get(cell, 0)
        if by_lines != seen:
            yield " ".join(map(str, cell)), by_lines, seen


def _buckets(checkout: Path) -> dict[str, bool]:
    path = checkout / "dbt_project" / "seeds" / "finance" / "buckets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["bucket"]: row["is_profit"] == "true" for row in csv.DictReader(file)
        }


def _expected_cells(
    lines: Iterable[Line], is_profit: dict[str, bool]
) -> dict[Cell, dict[str, Decimal | None]]:
    """Per cell each amount column of the report; base amounts None without a rate."""
    grouped: dict[Cell, list[Line]] = defaultdict(list)
    for line in lines:
        month = line.posted_on.replace(day=1)
        cell = (
            *(line.account_code, line.marketplace_code, month),
            *(line.sku, line.currency_code),
        )
        grouped[cell].append(line)
    return {cell: _columns(found, is_profit) for cell, found in grouped.items()}


def _columns(
    lines: list[Line], is_profit: dict[str, bool]
) -> dict[str, Decimal | None]:
    groups = {bucket: {bucket} for bucket in is_profit}
    groups["profit"] = {bucket for bucket, is_in in is_profit.items() if is_in}
    groups["not_profit"] = is_profit.keys() - groups["profit"]
    groups["total"] = set(is_profit)
    columns: dict[str, Decimal | None] = {"line_count": Decimal(len(lines))}
    is_converted = all(line.base_amount is not None for line in lines)
    for name, buckets in groups.items():
        own = [line for line in lines if line.bucket in buckets]
        columns[f"{name}_amount"] = sum((line.amount for line in own), Decimal())
        columns[f"base_{name}_amount"] = (
            sum((line.base_amount or Decimal() for line in own), Decimal())
            if is_converted
            else None
        )
    return columns


def reconciliation_faults(
    connection: Connection[Any], settlements: dict[int, Settlement]
) -> Iterator[Difference]:
    """Accepted files that reports.settlement_reconciliation tells otherwise."""
    published = {
        row["source_file_id"]: row
        for row in books.table(connection, "reports.settlement_reconciliation")
    }
    for file_id, settlement in settlements.items():
        row = published.get(file_id)
        place = f"settlement {settlement.settlement_id}"
        if row is None:
            yield place, "a row", "none"
            continue
        for column, expected in (
            ("declared_total_amount", settlement.declared),
            ("lines_total_amount", settlement.total),
            ("residual_amount", Decimal()),
            ("status", "matched"),
        ):
            if row[column] != expected:
                yield f"{place} {column}", expected, row[column]
