"""The archive keeps every document's bytes once, and the ledger every sighting."""

import hashlib
from pathlib import Path

import pytest

from config.home import archive_root
from extract import archive
from extract.archive import archive_document, open_archived
from extract.errors import AccountMismatchError, ContractError
from extract.records import SourceDocument
from tests.unit.formats.settlements import settlement

pytestmark = pytest.mark.integration


def keep(warehouse, path: Path, data: bytes, account="na-demo", **said):
    path.write_bytes(data)
    document = SourceDocument(
        path=path,
        original_name=path.name,
        source="amazon",
        authority="official_api",
        account_code=account,
        **said,
    )
    with warehouse.connect("loader") as connection:
        return archive_document(connection, document)


def test_bytes_and_what_the_source_said_are_kept(warehouse, tmp_path):
    data = settlement(end="\r\n")

    kept = keep(
        warehouse,
        tmp_path / "doc",
        data,
        region="NA",
        marketplace_ids=("ATVPDKIKX0DER",),
        report_id="r1",
    )

    digest = hashlib.sha256(data).hexdigest()
    path = archive_root() / digest[:2] / digest
    assert (kept.is_new, kept.feed, kept.sha256) == (True, "amazon_settlement", digest)
    assert path.read_bytes() == data and path.stat().st_mode & 0o777 == 0o444
    with open_archived(kept.archive_path) as original:
        assert original.read() == data
    assert warehouse.rows(
        "select byte_count, account_code, region, marketplace_ids, report_id, status"
        " from ops.source_files join ops.load_batches using (file_id)"
    ) == [(len(data), "na-demo", "NA", ["ATVPDKIKX0DER"], "r1", "received")]


def test_same_bytes_again_are_one_file_with_two_sightings(warehouse, tmp_path):
    first = keep(warehouse, tmp_path / "a", settlement(), report_id="r1")
    again = keep(warehouse, tmp_path / "b", settlement(), report_id="r2")

    assert (first.is_new, again.is_new) == (True, False)
    assert (again.file_id, again.batch_id) == (first.file_id, first.batch_id)
    assert warehouse.rows("select original_name from ops.source_files") == ["a"]
    assert warehouse.rows(
        "select original_name, report_id from ops.file_sightings order by 1"
    ) == [("a", "r1"), ("b", "r2")]


def test_settlement_of_another_account_is_refused_without_a_trace(warehouse, tmp_path):
    keep(warehouse, tmp_path / "a", settlement())

    with pytest.raises(AccountMismatchError, match="belongs to account na-demo"):
        keep(warehouse, tmp_path / "b", settlement(), account="eu-demo")

    assert warehouse.rows("select count(*) from ops.file_sightings") == [1]


def test_error_pages_look_the_same_for_every_account(warehouse, tmp_path):
    keep(warehouse, tmp_path / "a", b"<html>busy</html>")
    again = keep(warehouse, tmp_path / "b", b"<html>busy</html>", account="eu-demo")

    assert (again.is_new, again.feed) == (False, "unknown")


def test_company_wide_feeds_carry_no_account(warehouse, tmp_path):
    rates = b"rate_date,currency_code,base_currency_code,rate\n"

    assert keep(warehouse, tmp_path / "a", rates).account_code is None
    assert not keep(warehouse, tmp_path / "b", rates, account="eu-demo").is_new


@pytest.mark.parametrize("damage", [b"", b"cut", b"x" * 10_000])
def test_damaged_copy_is_written_again(warehouse, tmp_path, damage):
    kept = keep(warehouse, tmp_path / "a", settlement())
    path = archive_root() / kept.archive_path
    path.chmod(0o644)
    path.write_bytes(damage)

    keep(warehouse, tmp_path / "b", settlement())

    assert path.read_bytes() == settlement()


def test_a_kill_while_writing_leaves_nothing_half(warehouse, tmp_path, monkeypatch):
    def killed(source, target, length):
        target.write(source.read(100))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archive.shutil, "copyfileobj", killed)
        with pytest.raises(KeyboardInterrupt):
            keep(warehouse, tmp_path / "a", settlement())

    assert [p for p in archive_root().rglob("*") if p.is_file()] == []
    assert warehouse.rows("select count(*) from ops.source_files") == [0]
    assert keep(warehouse, tmp_path / "a", settlement()).is_new


def test_missing_original_is_named(warehouse):
    with pytest.raises(ContractError, match="ab/abc"):
        open_archived("ab/abc")
