"""Small documents written as Amazon, the ECB and the company write them, and imported.

They go through archive, loader and gate A like any other file.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from deliver import dbt
from extract.importing import import_files

_NAMES = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()


@dataclass(frozen=True)
class Line:
    """One amount. `kind` is transaction-type / amount-type / amount-description."""

    kind: str
    amount: str
    posted: str  # 2026-06-03 10:00:00, UTC
    sku: str = ""
    quantity: str = ""
    marketplace: str = "Amazon.de"


SALE = "Order/ItemPrice/Principal"
FEE = "Order/ItemFees/Commission"
PREVIOUS = "other-transaction/other-transaction/Previous Reserve Amount Balance"
CURRENT = "other-transaction/other-transaction/Current Reserve Amount"


def import_settlement(
    folder: Path,
    settlement_id: str,
    period: tuple[str, str],
    lines: list[Line],
    currency: str = "EUR",
    total: str | None = None,
) -> int:
    """Import a V2 settlement of account eu-demo; answer its batch id."""
    declared = total or str(sum((Decimal(line.amount) for line in lines), Decimal(0)))
    start, end = (f"{day} 08:00:00 UTC" for day in period)
    header = {
        "settlement-start-date": start,
        "settlement-end-date": end,
        "deposit-date": end,
        "total-amount": declared,
        "currency": currency,
    }
    rows = [header, *map(_cells, lines)]
    text = ["\t".join(_NAMES)]
    for row in rows:
        cells = {"settlement-id": settlement_id, **row}
        text.append("\t".join(cells.get(name, "") for name in _NAMES))
    path = folder / f"{settlement_id}-{declared}.txt"
    path.write_text("\n".join(text) + "\n")
    return import_files([path], "eu-demo")[0].batch_id


def _cells(line: Line) -> dict[str, str]:
    transaction_type, amount_type, description = line.kind.split("/")
    return {
        "transaction-type": transaction_type,
        "amount-type": amount_type,
        "amount-description": description,
        "amount": line.amount,
        "posted-date": line.posted[:10],
        "posted-date-time": f"{line.posted} UTC",
        "marketplace-name": line.marketplace,
        "sku": line.sku,
        "quantity-purchased": line.quantity,
    }


def import_ecb_rates(folder: Path, days: dict[str, dict[str, str]]) -> None:
    """Import rates as units for one euro, by day and currency."""
    cubes = "\n".join(
        f'<Cube time="{day}">'
        + "".join(f'<Cube currency="{c}" rate="{r}"/>' for c, r in rates.items())
        + "</Cube>"
        for day, rates in days.items()
    )
    path = folder / f"ecb-{len(list(folder.iterdir()))}.xml"
    path.write_text(
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        f"<Cube>\n{cubes}\n</Cube>\n</gesmes:Envelope>\n"
    )
    assert import_files([path], None, "ecb_fx_rates")[0].status == "accepted"


def import_product_map(folder: Path, *rows: str) -> None:
    """Import rows `account_code,sku,product_code,product_name,brand,category`."""
    path = folder / f"products-{len(list(folder.iterdir()))}.csv"
    names = "account_code,sku,product_code,product_name,brand,category"
    path.write_text("\n".join([names, *rows]) + "\n")
    assert import_files([path], None)[0].status == "accepted"


def copy_project(folder: Path, monkeypatch) -> Path:
    """Let builds use a copy of the dbt project, which a test may change."""
    project = folder / "dbt_project"
    shutil.copytree(dbt.PROJECT, project)
    monkeypatch.setattr(dbt, "PROJECT", project)
    return project
