"""Killed at any point, run twice at once: rows are there once or not at all."""

import threading
from pathlib import Path

import pytest

from config.home import archive_root
from extract.archive import archive_document
from extract.errors import ContractError, ExtractError
from extract.load import loader
from extract.load.documents import SettlementDocument
from extract.load.loader import load_batch, load_received, reload_batch
from extract.records import SourceDocument
from tests.unit.formats.settlements import V2_NAMES, settlement

pytestmark = pytest.mark.integration
ROW_COUNT = "select count(*) from raw.amazon_settlement_v2"
STATUS = "select status from ops.load_batches order by batch_id"
LARGE = settlement(*[{}] * 5_000)


class Killed(BaseException):
    """Like a kill: nothing in our code catches it."""


def keep(warehouse, path: Path, data: bytes) -> int:
    path.write_bytes(data)
    document = SourceDocument(
        path, path.name, "manual", "manual", account_code="na-demo"
    )
    with warehouse.connect("loader") as connection:
        return archive_document(connection, document).batch_id


@pytest.fixture
def batch_id(warehouse, tmp_path) -> int:
    return keep(warehouse, tmp_path / "large.txt", LARGE)


def killed_in_the_middle(self, file_id):
    yield next(SettlementDocument.original(self, file_id))
    raise Killed


def killed(*_):
    raise Killed


@pytest.mark.parametrize(
    ("where", "name", "replacement"),
    [
        (SettlementDocument, "copy_blocks", killed_in_the_middle),
        (SettlementDocument, "facts", killed),
        (loader, "settle_loaded", killed),
    ],
)
def test_killed_load_leaves_nothing_and_the_next_one_loads(
    warehouse, batch_id, monkeypatch, where, name, replacement
):
    with warehouse.connect("loader") as connection, monkeypatch.context() as patch:
        patch.setattr(
            SettlementDocument,
            "original",
            SettlementDocument.copy_blocks,
            raising=False,
        )
        patch.setattr(where, name, replacement)
        with pytest.raises(Killed):
            load_batch(connection, batch_id)

    assert warehouse.rows(ROW_COUNT) == [0]
    assert warehouse.rows(STATUS) == ["received"]
    with warehouse.connect("loader") as connection:
        assert load_batch(connection, batch_id).row_count == 5_001
    assert warehouse.rows(ROW_COUNT) == [5_001]


def test_two_loaders_at_once_load_each_batch_once(warehouse, batch_id, tmp_path):
    keep(warehouse, tmp_path / "small.txt", settlement())
    barrier = threading.Barrier(4)

    def run():
        with warehouse.connect("loader") as connection:
            barrier.wait()
            load_received(connection)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert warehouse.rows(STATUS) == ["loaded", "loaded"]
    assert warehouse.rows(ROW_COUNT) == [5_001 + 2]


def test_loading_again_changes_nothing(warehouse, batch_id):
    with warehouse.connect("loader") as connection:
        first = load_batch(connection, batch_id)
        again = load_batch(connection, batch_id)

    assert again == first
    assert warehouse.rows(ROW_COUNT) == [5_001]


def test_batch_put_back_to_received_replaces_its_rows(warehouse, batch_id):
    with warehouse.connect("loader") as connection:
        load_batch(connection, batch_id)
        connection.execute("update ops.load_batches set status = 'received'")
        load_batch(connection, batch_id)

    assert warehouse.rows(ROW_COUNT) == [5_001]


def test_missing_original_stops_no_other_batch(warehouse, batch_id, tmp_path):
    keep(warehouse, tmp_path / "small.txt", settlement())
    (large,) = (
        path for path in archive_root().glob("*/*") if path.stat().st_size > 9e4
    )
    large.unlink()

    with warehouse.connect("loader") as connection:
        with pytest.raises(ExtractError, match="Restore it"):
            load_received(connection)

    assert warehouse.rows(STATUS) == ["received", "loaded"]


def test_error_nobody_foresaw_stops_no_other_batch(
    warehouse, batch_id, tmp_path, monkeypatch
):
    keep(warehouse, tmp_path / "small.txt", settlement())
    settle = loader.settle_loaded

    def fail_once(connection, failing_id, document):
        if failing_id == batch_id:
            raise ValueError("day is out of range for month")
        settle(connection, failing_id, document)

    monkeypatch.setattr(loader, "settle_loaded", fail_once)
    with warehouse.connect("loader") as connection:
        with pytest.raises(ExtractError, match=f"Batch {batch_id} .*out of range"):
            load_received(connection)

    assert warehouse.rows(STATUS) == ["received", "loaded"]


def test_unknown_batch_is_an_error(warehouse):
    with warehouse.connect("loader") as connection:
        with pytest.raises(ExtractError, match="no batch 99"):
            load_batch(connection, 99)


def test_replay_brings_back_the_same_rows_and_keeps_the_status(warehouse, tmp_path):
    extra = settlement({"new-column": "x"}, names=[*V2_NAMES, "new-column"])
    batch_id = keep(warehouse, tmp_path / "extra.txt", extra)
    content = "select to_jsonb(t) from raw.amazon_settlement_v2 t order by _line_number"
    with warehouse.connect("loader") as connection:
        load_batch(connection, batch_id)
        connection.execute("update ops.load_batches set status = 'accepted'")
        before = warehouse.rows(content)
        with pytest.raises(ExtractError, match="still has rows"):
            reload_batch(connection, batch_id)
        truncate(warehouse)

        reload_batch(connection, batch_id)

    assert warehouse.rows(content) == before
    assert warehouse.rows(STATUS) == ["accepted"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b"10.50", b"10.60"),
        lambda data: data.rsplit(b"\n", 2)[0] + b"\n",
    ],
)
def test_replay_refuses_an_archive_that_changed(warehouse, batch_id, damage):
    (original,) = archive_root().glob("*/*")
    with warehouse.connect("loader") as connection:
        load_batch(connection, batch_id)
        truncate(warehouse)
        original.chmod(0o644)
        original.write_bytes(damage(LARGE))

        with pytest.raises(ExtractError, match="Restore the archive"):
            reload_batch(connection, batch_id)

    assert warehouse.rows(ROW_COUNT) == [0]


def test_replay_refuses_a_batch_that_never_had_rows(warehouse, tmp_path):
    batch_id = keep(warehouse, tmp_path / "empty.txt", b"")
    with warehouse.connect("loader") as connection:
        load_batch(connection, batch_id)
        with pytest.raises(ExtractError, match="no rows to load again"):
            reload_batch(connection, batch_id)


def test_original_that_left_the_archive_is_not_a_bad_file(warehouse, batch_id):
    (original,) = archive_root().glob("*/*")
    original.unlink()

    with warehouse.connect("loader") as connection:
        with pytest.raises(ContractError):
            load_batch(connection, batch_id)

    assert warehouse.rows(STATUS) == ["received"]


def truncate(warehouse) -> None:
    with warehouse.connect("owner") as connection:
        connection.execute("truncate raw.amazon_settlement_v2")
