"""The store of a settlement file outside the books: known, or said not to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from acorn.warehouse import ensure_warehouse
from config.company import DEMO_COMPANY
from config.marketplaces import marketplaces
from deliver.build import build_warehouse
from tests.dbt.small_files import SALE, Line, import_settlement

pytestmark = pytest.mark.integration

PERIOD = ("2026-06-01", "2026-06-15")
UNKNOWN = "eu-demo/-"
# Currency, names in lines, store fronts Amazon listed the file under, the store it has.
CASES = [
    # Listed under two: that a third one is the only one left proves nothing.
    ("EUR", ["", "no store"], ["DE", "FR"], UNKNOWN),
    ("EUR", ["Amazon.de", "amazon.fr"], ["FR"], UNKNOWN),
    ("EUR", ["Amazon.fr", "Non-Amazon FR"], ["DE"], "eu-demo/FR"),
    ("EUR", ["Amazon.fr", "Amazon.co.uk"], [], "eu-demo/FR"),
    ("EUR", ["Amazon.co.uk"], ["DE"], "eu-demo/UK"),
    ("EUR", [""], ["IT"], "eu-demo/IT"),
    ("EUR", [""], ["IT", "UK"], "eu-demo/IT"),
    ("EUR", [""], ["US"], UNKNOWN),
    ("GBP", [""], [], "eu-demo/UK"),
    ("JPY", [""], [], "eu-demo/JP"),
]


@pytest.fixture
def three_euro_stores(warehouse, tmp_path: Path, monkeypatch):
    """A warehouse of a company whose account eu-demo has DE, FR, IT and UK."""
    company = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8"))
    company["accounts"][1]["marketplaces"] = ["UK", "DE", "FR", "IT"]
    path = tmp_path / "company.yml"
    path.write_text(yaml.safe_dump(company), encoding="utf-8")
    monkeypatch.setenv("ACORN_COMPANY", str(path))
    ensure_warehouse(warehouse.database)
    return warehouse


def line(amount: str, store: str) -> Line:
    return Line(SALE, amount, "2026-06-03 10:00:00", "A-1", "2", store)


def test_store_is_what_the_strongest_evidence_says_in_both_places(
    three_euro_stores, tmp_path
):
    # Italy alone has a settlement in the books.
    booked = line("30.00", "Amazon.it")
    import_settlement(tmp_path, "20000000001", PERIOD, [booked])
    expected = {}
    for number, (currency, names, listed, store) in enumerate(CASES, start=2):
        lines = [line("1.00", name) for name in names]
        settlement = f"2000000{number:04d}"
        batch = import_settlement(
            tmp_path, settlement, PERIOD, lines, currency, total="99.00"
        )
        with three_euro_stores.connect("owner") as owner:
            owner.execute(
                "update ops.source_files set marketplace_ids = %s from"
                " ops.load_batches as batch where batch.file_id = source_files.file_id"
                " and batch.batch_id = %s",
                [[marketplaces()[code].marketplace_id for code in listed], batch],
            )
        expected[settlement] = store

    build_warehouse()

    told = three_euro_stores.rows(
        """
        select profile.settlement_id, file.store_code, report.store_code
        from reports.open_files as file
        inner join ops.settlement_profiles as profile using (batch_id)
        inner join marts.rpt_settlement_reconciliation as report
            on report.source_file_id = file.file_id
        """
    )
    assert {key: live for key, live, _ in told} == expected
    assert {key: built for key, _, built in told} == expected
