"""The loader's side of the ledger: claim a batch, say what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from extract.errors import ContractError, ExtractError
from extract.load.documents import Document, DocumentFacts
from extract.records import LoadedBatch

DECIDED_BY = "loader"


@dataclass(frozen=True)
class Batch:
    """A batch and its file, as the ledger has them."""

    batch_id: int
    file_id: int
    status: str
    raw_table: str | None
    row_count: int | None
    content_sha256: str | None
    reason: str | None
    feed: str
    original_name: str
    archive_path: str
    region: str | None
    marketplace_ids: tuple[str, ...]

    def standing(self) -> LoadedBatch:
        """The batch as it stands."""
        return LoadedBatch(
            batch_id=self.batch_id,
            file_id=self.file_id,
            raw_table=self.raw_table,
            row_count=self.row_count or 0,
            content_sha256=self.content_sha256,
            status=self.status,
            reason=self.reason,
        )


def read_batch(connection: Connection[Any], batch_id: int) -> Batch:
    """The batch of that id.

    Raises:
        ExtractError: there is none.
    """
    row = connection.execute(
        """
        select
            batch.batch_id, batch.file_id, batch.status, batch.raw_table,
            batch.row_count, batch.content_sha256, batch.reason,
            file.feed, file.original_name, file.archive_path, file.region,
            file.marketplace_ids
        from ops.load_batches as batch
        inner join ops.source_files as file on file.file_id = batch.file_id
        where batch.batch_id = %s
        """,
        [batch_id],
    ).fetchone()
    if row is None:
        raise ExtractError(
            f"The ledger has no batch {batch_id}. `acorn release --help` says how to "
            f"list quarantined files."
        )
    *values, marketplace_ids = row
    fields: tuple[Any, ...] = (*values, tuple(marketplace_ids or ()))
    return Batch(*fields)


def received_batches(connection: Connection[Any]) -> list[int]:
    """Batches that wait to be loaded, oldest first."""
    rows = connection.execute(
        "select batch_id from ops.load_batches where status = 'received'"
        " order by batch_id"
    ).fetchall()
    return [row[0] for row in rows]


def claim(connection: Connection[Any], batch_id: int, is_patient: bool) -> bool:
    """Lock a received batch until the transaction ends.

    `is_patient`: when another loader has it, wait for what becomes of it. False: it is
    not to be loaded any more, or another loader has it.
    """
    row = connection.execute(
        "select from ops.load_batches where batch_id = %s and status = 'received'"
        + (" for update" if is_patient else " for update skip locked"),
        [batch_id],
    ).fetchone()
    return row is not None


def discard_earlier_rows(connection: Connection[Any], batch_id: int) -> None:
    """Take back the rows of an earlier load that was put back to `received`."""
    connection.execute("select ops.discard_undecided_rows(%s)", [batch_id])


def record_facts(
    connection: Connection[Any], file_id: int, facts: DocumentFacts
) -> None:
    """Note how the document writes text, numbers and dates."""
    connection.execute(
        """
        update ops.source_files
        set encoding = %s, line_ending = %s, decimal_style = %s,
            timestamp_style = %s, date_style = %s
        where file_id = %s
        """,
        [
            facts.encoding,
            facts.line_ending,
            facts.decimal_style,
            facts.timestamp_style,
            facts.date_style,
            file_id,
        ],
    )


def settle_loaded(
    connection: Connection[Any], batch_id: int, document: Document
) -> None:
    """Set the batch to loaded, with its control figures."""
    connection.execute(
        """
        update ops.load_batches
        set status = 'loaded', raw_table = %s, loaded_at = now(), row_count = %s,
            content_sha256 = %s, decided_at = null, decided_by = null, reason = null
        where batch_id = %s
        """,
        [
            document.layout.raw_table,
            document.tally.row_count,
            document.tally.content_sha256,
            batch_id,
        ],
    )
    if document.unknown_columns:
        _insert_finding(
            connection,
            batch_id,
            check_name="known_columns",
            severity="warning",
            line_number=1,
            fault_count=len(document.unknown_columns),
            expected=f"only columns of {document.layout.raw_table}",
            observed=f"also {', '.join(document.unknown_columns)}",
        )


def settle_quarantined(
    connection: Connection[Any], batch: Batch, fault: ContractError
) -> None:
    """Set the batch to quarantined, and say why in words and as a gate result."""
    connection.execute(
        """
        update ops.load_batches
        set status = 'quarantined', raw_table = null, row_count = null,
            content_sha256 = null, loaded_at = null, decided_at = now(),
            decided_by = %s, reason = %s
        where batch_id = %s
        """,
        [DECIDED_BY, fault.sentence(), batch.batch_id],
    )
    _insert_finding(
        connection,
        batch.batch_id,
        check_name=fault.check_name,
        severity="critical",
        line_number=fault.line_number,
        fault_count=1,
        expected=fault.expected or "a readable document",
        observed=fault.found or fault.remark,
    )


def _insert_finding(
    connection: Connection[Any],
    batch_id: int,
    *,
    check_name: str,
    severity: str,
    line_number: int | None,
    fault_count: int,
    expected: str,
    observed: str,
) -> None:
    connection.execute(
        """
        insert into ops.gate_results (
            gate, run_id, batch_id, check_name, severity, is_success, line_number,
            fault_count, expected, observed
        ) values ('A', %s, %s, %s, %s, false, %s, %s, %s, %s)
        """,
        [
            f"load {uuid.uuid4()}",
            batch_id,
            check_name,
            severity,
            line_number,
            fault_count,
            expected,
            observed,
        ],
    )
