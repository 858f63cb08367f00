"""The FBA reimbursements of the world, for the report that can be requested.

The same reimbursements appear in settlements as `FBA Inventory Reimbursement`. A
settlement that is missing still has its reimbursements here.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sandbox.company.markets import Market
from sandbox.company.plan import DAY
from sandbox.company.products import Product
from sandbox.company.rows import Group, plain_amount

AMOUNT_TYPE = "FBA Inventory Reimbursement"
REASONS = {
    "WAREHOUSE_LOST": "Lost_Warehouse",
    "WAREHOUSE_DAMAGE": "Damaged_Warehouse",
    "REVERSAL_REIMBURSEMENT": "CustomerServiceIssue",
    "COMPENSATED_CLAWBACK": "Reimbursement_Reversal",
    "CUSTOMER_RETURN": "CustomerReturn",
}
COLUMNS = (
    "account_code marketplace_id approval-date reimbursement-id reason sku asin "
    "product-name condition currency-unit amount-per-unit amount-total "
    "quantity-reimbursed-cash quantity-reimbursed-inventory "
    "quantity-reimbursed-total"
).split()


def reimbursement_rows(
    market: Market, products: list[Product], groups: list[Group]
) -> list[dict[str, str]]:
    """Return one record per reimbursement, approved a day before it was posted."""
    names = {product.sku: product.name for product in products}
    rows = []
    for group in groups:
        key, amount, _ = group.lines[0]
        kind, _, what = key.partition("\t")
        if kind != AMOUNT_TYPE:
            continue
        text = plain_amount(amount, market.decimals)
        approved = datetime.fromtimestamp(group.posted - DAY, UTC)
        digest = sha256(group.adjustment_id.encode()).hexdigest()
        rows.append(
            {
                "account_code": market.account_code,
                "marketplace_id": market.marketplace_id,
                "approval-date": approved.isoformat(),
                "reimbursement-id": str(int(digest[:12], 16)),
                "reason": REASONS[what],
                "sku": group.sku,
                "asin": "B0" + sha256(group.sku.encode()).hexdigest()[:8].upper(),
                "product-name": names[group.sku],
                "condition": "Sellable",
                "currency-unit": market.currency,
                "amount-per-unit": text,
                "amount-total": text,
                "quantity-reimbursed-cash": "1",
                "quantity-reimbursed-inventory": "0",
                "quantity-reimbursed-total": "1",
            }
        )
    return rows


def write_reimbursements(path: Path, rows: list[dict[str, str]]) -> None:
    """Write all records, oldest first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["approval-date"]))
