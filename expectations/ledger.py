"""What gate A reads from the ledger: undecided batches, and verdicts already given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from expectations.records import Reason, Verdict, VerdictStatus

# Advisory: gate A and decisions about its batches, one at a time. The key is gate A's
# own, so that it never waits for a build.
_GATE_LOCK = 7_201_004

_STATUS: dict[str, VerdictStatus] = {
    "accepted": "accepted",
    "released": "accepted",
    "quarantined": "quarantined",
    "superseded": "duplicate",
}


@dataclass(frozen=True)
class Batch:
    """One batch and its file, as the gate needs them."""

    batch_id: int
    file_id: int
    status: str
    raw_table: str | None
    content_sha256: str | None
    original_name: str
    feed: str
    account_code: str | None


@contextmanager
def gate_lock(connection: Connection[Any]) -> Iterator[None]:
    """Hold gate A's lock; the server lets go of it if this process dies."""
    connection.execute("select pg_advisory_lock(%s)", [_GATE_LOCK])
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s)", [_GATE_LOCK])


def undecided_batches(
    connection: Connection[Any], batch_ids: Sequence[int] | None
) -> list[Batch]:
    """Loaded batches without a verdict, first received first; None asks for all."""
    chosen = None if batch_ids is None else list(batch_ids)
    with connection.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(
            """
            select
                batch.batch_id,
                batch.file_id,
                batch.status,
                batch.raw_table,
                batch.content_sha256,
                file.original_name,
                file.feed,
                file.account_code
            from ops.load_batches as batch
            inner join ops.source_files as file on file.file_id = batch.file_id
            where batch.status = 'loaded'
                and (%(chosen)s::bigint[] is null or batch.batch_id = any(%(chosen)s))
            order by file.received_at, batch.batch_id
            """,
            {"chosen": chosen},
        ).fetchall()


def verdicts_on(connection: Connection[Any], batch_ids: Sequence[int]) -> list[Verdict]:
    """What stands in the ledger on these batches; undecided ones have no verdict."""
    reasons = _reasons(connection, batch_ids)
    with connection.cursor(row_factory=dict_row) as cursor:
        decided = cursor.execute(
            """
            select batch.batch_id, batch.file_id, batch.status, file.original_name,
                file.feed
            from ops.load_batches as batch
            inner join ops.source_files as file on file.file_id = batch.file_id
            where batch.batch_id = any(%s) and batch.status = any(%s)
            order by file.received_at, batch.batch_id
            """,
            (list(batch_ids), list(_STATUS)),
        ).fetchall()
    return [
        Verdict(
            batch_id=row["batch_id"],
            file_id=row["file_id"],
            original_name=row["original_name"],
            feed=row["feed"],
            status=_STATUS[row["status"]],
            reasons=tuple(reasons.get(row["batch_id"], ())),
        )
        for row in decided
    ]


def _reasons(
    connection: Connection[Any], batch_ids: Sequence[int]
) -> dict[int, list[Reason]]:
    # A recheck loads the batch anew; what was found before that no longer holds. What
    # counts is the newest run, and what the load that stands found: told by identity,
    # since a clock that is set back would put a run before the load it judges.
    rows = connection.execute(
        """
        with latest as (
            select distinct on (result.batch_id, result.check_name) result.*
            from ops.gate_results as result
            inner join ops.load_batches as batch on batch.batch_id = result.batch_id
            where result.gate = 'A'
                and result.batch_id = any(%s)
                and (
                    result.checked_at = batch.loaded_at
                    or result.run_id = (
                        select newest.run_id from ops.gate_results as newest
                        where newest.gate = 'A' and newest.batch_id = batch.batch_id
                        order by newest.gate_result_id desc
                        limit 1
                    )
                )
            order by result.batch_id, result.check_name, result.gate_result_id desc
        )
        select batch_id, check_name, severity, line_number, expected, observed,
            fault_count
        from latest
        where not is_success
        order by batch_id, severity, gate_result_id
        """,
        [list(batch_ids)],
    ).fetchall()
    reasons: dict[int, list[Reason]] = {}
    for batch_id, check_name, severity, line_number, expected, observed, count in rows:
        reasons.setdefault(batch_id, []).append(
            Reason(
                check_name=check_name,
                severity=severity,
                line_number=line_number,
                expected=expected or "",
                observed=observed or "",
                fault_count=count or 1,
            )
        )
    return reasons
