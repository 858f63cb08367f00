"""Proof that the archive still holds what was received: hash every file again.

Data flow: ops.source_files -> archive -> SHA-256 -> comparison. Nothing is written.
Files are read in blocks, so memory does not grow with their size. Alone:

    python -m extract.verify_archive
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from config.home import archive_root
from extract.errors import ContractError

# Two years: as long as Amazon may be asked about a settlement.
DEFAULT_DAYS = 730
_BLOCK_BYTES = 1 << 20
_MOST_NAMED = 20


@dataclass(frozen=True)
class ArchiveSummary:
    """What was hashed and found whole."""

    file_count: int
    byte_count: int


def rehash_archive(
    connection: Connection[Any], since_days: int = DEFAULT_DAYS
) -> ArchiveSummary:
    """Hash every file received in the last `since_days` days.

    Raises:
        ContractError: files are missing or changed; the message names them.
    """
    files = _files(connection, since_days)
    if faults := _faults(files):
        named = "; ".join(faults[:_MOST_NAMED])
        raise ContractError(
            "archive_intact",
            f"{len(faults)} of {len(files)} archived files are missing or changed: "
            f"{named}. Restore them from a backup under {archive_root()}.",
        )
    return ArchiveSummary(len(files), sum(byte_count for *_, byte_count in files))


def damaged_originals(connection: Connection[Any]) -> list[str]:
    """A sentence for every file, however old, that is missing or changed."""
    return _faults(_files(connection, None))


def _files(
    connection: Connection[Any], since_days: int | None
) -> list[tuple[str, str, int]]:
    return connection.execute(
        """
        select archive_path, sha256, byte_count
        from ops.source_files
        where received_at >= now() - make_interval(days => cast(%(days)s as integer))
            or cast(%(days)s as integer) is null
        order by file_id
        """,
        {"days": since_days},
    ).fetchall()


def _faults(files: list[tuple[str, str, int]]) -> list[str]:
    return [
        fault
        for archive_path, sha256, _ in files
        if (fault := _fault(archive_path, sha256)) is not None
    ]


def _fault(archive_path: str, sha256: str) -> str | None:
    try:
        found = _sha256(archive_root() / archive_path)
    except OSError as error:
        return f"{archive_path} cannot be read ({error.strerror})"
    return None if found == sha256 else f"{archive_path} has hash {found}"


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def main() -> None:
    """Hash the archive of this ACORN_HOME."""
    from config.warehouse import connect

    with connect("loader") as connection:
        summary = rehash_archive(connection)
    print(f"{summary.file_count} files, {summary.byte_count} bytes: all as received.")


if __name__ == "__main__":
    main()
