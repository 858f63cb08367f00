"""Write gate A's verdict on one batch: results, status and alert in one transaction."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from deliver.alerts import raise_alert
from expectations.chinese import sentence_zh
from expectations.ledger import Batch
from expectations.records import Reason, Severity, Verdict, VerdictStatus
from expectations.standing import Standing, find_standing
from expectations.suites.suite import Suite

GATE = "gate A"
ALERT_KIND = "quarantined_batch"
# Decided with the verdict, not by a rule: it depends on the batches decided before.
STANDING_CHECK = "settlement_is_new"
_NEW_SETTLEMENT = "a settlement that is not in the books yet"

_LEDGER_STATUS = {
    "accepted": "accepted",
    "quarantined": "quarantined",
    "duplicate": "superseded",
}


def new_reason(
    check_name: str, expected: str, observed: str, severity: Severity = "critical"
) -> Reason:
    """A reason that concerns the file as a whole."""
    return Reason(check_name, severity, None, expected, observed)


def alert_key(batch_id: int) -> str:
    """Subject of a batch's alert."""
    return f"batch {batch_id}"


def decide(
    connection: Connection[Any],
    batch: Batch,
    suite: Suite | None,
    reasons: list[Reason],
    run_id: str,
) -> None:
    """Accept the batch, set it aside, or recognise it as a duplicate.

    Does nothing when the batch was decided meanwhile or another process holds it.
    """
    with connection.transaction():
        if not _lock(connection, batch):
            return
        standing = find_standing(connection, batch)
        status, told = _judge(standing, reasons)
        verdict = Verdict(
            batch_id=batch.batch_id,
            file_id=batch.file_id,
            original_name=batch.original_name,
            feed=batch.feed,
            status=status,
            reasons=tuple(told),
        )
        _write_results(connection, batch, suite, told, run_id)
        _set_status(connection, verdict, standing)
        if verdict.is_quarantined:
            _alert_quarantine(connection, verdict)


def _alert_quarantine(connection: Connection[Any], verdict: Verdict) -> None:
    """Tell people that a file was set aside and what they can do."""
    told = verdict.critical_reasons or verdict.reasons
    faults_zh = "；".join(sentence_zh(reason) for reason in told)
    raise_alert(
        connection,
        kind=ALERT_KIND,
        severity="critical",
        subject_key=alert_key(verdict.batch_id),
        message_en=f"{verdict.sentence()} Get a correct file, or decide with"
        f" `acorn release {verdict.batch_id}`.",
        message_zh=f"{verdict.feed} 文件 {verdict.original_name} 已隔离：{faults_zh}。"
        f"请取得正确的文件，或用 `acorn release {verdict.batch_id}` 处理。",
    )


def _lock(connection: Connection[Any], batch: Batch) -> bool:
    found = connection.execute(
        """
        select from ops.load_batches
        where batch_id = %s and status = 'loaded' for update skip locked
        """,
        [batch.batch_id],
    )
    return found.fetchone() is not None


def _judge(
    standing: Standing | None, reasons: list[Reason]
) -> tuple[VerdictStatus, list[Reason]]:
    is_faulty = any(reason.severity == "critical" for reason in reasons)
    if standing is None:
        return ("quarantined" if is_faulty else "accepted"), reasons
    if standing.relation == "contradiction":
        contradiction = new_reason(
            STANDING_CHECK, _NEW_SETTLEMENT, standing.description
        )
        return "quarantined", [*reasons, contradiction]
    if standing.relation == "other layout" and is_faulty:
        return "quarantined", reasons
    known = new_reason(
        STANDING_CHECK, _NEW_SETTLEMENT, standing.description, severity="warning"
    )
    return "duplicate", [known]


def _write_results(
    connection: Connection[Any],
    batch: Batch,
    suite: Suite | None,
    reasons: list[Reason],
    run_id: str,
) -> None:
    failed = {reason.check_name for reason in reasons}
    held = [r for r in suite.rules if r.check_name not in failed] if suite else []
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.gate_results (
                gate, run_id, batch_id, check_name, severity, is_success,
                line_number, fault_count, expected, observed
            )
            values ('A', %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                *(
                    (run_id, batch.batch_id, rule.check_name, rule.severity, True)
                    + (None, 0, None, None)
                    for rule in held
                ),
                *(
                    (run_id, batch.batch_id, reason.check_name, reason.severity, False)
                    + (reason.line_number, reason.fault_count)
                    + (reason.expected, reason.observed)
                    for reason in reasons
                ),
            ],
        )


def _set_status(
    connection: Connection[Any], verdict: Verdict, standing: Standing | None
) -> None:
    superseded_by = (
        standing.batch_id if standing and verdict.status == "duplicate" else None
    )
    connection.execute(
        """
        update ops.load_batches set
            status = %s, decided_at = now(), decided_by = %s, reason = %s,
            superseded_by = %s
        where batch_id = %s
        """,
        (
            _LEDGER_STATUS[verdict.status],
            GATE,
            verdict.sentence() if verdict.reasons else None,
            superseded_by,
            verdict.batch_id,
        ),
    )
