"""Builds: from accepted batches to marts, with dbt.

A build sees a frozen set of batches: they are written to ops.visible_batches in one
transaction before dbt starts, so every model of the build agrees while files go on
arriving. What a build was made of is in ops.builds.

Everything is written again (full refresh) when models, seeds or settings differ from
those of the last build that succeeded, or when a build in between had others: its
tables may still stand. A change of line rules alone restates the batches it touches.

Steps may run in one process (`build_warehouse`) or in one each (the DAG); a build is
known by its id. Killed at any point, nothing needs repair: the next build derives what
is missing from the data.

Data flow: ops.load_batches -> ops.visible_batches -> dbt -> marts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from config.company import load_company
from config.warehouse import connect
from deliver import dbt
from deliver.build_lock import BuildReplaced, build_lock, lock_to_start
from deliver.project import dbt_vars, project_sha256

# dbt_project/selectors.yml: the selectors `staging` and `marts` in one start of dbt.
WHOLE_BUILD = "everyday"


class BuildRefused(Exception):
    """A build cannot start now; the message says what to do first."""


@dataclass(frozen=True)
class Build:
    """One build, as tasks hand it on."""

    build_id: int
    is_full_refresh: bool
    vars: dict[str, Any]


def build_warehouse() -> Build:
    """A whole build in this process, other builds kept out.

    Raises:
        BuildRefused: a replay is unfinished.
        BuildBusy: another build does not end.
        DbtFailed: a model or test failed; the build is noted as failed.
    """
    with lock_to_start() as connection:
        build = _begin(connection, is_one_process=True)
        try:
            _run_selector(build, WHOLE_BUILD)
        except BaseException:
            _finish(connection, build, "failed")
            raise
        _finish(connection, build, "built")
    return build


def start_build() -> Build:
    """Begin a build of several tasks: freeze what it sees.

    Raises:
        BuildRefused: a replay is unfinished.
        BuildBusy: another build does not end.
    """
    with lock_to_start() as connection:
        return _begin(connection, is_one_process=False)


def run_dbt(build: Build, selector: str) -> None:
    """Run one selector of dbt_project/selectors.yml for a build that was started.

    Raises:
        BuildReplaced: it is not running any more.
        DbtFailed: a model or test failed.
    """
    with build_lock() as connection:
        _require_running(connection, build)
        _run_selector(build, selector)


def finish_build(build: Build, status: Literal["built", "failed"]) -> None:
    """Note how the build ended. A build that ended keeps its status.

    Raises:
        BuildReplaced: it cannot be noted as built, for it was given up.
    """
    with build_lock() as connection:
        _finish(connection, build, status)


def load_build(build_id: int) -> Build:
    """A build by its id.

    Raises:
        LookupError: there is none.
    """
    with connect("transformer") as connection:
        row = connection.execute(
            "select is_full_refresh, settings -> 'vars' from ops.builds"
            " where build_id = %s",
            [build_id],
        ).fetchone()
    if row is None:
        raise LookupError(f"There is no build {build_id}.")
    return Build(build_id, is_full_refresh=row[0], vars=row[1])


def _begin(connection: Connection[Any], is_one_process: bool) -> Build:
    with connection.transaction():
        _refuse_unfinished_replay(connection)
        project = project_sha256()
        variables = dbt_vars(load_company())
        is_full_refresh = _differs_from_what_stands(connection, project, variables)
        as_of = _freeze_visible_batches(connection)
        row = connection.execute(
            """
            insert into ops.builds (project_sha256, settings, as_of, is_full_refresh)
            values (%s, %s, %s, %s)
            returning build_id
            """,
            [
                project,
                Jsonb({"vars": variables, "is_one_process": is_one_process}),
                as_of,
                is_full_refresh,
            ],
        ).fetchone()
    assert row is not None  # an insert answers its row
    return Build(row[0], is_full_refresh, variables)


def _refuse_unfinished_replay(connection: Connection[Any]) -> None:
    found = connection.execute(
        "select replay_id from ops.replays where reloaded_at is null"
    ).fetchone()
    if found:
        raise BuildRefused(
            f"Replay {found[0]} is unfinished, so raw is incomplete. Run `acorn "
            f"replay` to take it up again; it builds at its end."
        )


def _differs_from_what_stands(
    connection: Connection[Any], project: str, variables: dict[str, Any]
) -> bool:
    """Whether any table may stem from another project or other settings."""
    row = connection.execute(
        """
        with last_built as (
            select max(build_id) as build_id from ops.builds where status = 'built'
        )
        select bool_and(
            builds.project_sha256 = %s and builds.settings -> 'vars' = %s
        )
        from ops.builds
        inner join last_built on builds.build_id >= last_built.build_id
        """,
        [project, Jsonb(variables)],
    ).fetchone()
    return not (row and row[0])


def _freeze_visible_batches(connection: Connection[Any]) -> datetime | None:
    """Freeze what the build sees; returns the newest decision known at that moment.

    One statement has one snapshot. With two, a batch accepted in between would be older
    than the build, yet not in it, and no later check would call for a build.
    """
    connection.execute("delete from ops.visible_batches")
    row = connection.execute(
        """
        with frozen as (
            insert into ops.visible_batches (
                batch_id, file_id, feed, raw_table, account_code, encoding,
                decimal_style, timestamp_style, date_style, known_at
            )
            select
                batch.batch_id, file.file_id, file.feed, batch.raw_table,
                file.account_code, file.encoding, file.decimal_style,
                file.timestamp_style, file.date_style, batch.decided_at
            from ops.load_batches as batch
            inner join ops.source_files as file on file.file_id = batch.file_id
            where batch.status in ('accepted', 'released')
                and batch.raw_table is not null
        )
        select max(decided_at) from ops.load_batches
        """
    ).fetchone()
    return row[0] if row else None


def _run_selector(build: Build, selector: str) -> None:
    full_refresh = ("--full-refresh",) if build.is_full_refresh else ()
    dbt.run(
        (
            *("build", "--selector", selector, *full_refresh),
            # Unit tests prove rules on made-up rows; here real ones are at work.
            *("--exclude-resource-type", "unit_test", "--fail-fast"),
        ),
        build.vars,
    )


def _require_running(connection: Connection[Any], build: Build) -> None:
    row = connection.execute(
        "select status from ops.builds where build_id = %s", [build.build_id]
    ).fetchone()
    status = row[0] if row else "unknown"
    if status != "running":
        raise BuildReplaced(
            f"Build {build.build_id} is {status}: another build took its place. Start "
            f"a new one."
        )


def _finish(
    connection: Connection[Any], build: Build, status: Literal["built", "failed"]
) -> None:
    changed = connection.execute(
        "update ops.builds set status = %s, finished_at = now()"
        " where build_id = %s and status = 'running'",
        [status, build.build_id],
    ).rowcount
    if changed or status == "failed":
        return
    row = connection.execute(
        "select status from ops.builds where build_id = %s", [build.build_id]
    ).fetchone()
    if row is None or row[0] != "built":
        raise BuildReplaced(
            f"Build {build.build_id} was given up: another build took its place."
        )
