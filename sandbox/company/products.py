"""The products of the demo company and their prices per marketplace.

Prices come from a list price in US cents and a level per marketplace. Every list
has at least 12 products and grows slowly with the number of orders. Some SKUs have
leading zeros and one has a stray double quote, because real ones do.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from sandbox.company.markets import ACCOUNTS, MARKETS, Market

# sku, code, name, brand, category, list price and FBA fee in US cents
CATALOGUE: tuple[tuple[str, str, str, str, str, int, int], ...] = (
    ("00731-BLK", "P01", "Kettle, black", "Northleaf", "Kitchen", 4599, 682),
    ("00731-RED", "P02", "Kettle, red", "Northleaf", "Kitchen", 4599, 682),
    ("0042", "P03", "Egg timer", "Northleaf", "Kitchen", 999, 306),
    ('PAN-12"', "P04", "Skillet, 12 inch", "Ironbrook", "Kitchen", 3999, 745),
    ("PAN-10IN", "P05", "Skillet, 10 inch", "Ironbrook", "Kitchen", 3299, 688),
    ("JAR-SET-6", "P06", "Glass jars, set of 6", "Claybank", "Storage", 2499, 574),
    ("JAR-SET-12", "P07", "Glass jars, set of 12", "Claybank", "Storage", 3999, 812),
    ("BOX-M", "P08", "Storage box, medium", "Claybank", "Storage", 1799, 544),
    ("TWL-BTH-WHT", "P09", "Bath towel, white", "Fairloom", "Bath", 2199, 498),
    ("TWL-HND-WHT", "P10", "Hand towel, white", "Fairloom", "Bath", 1299, 377),
    ("LMP-DSK-01", "P11", "Desk lamp", "Northleaf", "Lighting", 5499, 701),
    ("MIX-5Q-SLV", "P12", "Stand mixer", "Ironbrook", "Kitchen", 129900, 2415),
    ("CUT-BRD-OAK", "P13", "Cutting board, oak", "Ironbrook", "Kitchen", 2899, 590),
    ("TPT-GLS", "P14", "Glass teapot", "Claybank", "Kitchen", 2699, 519),
)
PRODUCTS_PER_MARKET = 12
# Left out of the product map on purpose: two per account.
UNMAPPED = {"na-demo": ("0042", "LMP-DSK-01"), "eu-demo": ("BOX-M", 'PAN-12"')}
NEVER_SKIPPED = {sku for skus in UNMAPPED.values() for sku in skus}


@dataclass(frozen=True)
class Product:
    """A product as sold in one marketplace; amounts in its smallest unit."""

    sku: str
    code: str
    name: str
    brand: str
    category: str
    price: int
    fba_fee: int


def local_price(us_cents: int, market: Market) -> int:
    """Turn a US list price into a plausible local one."""
    if market.decimals == 0:
        return max(us_cents * market.price_level // 1000 * 10 - 20, 300)
    return us_cents * market.price_level // 10000 * 100 + 99


def local_fee(us_cents: int, market: Market) -> int:
    """Turn a US fee into a local one, not rounded to a price point."""
    return us_cents * market.price_level // 100


def catalogue(orders: int) -> list[tuple[str, str, str, str, str, int, int]]:
    """Return the base list and, for large worlds, one more per 20,000 orders."""
    extra = min(orders // 20_000, 200)
    rows = list(CATALOGUE)
    for number in range(1, extra + 1):
        price = 1199 + (number * 337) % 6000
        rows.append(
            (
                f"EXT-{number:04d}",
                f"X{number:03d}",
                f"Kitchen helper {number}",
                "Claybank",
                "Kitchen",
                price,
                300 + price // 12,
            )
        )
    return rows


def products_for(market: Market, orders: int) -> list[Product]:
    """Return the products of one marketplace; two of the base list are not sold."""
    position = [m.code for m in MARKETS].index(market.code)
    droppable = [r[0] for r in CATALOGUE if r[0] not in NEVER_SKIPPED]
    skipped = {droppable[position], droppable[(position + 4) % len(droppable)]}
    return [
        Product(
            sku,
            code,
            name,
            brand,
            category,
            local_price(price, market),
            local_fee(fee, market),
        )
        for sku, code, name, brand, category, price, fee in catalogue(orders)
        if sku not in skipped
    ]


def write_product_map(path: Path, orders: int) -> None:
    """Write the company's own SKU list, without the two unmapped per account."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(
            ["account_code", "sku", "product_code", "product_name", "brand", "category"]
        )
        for account in ACCOUNTS:
            sold = {
                product.sku: product
                for market in MARKETS
                if market.account_code == account
                for product in products_for(market, orders)
            }
            for sku in sorted(sold):
                if sku not in UNMAPPED[account]:
                    item = sold[sku]
                    writer.writerow(
                        [account, sku, item.code, item.name, item.brand, item.category]
                    )
