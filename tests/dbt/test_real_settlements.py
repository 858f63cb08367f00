"""The whole project, its unit and full-scan tests included, on real settlements.

Numbers were added up by hand from the files. Without the sample files the tests skip.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from config.company import load_company
from config.home import CHECKOUT
from deliver import dbt
from deliver.build import build_warehouse
from deliver.project import dbt_vars
from extract.importing import import_files

pytestmark = pytest.mark.integration
SAMPLES = CHECKOUT.parent / "shared" / "samples" / "settlement"


@pytest.mark.skipif(not SAMPLES.exists(), reason="sample settlements are not here")
def test_real_settlements_end_up_in_the_books(warehouse):
    canada = ["ca_v1_50018020314.txt", "ca_v1_50034020328.txt"]
    import_files([SAMPLES / name for name in canada], "na-demo")
    import_files([SAMPLES / "us_v2_synthetic.txt"], "na-demo")
    import_files([SAMPLES / "uk_v2_2024-11-15.txt"], "eu-demo")
    build_warehouse()

    dbt.run(("build", "--selector", "all"), dbt_vars(load_company()))

    assert warehouse.rows(
        """
        select settlement_id, marketplace_code, lines_total_amount, residual_amount,
            reserve_chain_status, previous_settlement_id
        from marts.fct_settlements order by period_start_at
        """
    ) == [
        ("23395380562", "UK", Decimal("253.43"), 0, "first", None),
        ("23874397121", "CA", Decimal("-62.31"), 0, "first", None),
        ("24288684721", "CA", Decimal("1016.08"), 0, "matched", "23874397121"),
        ("28471003921", "US", Decimal("582.89"), 0, "first", None),
    ]
    assert warehouse.rows("select count(*) from marts.rpt_unclassified_lines") == [0]
    assert warehouse.rows(
        """
        select settlement_id, bucket, sum(amount) from marts.fct_settlement_lines
        where bucket in ('cash_movements', 'refunds', 'reserves', 'tax_collected')
        group by 1, 2 order by 1, 2
        """
    ) == [
        ("23395380562", "refunds", Decimal("-39.99")),
        ("23395380562", "reserves", Decimal("0.00")),
        ("23395380562", "tax_collected", Decimal("56.00")),
        ("23874397121", "cash_movements", Decimal("0.00")),
        ("23874397121", "refunds", Decimal("-60.00")),
        ("24288684721", "cash_movements", Decimal("-0.01")),
        ("24288684721", "refunds", Decimal("-60.00")),
        ("28471003921", "refunds", Decimal("-129.99")),
        ("28471003921", "reserves", Decimal("400.44")),
        ("28471003921", "tax_collected", Decimal("10.40")),
    ]
    assert warehouse.rows(
        "select marketplace_code, sum(units) from marts.rpt_profit_by_sku_month"
        " group by 1 order by 1"
    ) == [("CA", 40), ("UK", 10), ("US", 5)]
