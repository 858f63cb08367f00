"""Small files put straight into the ledger and the raw tables, as the loader would."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from config.home import CHECKOUT

SAMPLES = CHECKOUT.parent / "shared" / "samples" / "settlement"

V2_NAMES = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()


@dataclass
class Settlement:
    """A V2 settlement that is in order until a test changes something."""

    settlement_id: str = "23395380562"
    header: dict[str, str] = field(
        default_factory=lambda: {
            "settlement-start-date": "2026-06-01 08:00:00 UTC",
            "settlement-end-date": "2026-06-15 08:00:00 UTC",
            "deposit-date": "2026-06-17 08:00:00 UTC",
            "total-amount": "26.00",
            "currency": "USD",
        }
    )
    lines: list[dict[str, str]] = field(
        default_factory=lambda: [
            {"amount": "30.00", "amount-description": "Principal"},
            {"amount": "-4.50", "amount-description": "Commission"},
            {"amount": "0.50", "amount-description": "Shipping"},
        ]
    )

    def rows(self) -> list[dict[str, str]]:
        detail = {
            "transaction-type": "Order",
            "amount-type": "ItemPrice",
            "marketplace-name": "Amazon.com",
            "posted-date": "2026-06-03",
            "posted-date-time": "2026-06-03 10:00:37 UTC",
            "sku": "A-1",
            "quantity-purchased": "1",
        }
        rows = [self.header, *({**detail, **line} for line in self.lines)]
        return [{"settlement-id": self.settlement_id, **row} for row in rows]


def add_settlement(warehouse, settlement=None, **ledger) -> int:
    """Load the settlement; its batch id."""
    settlement = settlement or Settlement()
    return add_rows(
        warehouse,
        "raw.amazon_settlement_v2",
        settlement.rows(),
        **{
            "name": f"settlement_{settlement.settlement_id}.txt",
            "account_code": "na-demo",
            "decimal_style": "point",
            "timestamp_style": "iso",
            "date_style": "iso",
            **ledger,
        },
    )


def add_rows(
    warehouse,
    raw_table: str,
    rows: list[dict[str, str]],
    *,
    name: str,
    feed: str = "amazon_settlement",
    account_code: str | None = None,
    decimal_style: str | None = None,
    timestamp_style: str | None = None,
    date_style: str | None = None,
    received_at: str = "2026-06-18 00:00:00+00",
) -> int:
    """Write one document's rows; the first stands on line 2. Answer the batch id.

    The file name is part of what makes a document a document of its own here.
    """
    content = hashlib.sha256(repr(rows).encode()).hexdigest()
    sha256 = hashlib.sha256((content + name).encode()).hexdigest()
    with warehouse.connect("owner") as connection, connection.transaction():
        file_id = connection.execute(
            """
            insert into ops.source_files (
                sha256, byte_count, archive_path, original_name, source, authority,
                feed, account_code, encoding, decimal_style, timestamp_style,
                date_style, received_at
            )
            values (%s, 1, %s, %s, 'amazon', 'manual', %s, %s, 'utf-8', %s, %s, %s, %s)
            returning file_id
            """,
            (
                *(sha256, f"{sha256[:2]}/{sha256}", name, feed, account_code),
                *(decimal_style, timestamp_style, date_style, received_at),
            ),
        ).fetchone()[0]
        _copy(connection, raw_table, file_id, rows)
        return connection.execute(
            """
            insert into ops.load_batches (
                file_id, raw_table, row_count, content_sha256, status, loaded_at
            )
            values (%s, %s, %s, %s, 'loaded', now()) returning batch_id
            """,
            (file_id, raw_table, len(rows), content),
        ).fetchone()[0]


def _copy(connection: psycopg.Connection, raw_table, file_id, rows) -> None:
    if not rows:
        return
    names = sorted({name for row in rows for name in row})
    columns = [sql.Identifier(name.replace("-", "_")) for name in names]
    statement = sql.SQL("copy {} (_file_id, _line_number, {}) from stdin").format(
        sql.Identifier(*raw_table.split(".")), sql.SQL(", ").join(columns)
    )
    with connection.cursor().copy(statement) as copy:
        for line_number, row in enumerate(rows, start=2):
            copy.write_row(
                (file_id, line_number, *(row.get(name) or None for name in names))
            )


def read_sample(path: Path) -> list[dict[str, str]]:
    """The rows of a real tab-separated file, as delivered."""
    names, *lines = path.read_text(encoding="utf-8").splitlines()
    keys = names.split("\t")
    return [dict(zip(keys, line.split("\t"), strict=False)) for line in lines]


def status_of(warehouse, batch_id: int) -> str:
    """The batch's status in the ledger."""
    return warehouse.rows(
        "select status from ops.load_batches where batch_id = %s", batch_id
    )[0]
