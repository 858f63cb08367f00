"""The monthly hash run finds what is missing and what was changed, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.home import archive_root
from extract.archive import archive_document
from extract.errors import ContractError
from extract.records import SourceDocument
from extract.verify_archive import rehash_archive
from tests.conftest import Warehouse

pytestmark = pytest.mark.integration


@pytest.fixture
def archived(warehouse: Warehouse, tmp_path: Path) -> list[Path]:
    """Two archived documents."""
    kept = []
    for name in ("one", "two"):
        source = tmp_path / f"{name}.csv"
        source.write_text(f"content of {name}\n")
        document = SourceDocument(
            path=source,
            original_name=source.name,
            source="manual",
            authority="manual",
            feed="unknown",
            account_code="na-demo",
        )
        with warehouse.connect("loader") as connection:
            file = archive_document(connection, document)
        kept.append(archive_root() / file.archive_path)
    return kept


def test_whole_archive_passes_with_its_counts(
    warehouse: Warehouse, archived: list[Path]
) -> None:
    with warehouse.connect("loader") as connection:
        summary = rehash_archive(connection)

    assert summary.file_count == 2
    assert summary.byte_count == sum(path.stat().st_size for path in archived)


def test_changed_and_missing_files_are_named(
    warehouse: Warehouse, archived: list[Path]
) -> None:
    changed, missing = archived
    changed.chmod(0o644)
    changed.write_text("other content\n")
    missing.unlink()

    with warehouse.connect("loader") as connection:
        with pytest.raises(ContractError) as raised:
            rehash_archive(connection)

    assert "2 of 2" in str(raised.value)
    for path in (changed, missing):
        assert path.name in str(raised.value)


def test_files_older_than_asked_are_left_out(
    warehouse: Warehouse, archived: list[Path]
) -> None:
    archived[0].unlink()
    with warehouse.connect("owner") as connection:
        connection.execute(
            "update ops.source_files set received_at = now() - interval '31 days'"
        )

    with warehouse.connect("loader") as connection:
        summary = rehash_archive(connection, since_days=30)

    assert summary.file_count == 0
