"""Rebuild the warehouse from archive and ledger, and show that it is the same.

The books are brought up to date first, so that both hashes are of the same decisions.
While raw is incomplete (`ops.replays.reloaded_at` is null) builds are refused, and
gate A and builds wait for their locks. A replay that was killed is taken up again with
the hashes that were written down before anything was emptied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from acorn.command_error import CommandError
from config.warehouse import connect
from deliver.build import build_warehouse
from deliver.build_lock import lock_to_start
from deliver.content_hash import mart_hashes
from deliver.publish import publish_reports
from expectations.gate_b import check_books
from expectations.ledger import gate_lock
from extract.load.loader import reload_batch

Say = Callable[[str], object]


@dataclass(frozen=True)
class Outcome:
    """Content hash per mart and report, before and after."""

    before: dict[str, str]
    after: dict[str, str]


def replay(say: Say) -> Outcome:
    """Empty and rebuild; `say` is told the progress.

    Raises:
        CommandError: gate B does not pass.
        ExtractError: an archived document is missing or does not match the ledger.
    """
    with connect("owner", autocommit=True) as owner:
        begun = _unfinished(owner)
    if begun is None:
        say("Bringing the books up to date first")
        _build_and_publish()
    with connect("owner", autocommit=True) as owner:
        replay_id, before = begun or _begin(owner)
        with lock_to_start(), gate_lock(owner):
            say(f"Replay {replay_id}: emptying raw, marts and reports")
            owner.execute(
                "update ops.replays set reloaded_at = null where replay_id = %s",
                [replay_id],
            )
            _reload(_empty(owner), say)
            owner.execute(
                "update ops.replays set reloaded_at = now() where replay_id = %s",
                [replay_id],
            )
        say("Building the marts again")
        _build_and_publish()
        after = mart_hashes(owner)
        owner.execute(
            "update ops.replays set finished_at = now() where replay_id = %s",
            [replay_id],
        )
    return Outcome(before, after)


def _build_and_publish() -> None:
    build = build_warehouse()
    verdict = check_books(build.build_id)
    if not verdict.is_success:
        raise CommandError(f"Gate B does not pass. {verdict.sentence()}")
    publish_reports(build.build_id)


def _unfinished(owner: Connection) -> tuple[int, dict[str, str]] | None:
    row = owner.execute(
        "select replay_id, hashes_before from ops.replays where finished_at is null"
    ).fetchone()
    return (row[0], row[1]) if row else None


def _begin(owner: Connection) -> tuple[int, dict[str, str]]:
    before = mart_hashes(owner)
    row = owner.execute(
        "insert into ops.replays (hashes_before) values (%s) returning replay_id",
        [Jsonb(before)],
    ).fetchone()
    assert row is not None
    return row[0], before


def _empty(owner: Connection) -> list[int]:
    """Truncate; answer the batches that had rows, seen under the same locks."""
    with owner.transaction():
        tables = owner.execute(
            "select schemaname, tablename from pg_tables "
            "where schemaname in ('raw', 'intermediate', 'marts', 'reports')"
        ).fetchall()
        owner.execute(
            sql.SQL("truncate {}").format(
                sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
            )
        )
        rows = owner.execute(
            "select batch_id from ops.load_batches "
            "where raw_table is not null and loaded_at is not null order by 1"
        ).fetchall()
    return [row[0] for row in rows]


def _reload(batches: list[int], say: Say) -> None:
    with connect("loader", autocommit=True) as loader:
        for done, batch_id in enumerate(batches, start=1):
            reload_batch(loader, batch_id)
            if done % 25 == 0 or done == len(batches):
                say(f"Loaded {done} of {len(batches)} files from the archive")
