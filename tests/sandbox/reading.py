"""A reader of settlement files for these tests, written apart from both sides."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

V1_AMOUNTS = (
    "shipment-fee-amount",
    "order-fee-amount",
    "price-amount",
    "item-related-fee-amount",
    "misc-fee-amount",
    "other-fee-amount",
    "promotion-amount",
    "direct-payment-amount",
    "other-amount",
)


@dataclass(frozen=True)
class Parsed:
    """A settlement file: its line 2 and its detail rows."""

    head: dict[str, str]
    rows: list[dict[str, str]]

    @property
    def total(self) -> Decimal:
        return number(self.head["total-amount"])

    @property
    def lines_total(self) -> Decimal:
        return sum((amount_of(row) for row in self.rows), Decimal(0))

    def of(self, description: str) -> Decimal:
        """The sum of rows with this description (V1: transaction type)."""
        return sum(
            (
                amount_of(row)
                for row in self.rows
                if description
                in (row.get("amount-description"), row["transaction-type"])
            ),
            Decimal(0),
        )


def number(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "."))


def amount_of(row: dict[str, str]) -> Decimal:
    names = ("amount",) if "amount" in row else V1_AMOUNTS
    return sum((number(row[n]) for n in names if row.get(n)), Decimal(0))


def parse(root: Path, entry: dict[str, Any]) -> Parsed:
    text = (root / entry["path"]).read_bytes().decode(entry["encoding"])
    lines = [line.split("\t") for line in text.replace("\r\n", "\n").split("\n")]
    columns, body = lines[0], [line for line in lines[1:] if line != [""]]
    rows = [dict(zip(columns, line, strict=True)) for line in body]
    return Parsed(rows[0], rows[1:])
