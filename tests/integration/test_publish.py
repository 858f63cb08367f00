"""Publishing: one transaction, changed rows only, and twice is once."""

from __future__ import annotations

import psycopg
import pytest

from deliver.build import Build, build_warehouse, start_build
from deliver.build_lock import BuildReplaced
from deliver.publish import PublicationRefused, publish_reports
from expectations.gate_b import check_books
from tests.dbt.small_files import (
    SALE,
    Line,
    import_ecb_rates,
    import_product_map,
    import_settlement,
)

pytestmark = pytest.mark.integration
ROWS = "select sku, cast(xmin as text) from reports.profit_by_sku_month order by sku"


def built_and_checked() -> Build:
    build = build_warehouse()
    assert check_books(build.build_id).is_success
    return build


def test_publish_replaces_changed_rows_only(warehouse, tmp_path):
    import_ecb_rates(tmp_path, {"2026-06-02": {"CNY": "8.00"}})
    sales = [
        Line(SALE, "30.00", "2026-06-03 10:00:00", sku, "2") for sku in ("A-1", "B-1")
    ]
    import_settlement(tmp_path, "20000000001", ("2026-06-01", "2026-06-15"), sales)
    first = built_and_checked()

    published = publish_reports(first.build_id)

    assert {p.report: p.row_count for p in published} == {
        "reports.profit_by_sku_month": 2,
        "reports.profit_by_bucket": 2,
        "reports.settlement_reconciliation": 1,
        "reports.unmapped_skus": 2,
        "reports.unclassified_lines": 0,
    }
    assert warehouse.rows(
        "select sku, units, base_profit_amount from reports.profit_by_sku_month"
        " order by sku",
        role="analyst",
    ) == [("A-1", 2, 240), ("B-1", 2, 240)]
    assert warehouse.rows(
        "select sku, step_zh, amount, base_amount from reports.profit_by_bucket"
        " order by sku",
        role="analyst",
    ) == [("A-1", "01 商品销售额", 30, 240), ("B-1", "01 商品销售额", 30, 240)]

    before = warehouse.rows(ROWS)
    assert publish_reports(first.build_id) == published
    assert warehouse.rows(ROWS) == before
    assert warehouse.rows("select count(*) from ops.publications") == [5]

    import_product_map(tmp_path, "eu-demo,A-1,P-1,Tent,Lanhai,Outdoor")
    second = built_and_checked()
    publish_reports(second.build_id)

    after = warehouse.rows(ROWS)
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert warehouse.rows("select sku from reports.unmapped_skus") == ["B-1"]
    with pytest.raises(BuildReplaced, match=f"Publish build {second.build_id}"):
        publish_reports(first.build_id)

    # A day without a rate: gate B stops the books, the reports stay.
    late = [Line(SALE, "5.00", "2026-09-03 10:00:00", "A-1", "1")]
    import_settlement(tmp_path, "20000000002", ("2026-09-01", "2026-09-15"), late)
    third = build_warehouse()
    with pytest.raises(PublicationRefused, match="has not let build"):
        publish_reports(third.build_id)
    assert not check_books(third.build_id).is_success
    with pytest.raises(PublicationRefused, match="has not let build"):
        publish_reports(third.build_id)
    assert warehouse.rows(ROWS) == after


def test_publish_takes_over_a_new_shape(warehouse, tmp_path):
    import_settlement(
        tmp_path,
        "20000000001",
        ("2026-06-01", "2026-06-15"),
        [Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2")],
    )
    import_ecb_rates(tmp_path, {"2026-06-02": {"CNY": "8.00"}})
    build = built_and_checked()
    publish_reports(build.build_id)
    with warehouse.connect("transformer") as connection:
        connection.execute("alter table reports.unmapped_skus drop column units")

    publish_reports(build.build_id)

    assert warehouse.rows("select sku, units from reports.unmapped_skus") == [
        ("A-1", 2)
    ]
    assert warehouse.rows(
        "select obj_description('reports.unmapped_skus'::regclass)"
    ) == [
        "One row per account, store and SKU that was sold and is not in the product"
        " map. Published as reports.unmapped_skus: the work list for the map."
    ]


def test_publish_refuses_a_build_that_is_not_built(warehouse):
    build = start_build()

    with pytest.raises(PublicationRefused, match="is running"):
        publish_reports(build.build_id)

    with pytest.raises(psycopg.errors.UndefinedTable):
        warehouse.rows("select * from reports.unmapped_skus")
