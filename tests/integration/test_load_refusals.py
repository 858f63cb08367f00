"""What cannot be read is quarantined with its reason; nothing of it is in raw."""

import gzip

import pytest

from extract.archive import archive_document
from extract.load.loader import load_batch
from extract.records import SourceDocument
from tests.unit.formats.settlements import V2_NAMES, settlement

pytestmark = pytest.mark.integration

SLASHED = {
    "settlement-start-date": "03/05/2026",
    "settlement-end-date": "04/05/2026",
    "deposit-date": "06/05/2026",
}
BAD_FILES = {
    "empty": (b"", "readable_file", None),
    "web page": (b"<!doctype html><html>busy</html>", "readable_file", None),
    "cut gzip": (gzip.compress(settlement())[:-20], "readable_file", None),
    "pdf": (b"%PDF-1.7 ...", "readable_file", None),
    "names row only": (settlement().split(b"\n")[0] + b"\n", "readable_file", 1),
    "nul bytes": (settlement() + b"\0\0", "readable_file", 4),
    "no amount column": (
        settlement().replace(b"\tamount\t", b"\tbetrag\t"),
        "key_columns",
        1,
    ),
    "column twice": (settlement(names=[*V2_NAMES, "sku"]), "key_columns", 1),
    "other report": (b"return-date\torder-id\n1\t2\n", "key_columns", 1),
    "both decimals": (settlement({}, {"amount": "3,20"}), "one_decimal_style", 4),
    "other decimals much later": (
        settlement(*[{}] * 5_000, {"amount": "-1.203,20 "}),
        "one_decimal_style",
        5_003,
    ),
    "other order of dates much later": (
        settlement(
            {"posted-date": "14/06/2026"},
            *[{"posted-date": "05/06/2026"}] * 5_000,
            {"posted-date": "06/14/2026"},
        ),
        "unambiguous_dates",
        5_004,
    ),
    "open dates": (
        settlement(
            {"posted-date": "03/05/2026", "posted-date-time": "03/05/2026 10:00"},
            header=SLASHED,
        ),
        "unambiguous_dates",
        3,
    ),
    "no such day beside open dates": (
        settlement(
            {"posted-date": "00/00/0000", "posted-date-time": "03/05/2026 10:00"},
            header=SLASHED,
        ),
        "unambiguous_dates",
        3,
    ),
    "51 unknown columns": (
        settlement(names=[*V2_NAMES, *(f"new-{n}" for n in range(51))]),
        "known_columns",
        1,
    ),
    "surplus content": (settlement() + b"\t" * 24 + b"x\n", "row_width", 4),
    "two encodings": (
        settlement({"sku": "größe"}) + "\tgröße\n".encode("cp1252"),
        "single_encoding",
        4,
    ),
}


def archive(warehouse, tmp_path, data: bytes, feed: str | None = None) -> int:
    path = tmp_path / "file.txt"
    path.write_bytes(data)
    document = SourceDocument(
        path, path.name, "amazon", "official_api", feed, account_code="na-demo"
    )
    with warehouse.connect("loader") as connection:
        return archive_document(connection, document).batch_id


def load(warehouse, batch_id: int):
    with warehouse.connect("loader") as connection:
        return load_batch(connection, batch_id)


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_quarantined_with_line_and_reason(warehouse, tmp_path, name):
    data, check_name, line_number = BAD_FILES[name]

    batch_id = archive(warehouse, tmp_path, data, feed="amazon_settlement")
    loaded = load(warehouse, batch_id)

    assert (loaded.status, loaded.row_count) == ("quarantined", 0)
    assert "amazon_settlement, file.txt" in loaded.reason
    assert warehouse.rows(
        "select gate, check_name, severity, is_success, line_number"
        " from ops.gate_results"
    ) == [("A", check_name, "critical", False, line_number)]
    assert warehouse.rows(
        "select decided_by, raw_table from ops.load_batches"
        " where decided_at is not null"
    ) == [("loader", None)]
    assert warehouse.rows("select count(*) from raw.amazon_settlement_v2") == [0]


def test_reason_names_both_lines_and_the_remedy(warehouse, tmp_path):
    data = settlement({}, {"amount": "3,20"})

    loaded = load(warehouse, archive(warehouse, tmp_path, data))

    assert loaded.reason == (
        "amazon_settlement, file.txt, line 4: Amounts of this file are written in two "
        "ways. Fetch the report again. Expected decimal points or decimal commas in "
        "all of the file. Found 10.50 in line 2 and 3,20 in line 4."
    )


@pytest.mark.parametrize(
    ("data", "feed", "told"),
    [
        (b"name,street\nx,y\n", None, "begins with 'name,street'"),
        (settlement(), "manual_fx_rates", "Found a document of amazon_settlement"),
    ],
)
def test_documents_of_no_or_another_feed_are_quarantined(
    warehouse, tmp_path, data, feed, told
):
    loaded = load(warehouse, archive(warehouse, tmp_path, data, feed))

    assert loaded.status == "quarantined"
    assert told in loaded.reason


def test_fault_in_a_late_line_takes_all_rows_back(warehouse, tmp_path):
    data = settlement(*[{}] * 5_000) + b"\t" * 24 + b"surplus\n"

    loaded = load(warehouse, archive(warehouse, tmp_path, data))

    assert loaded.status == "quarantined"
    assert "line 5003" in loaded.reason
    assert warehouse.rows("select count(*) from raw.amazon_settlement_v2") == [0]
