"""The archive of originals: every document's bytes, once, for good.

Bytes lie at `<archive_root>/<sha256[:2]>/<sha256>`, mode 0444, plain. They are on disk
before the ledger knows of them, so a kill in between leaves an unlisted file that the
next run of the same document finds and uses. Nothing here ever deletes an original.

Data flow: source -> SourceDocument -> archive + ops.source_files, ops.load_batches.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from psycopg import Connection

from config.home import archive_root
from extract.errors import AccountMismatchError, ContractError
from extract.formats.recognise import HEAD_BYTES, recognise
from extract.records import (
    AMAZON_SETTLEMENT,
    UNKNOWN_FEED,
    ArchivedFile,
    SourceDocument,
)

_CHUNK_BYTES = 1 << 20
# Feeds that speak for the whole company: they carry no account.
_ACCOUNT_FEEDS = (AMAZON_SETTLEMENT, UNKNOWN_FEED)


def archive_document(
    connection: Connection[Any], document: SourceDocument
) -> ArchivedFile:
    """Keep the document's bytes and record that it was seen.

    The same bytes again are the same file, with one more sighting. Use a connection
    with no transaction open: then the ledger rows are committed on return.

    Raises:
        AccountMismatchError: these bytes are a settlement of another account.
        OSError: the document cannot be read or the archive cannot be written.
    """
    digest = _sha256(document.path)
    archive_path = f"{digest[:2]}/{digest}"
    _keep(document.path, archive_root() / archive_path, digest)
    with document.path.open("rb") as file:
        layout = recognise(file.read(HEAD_BYTES))
    feed = document.feed or (layout.feed if layout else UNKNOWN_FEED)
    account_code = document.account_code if feed in _ACCOUNT_FEEDS else None
    with connection.transaction():
        is_new = _insert_file(
            connection, document, digest, archive_path, feed, account_code
        )
        row = connection.execute(
            "select file_id, feed, account_code, original_name"
            " from ops.source_files where sha256 = %s",
            [digest],
        ).fetchone()
        assert row is not None  # inserted above, or there before; never deleted
        file_id, known_feed, known_account, known_name = row
        if known_feed == AMAZON_SETTLEMENT and layout and known_account != account_code:
            raise AccountMismatchError(
                f"{document.original_name} has the very bytes of {known_name}, which "
                f"belongs to account {known_account}; it was handed in for account "
                f"{account_code}. Nothing was recorded. Give the right account."
            )
        batch_id = _record_sighting(connection, document, file_id)
    return ArchivedFile(
        file_id=file_id,
        batch_id=batch_id,
        sha256=digest,
        is_new=is_new,
        feed=known_feed,
        account_code=known_account,
        archive_path=archive_path,
    )


def open_archived(archive_path: str) -> BinaryIO:
    """Open an original for reading.

    Raises:
        ContractError: the archive does not hold it.
    """
    path = archive_root() / archive_path
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise ContractError(
            "archived_original",
            f"The archive {archive_root()} holds no {archive_path}. Restore it from a "
            f"backup, or set ACORN_ARCHIVE to where the originals are.",
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(source: Path, target: Path, digest: str) -> None:
    """Write the bytes whole or not at all; repair a copy that is damaged or cut."""
    if target.exists() and _sha256(target) == digest:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{digest}.{uuid.uuid4().hex}.part"
    try:
        with source.open("rb") as original, part.open("xb") as copy:
            shutil.copyfileobj(original, copy, _CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        part.chmod(0o444)
        if _sha256(part) != digest:
            raise OSError(f"{source} changed while it was archived: try again")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)
    _sync_folder(target.parent.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself must survive a power cut.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _insert_file(
    connection: Connection[Any],
    document: SourceDocument,
    digest: str,
    archive_path: str,
    feed: str,
    account_code: str | None,
) -> bool:
    """Insert the file unless its bytes are known; answer whether they were new."""
    inserted = connection.execute(
        """
        insert into ops.source_files (
            sha256, byte_count, archive_path, original_name, source, authority, feed,
            account_code, region, marketplace_ids, report_type, report_id,
            document_id, window_start_at, window_end_at
        ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (sha256) do nothing
        """,
        [
            digest,
            document.path.stat().st_size,
            archive_path,
            document.original_name,
            document.source,
            document.authority,
            feed,
            account_code,
            document.region,
            list(document.marketplace_ids) or None,
            document.report_type,
            document.report_id,
            document.document_id,
            document.window_start_at,
            document.window_end_at,
        ],
    )
    return inserted.rowcount == 1


def _record_sighting(
    connection: Connection[Any], document: SourceDocument, file_id: int
) -> int:
    """Note that the file was seen; answer its batch, which is made when missing."""
    connection.execute(
        """
        insert into ops.file_sightings (
            file_id, authority, account_code, original_name, report_id, document_id
        ) values (%s, %s, %s, %s, %s, %s)
        """,
        [
            file_id,
            document.authority,
            document.account_code,
            document.original_name,
            document.report_id,
            document.document_id,
        ],
    )
    connection.execute(
        "insert into ops.load_batches (file_id) values (%s)"
        " on conflict (file_id) do nothing",
        [file_id],
    )
    row = connection.execute(
        "select batch_id from ops.load_batches where file_id = %s", [file_id]
    ).fetchone()
    assert row is not None
    return int(row[0])
