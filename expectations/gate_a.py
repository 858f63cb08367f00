"""Gate A: decide which loaded batches make sense; nothing is ever deleted.

One checkpoint judges many files; one transaction per file writes its verdict, so a file
at fault never holds up the others, and a gate killed at any point goes on where it
stopped when it is run again. Two gates at once take turns.

Run as role loader. Data flow: raw.*, ops.* -> ops.settlement_profiles,
ops.gate_results, ops.load_batches (accepted, quarantined, superseded), ops.alerts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import Connection, sql

from config.company import Company, load_company
from config.warehouse import connect
from expectations.checkpoints import GROUP_SIZE, GateFailed, find_faults
from expectations.context import import_ahead
from expectations.ledger import (
    Batch,
    gate_lock,
    undecided_batches,
    verdicts_on,
)
from expectations.records import Reason, Verdict
from expectations.rules import Fault
from expectations.suites import SUITES
from expectations.suites.suite import FeedSuite
from expectations.verdicts import decide, new_reason


def check_batches(batch_ids: Sequence[int] | None = None) -> list[Verdict]:
    """Judge these batches, or every loaded and undecided one; answer the verdicts.

    A batch that was decided before keeps its verdict, which is answered as well. A
    batch that is not loaded yet, or that another process holds, has none.

    Raises:
        GateFailed: a rule could not be run, or the rules were given nothing of a
            batch; the batches of its feed stay undecided.
    """
    company = load_company()
    run_id = f"gate-a-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    with connect("loader", autocommit=True) as connection, gate_lock(connection):
        batches = undecided_batches(connection, batch_ids)
        if batches:
            import_ahead()
        for feed in dict.fromkeys(batch.feed for batch in batches):
            own = [batch for batch in batches if batch.feed == feed]
            _check_feed(connection, feed, own, company, run_id)
        judged = [batch.batch_id for batch in batches]
        return verdicts_on(connection, judged if batch_ids is None else batch_ids)


def _check_feed(
    connection: Connection[Any],
    feed: str,
    batches: list[Batch],
    company: Company,
    run_id: str,
) -> None:
    suite = SUITES.get(feed)
    if suite is None:
        reason = new_reason("feed_is_known", f"one of {', '.join(SUITES)}", feed)
        for batch in batches:
            decide(connection, batch, None, [reason], run_id)
        return
    unreadable = _prepare(connection, suite, batches)
    readable = [b.batch_id for b in batches if b.batch_id not in unreadable]
    groups = [
        suite.rows(readable[start : start + GROUP_SIZE], company)
        for start in range(0, len(readable), GROUP_SIZE)
    ]
    _refuse_unjudged(connection, suite, groups, readable)
    faults = find_faults(connection, suite, groups, "loader", run_id)
    for batch in batches:
        if batch.batch_id in unreadable:
            decide(connection, batch, None, [unreadable[batch.batch_id]], run_id)
        else:
            reasons = [_reason(f) for f in faults if f.batch_id == batch.batch_id]
            decide(connection, batch, suite, reasons, run_id)


def _refuse_unjudged(
    connection: Connection[Any],
    suite: FeedSuite,
    groups: Sequence[sql.Composable],
    batch_ids: Sequence[int],
) -> None:
    """A batch without a row to judge would pass every rule, so no verdict is given."""
    judged = {
        row[0]
        for group in groups
        for row in connection.execute(
            sql.SQL("select distinct batch_id from ({}) as suite_rows").format(group)
        )
    }
    if unjudged := sorted(set(batch_ids) - judged):
        raise GateFailed(
            f"Suite {suite.name} has no rows to judge for batch "
            f"{', '.join(map(str, unjudged))}."
        )


def _prepare(
    connection: Connection[Any], suite: FeedSuite, batches: list[Batch]
) -> dict[int, Reason]:
    """Profile all at once; if a value breaks that, one by one to find whose it is."""
    try:
        _prepare_in_shares(connection, suite, [batch.batch_id for batch in batches])
        return {}
    except psycopg.DataError:
        unreadable = {}
    for batch in batches:
        try:
            with connection.transaction():
                suite.prepare(connection, [batch.batch_id])
        except psycopg.DataError as error:
            unreadable[batch.batch_id] = new_reason(
                "file_is_readable",
                "values that can be read",
                str(error.diag.message_primary),
            )
    return unreadable


def _prepare_in_shares(
    connection: Connection[Any], suite: FeedSuite, batch_ids: Sequence[int]
) -> None:
    """Half of the batches over a second connection: one statement uses one processor.

    Raises:
        psycopg.DataError: a value broke a statement; the other share may be prepared.
    """
    own, others = batch_ids[::2], batch_ids[1::2]
    with ThreadPoolExecutor(1) as pool:
        helper = pool.submit(_prepare_share, suite, others) if others else None
        with connection.transaction():
            suite.prepare(connection, own)
    if helper:
        helper.result()


def _prepare_share(suite: FeedSuite, batch_ids: Sequence[int]) -> None:
    with connect("loader") as connection:
        suite.prepare(connection, batch_ids)


def _reason(fault: Fault) -> Reason:
    return Reason(
        check_name=fault.rule.check_name,
        severity=fault.rule.severity,
        line_number=fault.line_number,
        expected=fault.expected,
        observed=fault.observed,
        fault_count=fault.fault_count,
    )
