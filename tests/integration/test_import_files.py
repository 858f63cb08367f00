"""`import_files`: archive, load and gate A in one go, each file for itself."""

import gzip
import shutil
import threading
from decimal import Decimal

import pytest

from config.company import CompanyFileError
from extract.archive import archive_document
from extract.files.drops import import_drops
from extract.importing import import_files
from extract.load.ledger import claim
from extract.records import SourceDocument
from tests.unit.formats.settlements import settlement

pytestmark = pytest.mark.integration


@pytest.fixture
def upload(warehouse, tmp_path):
    """Write bytes to a file of that name; answer its path."""
    folder = tmp_path / "uploads"
    folder.mkdir()

    def upload(name: str, data: bytes):
        path = folder / name
        path.write_bytes(data)
        return path

    return upload


def test_good_and_bad_files_each_get_their_verdict(warehouse, upload, tmp_path):
    bad_sum = settlement({"amount": "9.00"}).replace(b"23395380562", b"777")
    verdicts = import_files(
        [
            upload("good.txt", settlement()),
            tmp_path / "missing.txt",
            upload("page.html", b"<html>busy</html>"),
            upload("sum.txt", bad_sum),
        ],
        "na-demo",
    )

    assert [(v.original_name, v.status) for v in verdicts] == [
        ("good.txt", "accepted"),
        (str(tmp_path / "missing.txt"), "error"),
        ("page.html", "quarantined"),
        ("sum.txt", "quarantined"),
    ]
    assert "No such file" in verdicts[1].sentence()
    assert "web page" in verdicts[2].sentence()
    assert warehouse.rows("select count(*) from ops.load_batches") == [3]


def test_importing_again_answers_the_standing_verdict(warehouse, upload):
    good = upload("good.txt", settlement())
    bad = upload("bad.txt", b"")
    first = import_files([good, bad], "na-demo")
    renamed = shutil.copy(good, good.with_name("renamed.txt"))

    again = import_files([renamed, bad], "na-demo")

    assert [(v.batch_id, v.status) for v in again] == [
        (v.batch_id, v.status) for v in first
    ]
    assert again[1].reasons == first[1].reasons != ()
    assert warehouse.rows("select count(*) from raw.amazon_settlement_v2") == [2]
    assert warehouse.rows("select count(*) from ops.file_sightings") == [4]


def test_packed_file_is_the_document_inside(warehouse, upload):
    plain = upload("plain.txt", settlement())
    packed = upload("packed.txt.gz", gzip.compress(settlement()))

    one, other = import_files([plain, packed], "na-demo")

    assert one.file_id == other.file_id
    assert warehouse.rows("select byte_count from ops.source_files") == [
        len(settlement())
    ]


def test_same_bytes_under_another_account_are_an_error_of_that_file(warehouse, upload):
    path = upload("good.txt", settlement())
    import_files([path], "na-demo")

    (verdict,) = import_files([path], "eu-demo")

    assert verdict.status == "error"
    assert "belongs to account na-demo" in verdict.sentence()


def test_unknown_account_or_feed_stops_before_anything_happens(warehouse, upload):
    path = upload("good.txt", settlement())

    with pytest.raises(CompanyFileError):
        import_files([path], "nobody")
    with pytest.raises(ValueError):
        import_files([path], "na-demo", feed="orders")

    assert warehouse.rows("select count(*) from ops.source_files") == [0]


def test_company_feeds_are_told_by_content_and_pass_the_gate(warehouse, upload):
    rates = upload(
        "rates.csv",
        b"rate_date,currency_code,base_currency_code,rate\n2026-06-17,USD,CNY,7.1812\n",
    )
    products = upload(
        "products.csv",
        "account_code,sku,product_code,product_name,brand,category\n"
        "na-demo,RED-1,P1,红色杯子,蓝海,厨房\n".encode("gb18030"),
    )
    ecb = upload(
        "ecb.xml",
        b'<gesmes:Envelope xmlns:gesmes="g"><Cube><Cube time="2026-06-17">'
        b'<Cube currency="USD" rate="1.08"/><Cube currency="CNY" rate="7.75"/>'
        b"</Cube></Cube></gesmes:Envelope>",
    )

    verdicts = import_files([rates, products, ecb], None)

    assert [(v.feed, v.status) for v in verdicts] == [
        ("manual_fx_rates", "accepted"),
        ("manual_product_map", "accepted"),
        ("ecb_fx_rates", "accepted"),
    ]
    assert warehouse.rows("select cast(rate as numeric) from raw.manual_fx_rates") == [
        Decimal("7.1812")
    ]
    assert warehouse.rows("select _line_number, brand from raw.manual_product_map") == [
        (2, "蓝海")
    ]
    assert warehouse.rows("select rate from raw.ecb_fx_rates order by 1") == [
        "1.08",
        "7.75",
    ]


def test_drops_are_imported_and_put_away(warehouse, tmp_path, monkeypatch):
    monkeypatch.setattr("extract.files.drops.STILL_SECONDS", 0)
    folder = tmp_path / "drops" / "na-demo"
    folder.mkdir(parents=True)
    for data in (settlement(), b"<html>"):
        (folder / "file.txt").write_bytes(data)

        (verdict,) = import_drops(tmp_path / "drops")

        assert list(folder.iterdir()) == []
        assert verdict.original_name == "file.txt"
    kept = sorted((tmp_path / "drops" / ".done" / "na-demo").iterdir())
    assert {path.read_bytes() for path in kept} == {settlement(), b"<html>"}
    assert import_drops(tmp_path / "drops") == []


def test_file_that_another_process_loads_is_waited_for(warehouse, upload):
    good = upload("good.txt", settlement())
    document = SourceDocument(
        good, good.name, "manual", "manual", account_code="na-demo"
    )
    verdicts = []
    with warehouse.connect("loader") as other:
        batch_id = archive_document(other, document).batch_id
        with other.transaction():
            assert claim(other, batch_id, is_patient=False)
            importing = threading.Thread(
                target=lambda: verdicts.extend(import_files([good], "na-demo"))
            )
            importing.start()
            importing.join(timeout=2)
            assert importing.is_alive()
    importing.join()

    assert [verdict.status for verdict in verdicts] == ["accepted"]


def test_two_runs_at_once_take_each_drop_once(warehouse, tmp_path):
    folder = tmp_path / "drops" / "na-demo"
    folder.mkdir(parents=True)
    (folder / "good.txt").write_bytes(settlement())
    (folder / "empty.txt").write_bytes(b"")
    found = []
    runs = [
        threading.Thread(target=lambda: found.extend(import_drops(folder.parent)))
        for _ in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert sorted(verdict.status for verdict in found) == ["accepted", "quarantined"]
    assert not list(folder.iterdir())
