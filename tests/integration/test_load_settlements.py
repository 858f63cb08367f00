"""Settlements reach raw.* exactly as written, with their physical lines."""

import pytest

from config.home import CHECKOUT
from extract.archive import archive_document
from extract.load.loader import load_batch
from extract.records import SourceDocument
from tests.unit.formats.settlements import (
    SETTLEMENT_ID,
    V1_NAMES,
    V2_NAMES,
    settlement,
)

pytestmark = pytest.mark.integration
SAMPLES = CHECKOUT.parent / "shared" / "samples" / "settlement"
V1_LINE = {
    name: ""
    for name in ("amount-type", "amount-description", "amount", "posted-date-time")
}


@pytest.fixture
def load(warehouse, tmp_path):
    """Archive and load bytes as account na-demo."""

    def load(data: bytes, name: str = "settlement.txt", **said):
        path = tmp_path / name
        path.write_bytes(data)
        document = SourceDocument(
            path, name, "manual", "manual", account_code="na-demo", **said
        )
        with warehouse.connect("loader") as connection:
            archived = archive_document(connection, document)
            return load_batch(connection, archived.batch_id)

    return load


def test_rows_styles_and_control_figures_are_recorded(warehouse, load):
    loaded = load(settlement({}, {"sku": "größe", "amount": "0.00"}, end="\r\n"))

    assert (loaded.status, loaded.raw_table) == ("loaded", "raw.amazon_settlement_v2")
    assert warehouse.rows(
        "select _line_number, settlement_id, total_amount, amount, sku, order_id"
        " from raw.amazon_settlement_v2 order by 1"
    ) == [
        (2, SETTLEMENT_ID, "10.50", None, None, None),
        (3, SETTLEMENT_ID, None, "10.50", "RED-1", None),
        (4, SETTLEMENT_ID, None, "0.00", "größe", None),
    ]
    assert warehouse.rows(
        "select encoding, line_ending, decimal_style, timestamp_style, date_style"
        " from ops.source_files"
    ) == [("utf-8", "crlf", "point", "iso", "iso")]
    assert warehouse.rows(
        "select row_count, content_sha256, decided_at from ops.load_batches"
    ) == [(3, loaded.content_sha256, None)]


def test_odd_lines_arrive_unchanged(warehouse, load):
    skus = ['say "hi"', "back\\slash\\N\\.", "lone\rreturn", "\\", "表ソ能"]
    data = settlement(*({"sku": sku} for sku in skus), encoding="utf-8")
    data = data.replace(b"\n", b"\n\n  \r\n", 1) + b"9\tshort \\ line\n"

    load(data)

    assert warehouse.rows(
        "select _line_number, sku from raw.amazon_settlement_v2"
        " where sku is not null order by 1"
    ) == list(enumerate(skus, start=5))
    assert warehouse.rows(
        "select settlement_start_date, amount, promotion_id"
        " from raw.amazon_settlement_v2 where _line_number = 10"
    ) == [("short \\ line", None, None)]


def test_japanese_half_backslashes_are_decoded_first(warehouse, load):
    header = {"currency": "JPY", "total-amount": "105"}
    data = settlement(
        {"sku": "表ソ能", "amount": "105"}, header=header, encoding="cp932"
    )

    load(data)

    assert warehouse.rows(
        "select sku from raw.amazon_settlement_v2 where sku is not null"
    ) == ["表ソ能"]
    assert warehouse.rows("select encoding from ops.source_files") == ["cp932"]


def test_content_hash_is_that_of_the_text_not_of_its_bytes(warehouse, load):
    line = {"sku": "größe"}
    hashes = {
        load(data, name).content_sha256
        for name, data in {
            "lf": settlement(line),
            "crlf": settlement(line, end="\r\n"),
            "cp1252": settlement(line, encoding="cp1252"),
            "bom": b"\xef\xbb\xbf" + settlement(line),
            "no last end": settlement(line).removesuffix(b"\n"),
        }.items()
    }

    assert len(hashes) == 1
    assert load(settlement({"sku": "grösse"}), "other").content_sha256 not in hashes
    assert warehouse.rows("select count(*) from ops.source_files") == [6]


@pytest.mark.parametrize("column_count", [36, 33])
def test_both_widths_of_v1_are_bound_by_name(warehouse, load, column_count):
    names = [
        name
        for name in V1_NAMES
        if column_count == 36 or not name.startswith("promotion-")
    ]
    fields = dict.fromkeys(names, "") | {
        "settlement-id": "7",
        "posted-date": "2025-06-06T22:07:18+00:00",
        "price-type": "Principal",
        "price-amount": "35.00",
        "other-amount": "32.09    ",
    }
    header = dict.fromkeys(names, "") | {
        "settlement-id": "7",
        "settlement-start-date": "2025-06-05T22:07:18+00:00",
        "settlement-end-date": "2025-06-19T22:07:18+00:00",
        "total-amount": "67.09",
    }
    rows = ["\t".join(names), *("\t".join(r.values()) for r in (header, fields))]

    loaded = load("\n".join(rows).encode())

    assert loaded.raw_table == "raw.amazon_settlement_v1"
    assert warehouse.rows(
        "select price_type, price_amount, other_amount, promotion_id"
        " from raw.amazon_settlement_v1 where _line_number = 3"
    ) == [("Principal", "35.00", "32.09    ", None)]
    assert warehouse.rows(
        "select decimal_style, timestamp_style, date_style from ops.source_files"
    ) == [("point", "iso", "iso")]


def test_new_columns_of_amazon_are_kept_and_warned_of(warehouse, load):
    names = ["Buy-Box Level", *V2_NAMES]

    loaded = load(settlement({"Buy-Box Level": "gold"}, names=names))

    assert loaded.status == "loaded"
    assert warehouse.rows(
        "select buy_box_level, amount from raw.amazon_settlement_v2"
        " where _line_number = 3"
    ) == [("gold", "10.50")]
    assert warehouse.rows(
        "select severity, is_success, observed from ops.gate_results"
        " where check_name = 'known_columns'"
    ) == [("warning", False, "also buy_box_level")]


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs the shared samples")
def test_real_files_load_line_by_line(warehouse, load):
    for path in sorted(SAMPLES.glob("*.txt")):
        loaded = load(path.read_bytes(), path.name)

        content = path.read_text().rstrip("\n").split("\n")
        found = warehouse.rows(
            f"select to_jsonb(t) - '_file_id' from {loaded.raw_table} t"
            " where _file_id = %s order by _line_number",
            loaded.file_id,
        )
        names = [name.replace("-", "_") for name in content[0].split("\t")]
        assert found == [
            dict.fromkeys(found[0], None)
            | dict(zip(names, (v or None for v in line.split("\t")), strict=True))
            | {"_line_number": number}
            for number, line in enumerate(content, start=1)
            if line and number > 1  # one of them has a blank line in its middle
        ]
