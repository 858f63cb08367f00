"""Load archived originals into raw.*: one batch, one transaction, one COPY.

A batch is locked while it loads; rows and the status `loaded` are committed together.
Killed at any point, it is as if not begun, and the next run loads it. Content that
cannot be read never raises: the batch is quarantined with its reason, the original
stays in the archive.

Data flow: archive -> raw.<table> + ops.load_batches: loaded.
"""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from psycopg import Connection, Cursor, sql
from psycopg.copy import LibpqWriter

from config.company import load_company
from config.warehouse import connect
from extract.archive import open_archived
from extract.errors import ContractError, ExtractError
from extract.load.documents import Document, open_document
from extract.load.ledger import (
    Batch,
    claim,
    discard_earlier_rows,
    read_batch,
    received_batches,
    record_facts,
    settle_loaded,
    settle_quarantined,
)
from extract.records import LoadedBatch

logger = logging.getLogger(__name__)

# Postgres allows 1,600 columns in a table, for good: a dropped one counts on.
_MOST_UNKNOWN_COLUMNS = 50
_HELD_BACK_BYTES = 128 * 1024


def load_received(connection: Connection[Any]) -> list[LoadedBatch]:
    """Load every batch that waits; those that another loader has are left to it.

    Where several wait, a second connection takes its share: reading a file and writing
    its rows are half of the work each, done by one processor each.

    Raises:
        ExtractError: the archive lacks originals, or a batch met an error nobody
            foresaw. It names each; all other batches are loaded first.
    """
    with connection.transaction():
        batch_ids = received_batches(connection)
    intake = _Intake(batch_ids, _longest_days())
    with ThreadPoolExecutor(1) as pool:
        helper = pool.submit(_help, intake) if len(batch_ids) > 1 else None
        try:
            intake.work(connection)
        except BaseException:
            intake.stop()  # the helper ends with the file it has
            raise
    if helper:
        helper.result()
    if intake.faults:
        raise ExtractError("\n".join(intake.faults))
    return sorted(intake.loaded, key=lambda batch: batch.batch_id)


class _Intake:
    """Batches that wait, and what became of those that were taken."""

    def __init__(self, batch_ids: list[int], longest_days: int) -> None:
        self.loaded: list[LoadedBatch] = []
        self.faults: list[str] = []
        self._waiting = deque(batch_ids)
        self._longest_days = longest_days

    def stop(self) -> None:
        """Hand out no more batches."""
        self._waiting.clear()

    def work(self, connection: Connection[Any]) -> None:
        """Load one batch after the other until none waits."""
        while True:
            try:
                batch_id = self._waiting.popleft()
            except IndexError:
                return
            self._take(connection, batch_id)

    def _take(self, connection: Connection[Any], batch_id: int) -> None:
        try:
            batch = _load_one(connection, batch_id, self._longest_days, False)
            self.loaded.append(batch)
        except ExtractError as fault:
            self.faults.append(str(fault))
        except Exception as fault:
            # One file must never hold up the others, whatever is wrong with it.
            if connection.closed:
                raise
            logger.exception("batch %s", batch_id)
            self.faults.append(
                f"Batch {batch_id} cannot be loaded and waits: "
                f"{type(fault).__name__}: {fault}. Report this as a fault of Acorn."
            )


def _help(intake: _Intake) -> None:
    with connect("loader", autocommit=True) as connection:
        intake.work(connection)


def load_batch(connection: Connection[Any], batch_id: int) -> LoadedBatch:
    """Load one received batch, or quarantine it; answer how it stands then.

    A batch that is not waiting is left as it is. One that another loader has right now
    is waited for. Use a connection with no transaction open.

    Raises:
        ExtractError: no such batch, or the archive does not hold its original.
    """
    return _load_one(connection, batch_id, _longest_days(), is_patient=True)


def _load_one(
    connection: Connection[Any], batch_id: int, longest_days: int, is_patient: bool
) -> LoadedBatch:
    """The same; unless `is_patient`, a batch that another loader has is left to it."""
    with connection.transaction():
        batch = read_batch(connection, batch_id)
    if batch.status == "received":
        _load(connection, batch, longest_days, is_patient)
    with connection.transaction():
        return read_batch(connection, batch_id).standing()


def reload_batch(connection: Connection[Any], batch_id: int) -> LoadedBatch:
    """Load the rows of a decided batch again from the archive; its status stays.

    For a replay, after the raw tables were emptied.

    Raises:
        ExtractError: the batch never had rows, raw still has some, or what the archive
            gives now is not what the ledger says was loaded.
    """
    with connection.transaction():
        batch = read_batch(connection, batch_id)
        if batch.raw_table is None:
            raise ExtractError(f"Batch {batch_id} has no rows to load again.")
        _refuse_present_rows(connection, batch, batch.raw_table)
        with open_archived(batch.archive_path) as file:
            document = open_document(
                file, batch.feed, batch.marketplace_ids, batch.region
            )
            _copy(connection, batch.file_id, document)
        now_there = (document.tally.row_count, document.tally.content_sha256)
        if now_there != (batch.row_count, batch.content_sha256):
            raise ExtractError(
                f"{batch.feed}, {batch.original_name}: the archive's {now_there[0]} "
                f"rows with hash {now_there[1][:12]} are not the {batch.row_count} "
                f"rows with hash {(batch.content_sha256 or 'none')[:12]} that batch "
                f"{batch_id} was decided on. Nothing was loaded. Restore the archive."
            )
    return batch.standing()


def _longest_days() -> int:
    # Read once for many files: company.yml takes longer than a small file does.
    return load_company().thresholds.settlement_longest_days


def _load(
    connection: Connection[Any], batch: Batch, longest_days: int, is_patient: bool
) -> None:
    with open_archived(batch.archive_path) as file:
        try:
            document = open_document(
                file, batch.feed, batch.marketplace_ids, batch.region
            )
            _refuse_many_unknown_columns(document)
            # Before the load's transaction: the lock it takes would block readers.
            _add_new_columns(connection, document)
            with connection.transaction():
                if claim(connection, batch.batch_id, is_patient):
                    discard_earlier_rows(connection, batch.batch_id)
                    _copy(connection, batch.file_id, document)
                    facts = document.facts(longest_days)
                    record_facts(connection, batch.file_id, facts)
                    settle_loaded(connection, batch.batch_id, document)
        except ContractError as fault:
            with connection.transaction():
                if claim(connection, batch.batch_id, is_patient):
                    discard_earlier_rows(connection, batch.batch_id)
                    settle_quarantined(connection, batch, _placed(fault, batch))


def _copy(connection: Connection[Any], file_id: int, document: Document) -> None:
    statement = sql.SQL(
        "copy {} ({}) from stdin (format text, null '', encoding 'utf8')"
    ).format(
        sql.Identifier(*document.layout.raw_table.split(".")),
        sql.SQL(", ").join(
            map(sql.Identifier, ("_file_id", "_line_number", *document.tally.columns))
        ),
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(statement, writer=_writer(cursor)) as copy,
    ):
        for block in document.copy_blocks(file_id):
            copy.write(block)


def _writer(cursor: Cursor[Any]) -> LibpqWriter:
    # libpq's buffer grows to twice what it may hold back; the kernel's are enough.
    return LibpqWriter(cursor, flush_threshold=_HELD_BACK_BYTES)


def _refuse_many_unknown_columns(document: Document) -> None:
    unknown = document.unknown_columns
    if len(unknown) > _MOST_UNKNOWN_COLUMNS:
        raise ContractError(
            "known_columns",
            "The names row has too many columns that Acorn does not know. Check "
            "which report this is.",
            line_number=1,
            expected=f"at most {_MOST_UNKNOWN_COLUMNS} unknown columns",
            found=f"{len(unknown)}, such as {', '.join(unknown[:3])}",
        )


def _add_new_columns(connection: Connection[Any], document: Document) -> None:
    """Give the raw table the columns that the document has and it does not."""
    schema, table = document.layout.raw_table.split(".")
    with connection.transaction():
        rows = connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s",
            [schema, table],
        ).fetchall()
        present = {row[0] for row in rows}
        for column in document.tally.columns:
            if column not in present:
                connection.execute("select ops.add_raw_column(%s, %s)", [table, column])


def _refuse_present_rows(
    connection: Connection[Any], batch: Batch, raw_table: str
) -> None:
    statement = sql.SQL("select exists (select from {} where _file_id = %s)").format(
        sql.Identifier(*raw_table.split("."))
    )
    row = connection.execute(statement, [batch.file_id]).fetchone()
    if row and row[0]:
        raise ExtractError(
            f"{raw_table} still has rows of batch {batch.batch_id}. Nothing was "
            f"loaded. A replay empties the raw tables first."
        )


def _placed(fault: ContractError, batch: Batch) -> ContractError:
    """The fault with feed and file in its sentence."""
    return ContractError(
        fault.check_name,
        fault.remark,
        feed=batch.feed,
        file_name=batch.original_name,
        line_number=fault.line_number,
        expected=fault.expected,
        found=fault.found,
    )
