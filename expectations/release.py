"""A person's decision about a quarantined file: release it, or have it checked again.

A release is written to ops.decisions, which nobody can change. What a person may
waive is a judgement (an odd period, a settlement Amazon restated). Nobody may waive
that lines add up, or values the models could not read.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from config.warehouse import connect
from deliver.alerts import resolve_alert
from expectations.ledger import Batch, gate_lock, verdicts_on
from expectations.records import Reason, Verdict
from expectations.standing import find_standing
from expectations.suites import SUITES
from expectations.verdicts import ALERT_KIND, STANDING_CHECK, alert_key


class DecisionRefused(Exception):
    """The decision cannot be carried out; the message says why and what to do."""


def release_batch(batch_id: int, actor: str, reason: str) -> Verdict:
    """Let a quarantined batch into the books on `actor`'s word.

    If another batch stands for the same settlement, this one takes its place; the
    other is kept as superseded.

    Raises:
        DecisionRefused: the batch is not quarantined, was never loaded, or fails a
            check that nobody may waive.
    """
    if not actor.strip() or not reason.strip():
        raise DecisionRefused("A release needs who decides and why.")
    with connect("loader", autocommit=True) as connection, gate_lock(connection):
        with connection.transaction():
            batch = _quarantined(connection, batch_id)
            (verdict,) = verdicts_on(connection, [batch_id])
            _refuse_unless_waivable(connection, batch, verdict)
            _write_decision(connection, "release", batch_id, actor, reason)
            _supersede_standing(connection, batch, actor)
            _set_status(connection, batch_id, "released", actor, reason)
            resolve_alert(connection, ALERT_KIND, alert_key(batch_id))
        (released,) = verdicts_on(connection, [batch_id])
        return released


def recheck_batch(batch_id: int, actor: str = "recheck") -> None:
    """Put a quarantined batch back to `received`: loader and gate decide anew.

    For use after a setting or the code was corrected. The archived bytes are the same.

    Raises:
        DecisionRefused: the batch is not quarantined.
    """
    with connect("loader", autocommit=True) as connection, gate_lock(connection):
        with connection.transaction():
            _quarantined(connection, batch_id)
            connection.execute("select ops.discard_undecided_rows(%s)", [batch_id])
            connection.execute(
                """
                update ops.load_batches set
                    status = 'received', raw_table = null, row_count = null,
                    content_sha256 = null, loaded_at = null, decided_at = null,
                    decided_by = %s, reason = null, superseded_by = null
                where batch_id = %s
                """,
                (actor, batch_id),
            )
            resolve_alert(connection, ALERT_KIND, alert_key(batch_id))


def _quarantined(connection: Connection[Any], batch_id: int) -> Batch:
    with connection.cursor(row_factory=class_row(Batch)) as cursor:
        batch = cursor.execute(
            """
            select
                batch.batch_id, batch.file_id, batch.status, batch.raw_table,
                batch.content_sha256, file.original_name, file.feed, file.account_code
            from ops.load_batches as batch
            inner join ops.source_files as file on file.file_id = batch.file_id
            where batch.batch_id = %s
            for update of batch
            """,
            [batch_id],
        ).fetchone()
    if batch is None:
        raise DecisionRefused(f"There is no batch {batch_id}.")
    if batch.status != "quarantined":
        raise DecisionRefused(
            f"Batch {batch_id} ({batch.original_name}) is {batch.status}; only a "
            f"quarantined batch waits for a decision."
        )
    return batch


def _refuse_unless_waivable(
    connection: Connection[Any], batch: Batch, verdict: Verdict
) -> None:
    name = f"Batch {batch.batch_id} ({batch.original_name})"
    if not _is_loaded(connection, batch.batch_id):
        raise DecisionRefused(
            f"{name} was never loaded, so there is nothing to release: "
            f"{verdict.sentence()} Get a file that can be read."
        )
    for reason in verdict.critical_reasons:
        if not _is_waivable(batch.feed, reason):
            raise DecisionRefused(
                f"{name} cannot be released, since no one may waive the check "
                f"{reason.check_name}: {reason.sentence()}. Get a correct file, or "
                f"correct the setting at fault and check the batch again."
            )


def _is_loaded(connection: Connection[Any], batch_id: int) -> bool:
    found = connection.execute(
        """
        select from ops.load_batches
        where batch_id = %s and loaded_at is not null and raw_table is not null
            and row_count is not null
        """,
        [batch_id],
    )
    return found.fetchone() is not None


def _is_waivable(feed: str, reason: Reason) -> bool:
    if reason.check_name == STANDING_CHECK:
        return True
    rules = SUITES[feed].rules if feed in SUITES else ()
    return any(r.check_name == reason.check_name and r.is_waivable for r in rules)


def _write_decision(
    connection: Connection[Any], action: str, batch_id: int, actor: str, reason: str
) -> None:
    connection.execute(
        """
        insert into ops.decisions (actor, action, subject_key, reason)
        values (%s, %s, %s, %s)
        """,
        (actor, action, alert_key(batch_id), reason),
    )


def _supersede_standing(connection: Connection[Any], batch: Batch, actor: str) -> None:
    standing = find_standing(connection, batch)
    if standing is None:
        return
    connection.execute(
        """
        update ops.load_batches set
            status = 'superseded', decided_at = now(), decided_by = %s, reason = %s,
            superseded_by = %s
        where batch_id = %s
        """,
        (
            actor,
            f"replaced by {batch.original_name} (batch {batch.batch_id}), released "
            f"by {actor}",
            batch.batch_id,
            standing.batch_id,
        ),
    )


def _set_status(
    connection: Connection[Any], batch_id: int, status: str, actor: str, reason: str
) -> None:
    connection.execute(
        """
        update ops.load_batches set
            status = %s, decided_at = now(), decided_by = %s, reason = %s
        where batch_id = %s
        """,
        (status, actor, reason, batch_id),
    )
