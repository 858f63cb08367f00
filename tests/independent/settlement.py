"""A settlement file as a list of amounts, each with its line, column and triple."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.independent import values
from tests.independent.flat_file import Row, rows

Triple = tuple[str, str, str]

# The old layout has a column for each kind of amount; the name it has as amount-type in
# the new one, and the column that says more (its description there).
_V1_COLUMNS = {
    "price-amount": ("ItemPrice", "price-type"),
    "item-related-fee-amount": ("ItemFees", "item-related-fee-type"),
    "promotion-amount": ("Promotion", "promotion-type"),
    "shipment-fee-amount": ("shipment-fee", "shipment-fee-type"),
    "order-fee-amount": ("order-fee", "order-fee-type"),
    "misc-fee-amount": ("misc-fee", None),
    "other-fee-amount": ("other-fee", "other-fee-reason-description"),
    "direct-payment-amount": ("direct-payment", "direct-payment-type"),
    "other-amount": ("other-transaction", "transaction-type"),
}


@dataclass(frozen=True)
class Amount:
    """One amount of one line, as the bytes say it."""

    line_number: int
    column: str  # as raw tables spell it
    value: Decimal
    triple: Triple
    posted_on: date  # in the company's zone
    sku: str
    store_name: str


@dataclass(frozen=True)
class Settlement:
    """What one file declares, and its amounts."""

    settlement_id: str
    currency: str
    declared: Decimal
    amounts: tuple[Amount, ...]

    @property
    def total(self) -> Decimal:
        return sum((one.value for one in self.amounts), Decimal())


def read_settlement(data: bytes, time_zone: str) -> Settlement:
    """The settlement in these bytes.

    Raises:
        ValueError: they cannot be read as one; the message says what is wrong.
    """
    all_rows = list(rows(data))
    headers = [row for row in all_rows if row.text("total-amount")]
    if len(headers) != 1:
        raise ValueError(f"{len(headers)} lines with a total-amount")
    (header,) = headers
    cells = [
        cell for row in all_rows if row is not header for cell in _amount_cells(row)
    ]
    declared, numbers = _numbers(
        header.text("total-amount"), [row.text(column) for row, column, _ in cells]
    )
    period = [header.text(f"settlement-{end}-date") for end in ("start", "end")]
    posted = [_posted(row) for row, _, _ in cells]
    is_month_first = values.month_first(period, posted)
    return Settlement(
        settlement_id=header.text("settlement-id").strip(),
        currency=header.text("currency").strip().upper(),
        declared=declared,
        amounts=tuple(
            Amount(
                line_number=row.line_number,
                column=column.replace("-", "_"),
                value=number,
                triple=triple,
                posted_on=values.day_in(time_zone, values.moment(when, is_month_first)),
                sku=row.text("sku"),
                store_name=row.text("marketplace-name"),
            )
            for (row, column, triple), number, when in zip(
                cells, numbers, posted, strict=True
            )
        ),
    )


def _amount_cells(row: Row) -> Iterator[tuple[Row, str, Triple]]:
    kind = row.text("transaction-type")
    if row.text("amount"):
        description = row.text("amount-description")
        yield row, "amount", (kind, row.text("amount-type"), description)
    for column, (amount_type, description_column) in _V1_COLUMNS.items():
        if row.text(column):
            described = row.text(description_column) if description_column else ""
            yield row, column, (kind, amount_type, described)


def _posted(row: Row) -> str:
    return row.text("posted-date-time") or row.text("posted-date")


def _numbers(declared: str, cells: list[str]) -> tuple[Decimal, list[Decimal]]:
    """Total and amounts under the decimal sign with which they add up, if any."""
    readings = [
        (found[0], found[1:])
        for sign in ".,"
        if (found := values.amounts([declared, *cells], sign)) is not None
    ]
    if not readings:
        raise ValueError("amounts that read neither with point nor with comma")
    sound = [(total, parts) for total, parts in readings if sum(parts) == total]
    return (sound or readings)[0]
