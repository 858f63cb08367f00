"""Each tile's total, as its saved query delivers it to a person, is SQL's to the cent.

The SQL is written here by hand, over reports, as role `analyst`; it shares nothing with
the dashboards' spec. A tile without SQL here fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboards.bundle import DASHBOARDS, read_pages
from dashboards.bundle.charts import chart_id
from dashboards.bundle.tiles import Tile
from tests.superset.server import SupersetServer
from tests.superset.visitor import Visitor

pytestmark = pytest.mark.integration

_OPERATIONS_STORES = "store_code in ('na-demo/US', 'na-demo/CA')"

_PROFIT = "reports.profit_by_sku_month where {stores}"
_FEES = (
    "sum(base_referral_fees_amount) + sum(base_fulfillment_fees_amount)"
    " + sum(base_storage_fees_amount) + sum(base_advertising_amount)"
    " + sum(base_other_fees_amount)"
)
_MARGIN = "sum(base_profit_amount) / nullif(sum(base_product_sales_amount), 0)"
_ADDITIVE = (
    "sum(units) as units, sum(base_product_sales_amount) as sales,"
    f" {_FEES} as fees, sum(base_profit_amount) as profit"
)
_RECONCILED = "reports.settlement_reconciliation where {stores}"


def _by(keys: str) -> str:
    """Totals of a table with a margin in each row; margins are added up as well."""
    margins = f"select {_MARGIN} as margin from {_PROFIT} group by {keys}"
    return (
        f"select {_ADDITIVE}, sum(base_total_amount) as total,"
        f" (select count(*) from ({margins}) as m) as rows,"
        f" (select sum(margin) from ({margins}) as m) as margin from {_PROFIT}"
    )


# One row of totals per tile; `rows` is how many rows the tile has.
EXPECTED = {
    "settlements/status": "select 1 as rows",
    "settlements/settlements": f"select count(*) as settlements from {_RECONCILED}",
    "settlements/matched": (
        f"select count(*) as matched from {_RECONCILED} and status = 'matched'"
    ),
    "settlements/attention": (
        f"select count(*) as attention from {_RECONCILED} and (status in ('difference',"
        " 'quarantined', 'missing', 'waiting') or reserve_chain_status = 'broken')"
    ),
    "settlements/with_residual": (
        f"select count(*) as with_residual from {_RECONCILED}"
        " and declared_total_amount <> lines_total_amount"
    ),
    "settlements/broken_chains": (
        f"select count(*) as broken_chains from {_RECONCILED}"
        " and reserve_chain_status = 'broken'"
    ),
    "settlements/booked_total": (
        "select sum(base_amount) as booked_total from reports.profit_by_bucket"
        " where {stores}"
    ),
    "settlements/all": (
        "select count(*) as rows, sum(declared_total_amount) as declared_total_amount,"
        " sum(lines_total_amount) as lines_total_amount,"
        " sum(declared_total_amount) - sum(lines_total_amount) as residual_amount,"
        " sum(reserve_break_amount) as reserve_break_amount"
        f" from {_RECONCILED}"
    ),
    "settlements/gaps": (
        "select count(*) as rows, sum(age_days) as age_days"
        f" from {_RECONCILED} and status = 'missing'"
    ),
    "settlements/open_files": (
        "select count(*) as rows, sum(age_days) as age_days from reports.open_files"
        " where {stores}"
    ),
    "settlements/unknown_fees": (
        "select count(*) as rows, sum(line_count) as line_count, sum(amount) as amount,"
        " sum(base_amount) as base_amount from reports.unclassified_lines"
        " where {stores}"
    ),
    "profit/status": "select 1 as rows",
    "profit/sales": f"select sum(base_product_sales_amount) as sales from {_PROFIT}",
    "profit/profit": f"select sum(base_profit_amount) as profit from {_PROFIT}",
    "profit/margin": f"select {_MARGIN} as margin from {_PROFIT}",
    "profit/units": f"select sum(units) as units from {_PROFIT}",
    "profit/total": (
        "select sum(base_lines_total_amount) as total"
        " from reports.settlement_reconciliation where {stores}"
    ),
    "profit/by_store_month": (
        "select sum(base_amount) as profit from reports.profit_by_bucket"
        " where {stores} and is_profit"
    ),
    "profit/waterfall": (
        "select sum(base_total_amount) as bucket_amount,"
        " (select count(distinct bucket) from reports.profit_by_bucket) as rows"
        f" from {_PROFIT}"
    ),
    "profit/by_bucket": (
        "select sum(base_total_amount) as bucket_amount,"
        " (select count(distinct bucket) from reports.profit_by_bucket) as rows"
        f" from {_PROFIT}"
    ),
    "profit/by_month": _by("month"),
    "profit/by_store": _by("store_code"),
    "profit/margin_trend": (
        "select sum(margin) as margin from"
        f" (select {_MARGIN} as margin from {_PROFIT} group by month, store_code) as m"
    ),
    "profit/by_sku": _by("store_code, sku, product_name"),
    "profit/by_currency": (
        f"select {_ADDITIVE}, sum(base_total_amount) as total,"
        " count(distinct currency_code) as rows,"
        " sum(product_sales_amount) as sales_in_currency,"
        " sum(profit_amount) as profit_in_currency,"
        f" sum(total_amount) as total_in_currency from {_PROFIT}"
    ),
}

TILES = [
    pytest.param(entry["language"], tile, id=f"{entry['slug']}-{tile.name}")
    for page in read_pages()[1]
    for tile in page.tiles
    for entry in DASHBOARDS
    if entry["slug"].removesuffix("-zh") == page.slug
]
SETTLEMENT_TILES = [entry for entry in TILES if str(entry.id).startswith("settlements")]


def delivered(
    sign_in: Callable[[str], Visitor], name: str, tile: Tile, language: str
) -> list[dict[str, Any]]:
    """Rows of a tile as a person gets them, asked by the tile's own saved query."""
    admin = sign_in("admin")
    suffix = "" if language == "en" else f"-{language}"
    chart = admin.result(f"/api/v1/chart/{chart_id(tile, language)}")
    body = json.loads(chart["query_context"])
    body["form_data"] |= {
        "slice_id": chart["id"],
        "dashboardId": admin.dashboards()[f"{tile.dashboard}{suffix}"],
    }
    answer = sign_in(name).call("POST", "/api/v1/chart/data", json=body)
    assert answer.ok, f"{answer.status_code} {answer.text}"
    rows: list[dict[str, Any]] = answer.json()["result"][0]["data"]
    return rows


def numbers_of(tile: Tile) -> set[str]:
    """Columns of a tile that must have a total here."""
    if tile.kind != "rows":
        return set(tile.metrics)
    columns = tile.dataset.columns
    return {name for name in tile.dimensions if columns[name].number_format}


def cents(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def assert_totals(
    superset: SupersetServer, tile: Tile, rows: list[dict[str, Any]], stores: str
) -> None:
    key = f"{tile.dashboard}/{tile.name}"
    assert key in EXPECTED, f"{key} is a new tile: write its SQL into EXPECTED"
    statement = EXPECTED[key].format(stores=stores)
    [[expected]] = [
        superset.rows(
            f"select to_jsonb(t)::text from ({statement}) as t", role="analyst"
        )
    ]
    totals = json.loads(expected, parse_float=Decimal)
    if "rows" in totals:
        assert len(rows) == totals["rows"]
    for name in numbers_of(tile):
        found = sum(Decimal(str(row[name] or 0)) for row in rows)
        assert cents(found) == cents(totals[name]), name


@pytest.mark.parametrize(("language", "tile"), TILES)
def test_finance_gets_the_total_that_sql_gives(
    superset: SupersetServer,
    sign_in: Callable[[str], Visitor],
    language: str,
    tile: Tile,
) -> None:
    rows = delivered(sign_in, "finance", tile, language)

    assert rows
    assert_totals(superset, tile, rows, stores="true")


@pytest.mark.parametrize(("language", "tile"), SETTLEMENT_TILES)
def test_operations_get_the_total_of_their_stores(
    superset: SupersetServer,
    sign_in: Callable[[str], Visitor],
    language: str,
    tile: Tile,
) -> None:
    rows = delivered(sign_in, "operations", tile, language)

    assert_totals(superset, tile, rows, stores=_OPERATIONS_STORES)


def test_no_total_is_left_over() -> None:
    tiles = {
        f"{tile.dashboard}/{tile.name}"
        for page in read_pages()[1]
        for tile in page.tiles
    }

    assert set(EXPECTED) == tiles
