"""Rebuild the warehouse from archive and ledger, and show that it is the same.

While a replay is unfinished (`ops.replays.finished_at` is null) builds are refused,
because raw is incomplete. A replay that was killed is taken up again with the hashes
that were written down before anything was emptied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from acorn.errors import CommandError
from config.warehouse import connect
from deliver.build import build_warehouse
from deliver.content_hash import mart_hashes
from deliver.publish import publish_reports
from expectations.gate_b import check_books
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
        CommandError: gate B did not pass on the rebuilt books.
        ExtractError: an archived document is missing or does not match the ledger.
    """
    with connect("owner", autocommit=True) as owner:
        replay_id, before = _begin(owner)
        say(f"Replay {replay_id}: emptying raw, marts and reports")
        _empty(owner)
    _reload(say)
    with connect("owner", autocommit=True) as owner:
        owner.execute(
            "update ops.replays set finished_at = now() where replay_id = %s",
            [replay_id],
        )
    say("Building the marts again")
    build = build_warehouse()
    if not check_books(build.build_id).is_success:
        raise CommandError("Gate B failed on the rebuilt books: see ops.gate_results.")
    publish_reports(build.build_id)
    with connect("transformer") as connection:
        return Outcome(before, mart_hashes(connection))


def _begin(owner: Connection) -> tuple[int, dict[str, str]]:
    open_replay = owner.execute(
        "select replay_id, hashes_before from ops.replays where finished_at is null"
    ).fetchone()
    if open_replay:
        return open_replay[0], open_replay[1]
    before = mart_hashes(owner)
    row = owner.execute(
        "insert into ops.replays (hashes_before) values (%s) returning replay_id",
        [Jsonb(before)],
    ).fetchone()
    assert row is not None
    return row[0], before


def _empty(owner: Connection) -> None:
    tables = owner.execute(
        "select schemaname, tablename from pg_tables "
        "where schemaname in ('raw', 'intermediate', 'marts', 'reports')"
    ).fetchall()
    if not tables:
        return
    owner.execute(
        sql.SQL("truncate {}").format(
            sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
        )
    )


def _reload(say: Say) -> None:
    with connect("loader") as loader:
        batches = [
            row[0]
            for row in loader.execute(
                "select batch_id from ops.load_batches "
                "where raw_table is not null and loaded_at is not null order by 1"
            )
        ]
        loader.rollback()
        for done, batch_id in enumerate(batches, start=1):
            reload_batch(loader, batch_id)
            loader.commit()
            if done % 25 == 0 or done == len(batches):
                say(f"Loaded {done} of {len(batches)} files from the archive")
