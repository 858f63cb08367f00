"""Files that people hand in: archived, loaded and judged in one go.

For `acorn import` and the manual drop DAG. Each file stands for itself: one that
cannot be read stops none of the others. Importing a file again changes nothing and
answers the verdict that stands.

Data flow: file -> archive -> raw.* -> gate A.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from psycopg import Connection

from config.company import load_company
from config.warehouse import connect
from expectations.gate_a import check_batches
from expectations.records import Reason, Verdict, VerdictStatus
from extract.archive import archive_document
from extract.errors import ExtractError
from extract.load.loader import load_batch
from extract.records import FEEDS, UNKNOWN_FEED, SourceDocument
from extract.transport import unpacked

# What a batch's standing status is called in a verdict.
_STANDING: dict[str, VerdictStatus] = {
    "accepted": "accepted",
    "released": "accepted",
    "quarantined": "quarantined",
    "superseded": "duplicate",
}
# Not one of the ledger's: the file is not in it, or another process holds it.
_ERROR = cast(VerdictStatus, "error")


def import_files(
    paths: Sequence[Path], account_code: str | None, feed: str | None = None
) -> list[Verdict]:
    """Archive, load and judge files of one account; one verdict each, in their order.

    `account_code` None is for company-wide feeds; `feed` None finds out by content. A
    file that cannot be taken in at all has a verdict with the status `error`.

    Raises:
        CompanyFileError: company.yml has no such account.
        ValueError: there is no such feed.
    """
    if account_code is not None:
        load_company().account(account_code)
    if feed is not None and feed not in FEEDS:
        raise ValueError(f"Unknown feed {feed!r}; one of {', '.join(FEEDS)}")
    with connect("loader", autocommit=True) as connection:
        taken: list[int | Verdict] = []
        for path in paths:
            try:
                taken.append(_take_in(connection, path, account_code, feed))
            except OSError as fault:
                taken.append(_error(str(path), feed, fault.strerror or str(fault)))
            except ExtractError as fault:
                taken.append(_error(str(path), feed, str(fault)))
        verdicts = _judge(connection, [item for item in taken if isinstance(item, int)])
    return [verdicts[item] if isinstance(item, int) else item for item in taken]


def _take_in(
    connection: Connection[Any], path: Path, account_code: str | None, feed: str | None
) -> int:
    """Archive and load one file; its batch."""
    with unpacked(path) as document:
        archived = archive_document(
            connection,
            SourceDocument(
                path=document,
                original_name=path.name,
                source="manual",
                authority="manual",
                feed=feed,
                account_code=account_code,
            ),
        )
    load_batch(connection, archived.batch_id)
    return archived.batch_id


def _judge(connection: Connection[Any], batch_ids: Sequence[int]) -> dict[int, Verdict]:
    """Gate A's verdict on the loaded batches, the standing one on all others."""
    rows = connection.execute(
        """
        select batch_id from ops.load_batches
        where batch_id = any(%s) and status = 'loaded' order by batch_id
        """,
        [list(batch_ids)],
    ).fetchall()
    undecided = [row[0] for row in rows]
    verdicts = {v.batch_id: v for v in check_batches(undecided)} if undecided else {}
    for batch_id in batch_ids:
        if batch_id not in verdicts:
            verdicts[batch_id] = _standing_verdict(connection, batch_id)
    return verdicts


def _standing_verdict(connection: Connection[Any], batch_id: int) -> Verdict:
    row = connection.execute(
        """
        select batch.file_id, file.original_name, file.feed, batch.status
        from ops.load_batches as batch
        inner join ops.source_files as file on file.file_id = batch.file_id
        where batch.batch_id = %s
        """,
        [batch_id],
    ).fetchone()
    assert row is not None  # archived above
    file_id, original_name, feed, status = row
    if status not in _STANDING:
        return _error(original_name, feed, "another process that imports it just now")
    return Verdict(
        batch_id=batch_id,
        file_id=file_id,
        original_name=original_name,
        feed=feed,
        status=_STANDING[status],
        reasons=_standing_reasons(connection, batch_id),
    )


def _standing_reasons(connection: Connection[Any], batch_id: int) -> tuple[Reason, ...]:
    """What was found at fault since the batch was loaded, or refused, last."""
    rows = connection.execute(
        """
        select
            result.check_name, result.severity, result.line_number, result.expected,
            result.observed, result.fault_count
        from ops.gate_results as result
        inner join ops.load_batches as batch on batch.batch_id = result.batch_id
        where
            batch.batch_id = %s
            and not result.is_success
            and result.checked_at >= coalesce(batch.loaded_at, batch.decided_at)
        order by result.gate_result_id
        """,
        [batch_id],
    ).fetchall()
    return tuple(
        Reason(
            check_name=check_name,
            severity=severity,
            line_number=line_number,
            expected=expected or "",
            observed=observed or "",
            fault_count=fault_count or 1,
        )
        for check_name, severity, line_number, expected, observed, fault_count in rows
    )


def _error(name: str, feed: str | None, observed: str) -> Verdict:
    """The verdict on a file that did not get as far as the ledger's judgement."""
    reason = Reason(
        check_name="importable_file",
        severity="critical",
        line_number=None,
        expected="a file that can be taken in",
        observed=observed,
    )
    return Verdict(
        batch_id=0,
        file_id=0,
        original_name=name,
        feed=feed or UNKNOWN_FEED,
        status=_ERROR,
        reasons=(reason,),
    )
