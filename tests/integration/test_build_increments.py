"""A build restates what changed, and nothing else; it equals a full refresh."""

from __future__ import annotations

from decimal import Decimal

import pytest

from config.warehouse import connect
from deliver.build import build_warehouse
from deliver.content_hash import mart_hashes
from expectations.release import release_batch
from tests.dbt.small_files import (
    FEE,
    SALE,
    Line,
    copy_project,
    import_ecb_rates,
    import_product_map,
    import_settlement,
)

pytestmark = pytest.mark.integration
LEVY = "ServiceFee/Carbon Handling Levy/Base"
JUNE = ("2026-06-01", "2026-06-15")
LATE_JUNE = ("2026-06-15", "2026-06-29")


def versions(warehouse) -> dict[str, str]:
    """The transaction that wrote a settlement's lines; another one: written anew."""
    return dict(
        warehouse.rows(
            "select settlement_id, min(cast(xmin as text))"
            " from marts.fct_settlement_lines group by 1"
        )
    )


def test_build_restates_only_what_changed(warehouse, tmp_path, monkeypatch):
    project = copy_project(tmp_path, monkeypatch)
    import_ecb_rates(tmp_path, {"2026-06-02": {"CNY": "8.00"}})
    lines = [
        Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2"),
        Line(FEE, "-4.50", "2026-06-03 10:00:00", "A-1", "2"),
    ]
    import_settlement(tmp_path, "20000000001", JUNE, lines)
    levied = [*lines, Line(LEVY, "-1.00", "2026-06-04 10:00:00")]
    import_settlement(tmp_path, "20000000002", JUNE, levied)
    assert build_warehouse().is_full_refresh

    def after(change: str) -> set[str]:
        """Build, and answer which settlements were written."""
        before = versions(warehouse)
        build = build_warehouse()
        assert not build.is_full_refresh, change
        return {key for key, tx in versions(warehouse).items() if before.get(key) != tx}

    assert after("nothing") == set()

    late = [Line(SALE, "10.00", "2026-06-16 10:00:00", "B-1", "1")]
    import_settlement(tmp_path, "20000000003", LATE_JUNE, late)
    assert after("a new settlement") == {"20000000003"}
    unconverted = "select base_amount from marts.fct_settlement_lines where sku = 'B-1'"
    assert warehouse.rows(unconverted) == [None]

    import_ecb_rates(tmp_path, {"2026-06-16": {"CNY": "7.50"}})
    assert after("a rate of its day") == {"20000000003"}
    assert warehouse.rows(unconverted) == [Decimal("75.0000")]

    rules = project / "seeds" / "amazon" / "settlement_line_rules.csv"
    with rules.open("a") as file:
        file.write(f"{LEVY.replace('/', ',')},other_fees,2000-01-01,test\n")
    assert after("a rule for the levy") == {"20000000002"}
    assert warehouse.rows(
        "select bucket from marts.fct_settlement_lines"
        " where amount_type = 'Carbon Handling Levy'"
    ) == ["other_fees"]

    corrected = import_settlement(tmp_path, "20000000001", JUNE, lines[:1])
    release_batch(corrected, "a person", "Amazon corrected it")
    assert after("a corrected file") == {"20000000001"}
    assert warehouse.rows(
        "select line_count from marts.fct_settlements"
        " where settlement_id = '20000000001'"
    ) == [1]

    import_product_map(tmp_path, "eu-demo,A-1,P-1,Tent,Lanhai,Outdoor")
    assert after("a product map") == set()
    assert warehouse.rows(
        "select product_code, units from marts.rpt_profit_by_sku_month"
        " where sku = 'A-1'"
    ) == [("P-1", 4)]

    with connect("transformer") as connection:
        incremental = mart_hashes(connection)
    (project / "macros" / "new.sql").write_text("{# another project #}\n")
    assert build_warehouse().is_full_refresh
    with connect("transformer") as connection:
        assert mart_hashes(connection) == incremental
