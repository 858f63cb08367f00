"""One build at a time: an advisory lock for what runs, a ledger row for what is begun.

A build may be one process (`acorn build`) or several tasks (the DAG). Each piece of
work holds the lock; Postgres lets go of it when the process dies, however it dies.
Between two tasks of a DAG nobody holds it, so a row `running` with a free lock is
either such a pause or a build that died. A build of one process never pauses: with a
free lock it is dead. Others are given PAUSE_SECONDS to go on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from config.warehouse import connect

_LOCK = 7_201_002
WAIT_SECONDS = 900
PAUSE_SECONDS = 45
_POLL_SECONDS = 0.5


class BuildBusy(Exception):
    """Another build is at work and did not finish in time."""


class BuildReplaced(Exception):
    """A newer build took this one's place, or it was given up."""


@contextmanager
def build_lock(wait_seconds: float = WAIT_SECONDS) -> Iterator[Connection[Any]]:
    """Hold the lock; the connection that holds it is autocommit, role transformer.

    Raises:
        BuildBusy: somebody else holds it for longer than `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    with connect("transformer", autocommit=True) as connection:
        while not _try_lock(connection):
            _sleep_until(deadline, connection)
        yield connection


@contextmanager
def marts_of(build_id: int, wait_seconds: float = WAIT_SECONDS) -> Iterator[Any]:
    """Hold the marts still while they are read as those of the newest build.

    Raises:
        BuildReplaced: a newer build was started, so the marts are its own by now; the
            newer build will be published in place of this one.
        BuildBusy: another build is at work and does not end.
    """
    with build_lock(wait_seconds) as connection:
        row = connection.execute("select max(build_id) from ops.builds").fetchone()
        if row is None or row[0] != build_id:
            raise BuildReplaced(
                f"Build {build_id} is not the newest one, so the marts are no longer "
                f"its own. Publish build {row[0] if row else 'none'} instead."
            )
        yield connection


@contextmanager
def lock_to_start(wait_seconds: float = WAIT_SECONDS) -> Iterator[Connection[Any]]:
    """Hold the lock with no build running; builds that died are noted as failed.

    Raises:
        BuildBusy: another build runs for longer than `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    quiet_since: float | None = None
    with connect("transformer", autocommit=True) as connection:
        while True:
            if _try_lock(connection):
                quiet_since = quiet_since or time.monotonic()
                is_pause_over = time.monotonic() - quiet_since > PAUSE_SECONDS
                if _end_dead_builds(connection, is_pause_over):
                    break
                connection.execute("select pg_advisory_unlock(%s)", [_LOCK])
            else:
                quiet_since = None
            _sleep_until(deadline, connection)
        yield connection


def _try_lock(connection: Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
    return bool(row and row[0])


def _end_dead_builds(connection: Connection[Any], is_pause_over: bool) -> bool:
    """Note dead builds as failed; False when one may be pausing between two tasks."""
    connection.execute(
        """
        update ops.builds set status = 'failed', finished_at = now()
        where status = 'running'
            and (%s or cast(settings ->> 'is_one_process' as boolean))
        """,
        [is_pause_over],
    )
    running = connection.execute("select from ops.builds where status = 'running'")
    return running.fetchone() is None


def _sleep_until(deadline: float, connection: Connection[Any]) -> None:
    if time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        return
    row = connection.execute(
        "select build_id, started_at from ops.builds where status = 'running'"
    ).fetchone()
    told = f"Build {row[0]}, started {row[1]:%Y-%m-%d %H:%M} UTC," if row else "A build"
    raise BuildBusy(
        f"{told} is still at work. Wait for it, or look at the DAG transform_warehouse."
    )
