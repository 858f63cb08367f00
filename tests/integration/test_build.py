"""Builds: one at a time, of a frozen set, recovered after a kill."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from config.warehouse import connect
from deliver import build_lock
from deliver.build import (
    BuildRefused,
    build_warehouse,
    finish_build,
    load_build,
    run_dbt,
    start_build,
)
from deliver.build_lock import BuildBusy, BuildReplaced, lock_to_start
from deliver.dbt import DbtFailed
from tests.dbt.small_files import SALE, Line, copy_project, import_settlement

pytestmark = pytest.mark.integration
# Stops a build right after it wrote what it sees, until lock 77 is free.
HOLD_THE_FREEZE = """
    create function ops.hold_the_freeze() returns trigger language plpgsql as $$
        begin
            perform pg_advisory_xact_lock(77);
            return null;
        end
    $$;
    create trigger hold_the_freeze after insert on ops.visible_batches
        for each statement execute function ops.hold_the_freeze();
"""
STATUSES = "select status from ops.builds order by build_id"


def add_settlement(folder, settlement_id: str) -> int:
    lines = [Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2")]
    return import_settlement(folder, settlement_id, ("2026-06-01", "2026-06-15"), lines)


def test_build_of_tasks_is_known_by_its_id(warehouse):
    build = start_build()

    assert load_build(build.build_id) == build
    finish_build(build, "built")
    finish_build(build, "built")  # a task that is tried again

    assert warehouse.rows(STATUSES) == ["built"]


def test_build_sees_what_was_accepted_when_it_began(warehouse, tmp_path):
    first = add_settlement(tmp_path, "20000000001")
    start_build()
    add_settlement(tmp_path, "20000000002")

    seen = warehouse.rows("select batch_id from ops.visible_batches")

    assert seen == [first]


def test_build_does_not_count_what_was_accepted_while_it_froze(warehouse, tmp_path):
    first = add_settlement(tmp_path, "20000000001")
    with warehouse.connect("owner") as gate, ThreadPoolExecutor(1) as pool:
        gate.execute(HOLD_THE_FREEZE)
        gate.execute("select pg_advisory_lock(77)")
        build = pool.submit(start_build)
        while not warehouse.rows("select from pg_locks where not granted"):
            assert not build.done(), build.result()
        add_settlement(tmp_path, "20000000002")
        gate.execute("select pg_advisory_unlock(77)")
        build.result(timeout=30)

    assert warehouse.rows("select batch_id from ops.visible_batches") == [first]
    assert warehouse.rows(
        "select batch_id from ops.load_batches"
        " where decided_at <= (select as_of from ops.builds)"
    ) == [first]


def test_build_is_refused_while_a_replay_is_unfinished(warehouse):
    warehouse.rows("insert into ops.replays (hashes_before) values ('{}') returning 1")

    with pytest.raises(BuildRefused, match="acorn replay"):
        start_build()

    assert warehouse.rows(STATUSES) == []


def test_build_waits_for_one_at_work_and_says_so(warehouse):
    with lock_to_start():
        with pytest.raises(BuildBusy, match="still at work"):
            with lock_to_start(wait_seconds=0):
                pass


def test_build_between_two_tasks_is_left_alone(warehouse):
    start_build()

    with pytest.raises(BuildBusy, match="Build 1"):
        with lock_to_start(wait_seconds=0):
            pass

    assert warehouse.rows(STATUSES) == ["running"]


def test_build_of_tasks_that_died_is_given_up(warehouse, monkeypatch):
    monkeypatch.setattr(build_lock, "PAUSE_SECONDS", 0)
    dead = start_build()

    start_build()

    assert warehouse.rows(STATUSES) == ["failed", "running"]
    with pytest.raises(BuildReplaced, match="another build took its place"):
        run_dbt(dead, "staging")
    with pytest.raises(BuildReplaced):
        finish_build(dead, "built")


def test_build_of_one_process_that_was_killed_is_given_up_at_once(warehouse):
    with connect("transformer", autocommit=True) as connection:
        connection.execute(
            """
            insert into ops.builds (project_sha256, settings, is_full_refresh)
            values ('x', '{"vars": {}, "is_one_process": true}', true)
            """
        )

    start_build()

    assert warehouse.rows(STATUSES) == ["failed", "running"]


def test_build_that_fails_names_model_and_log(warehouse, tmp_path, monkeypatch):
    project = copy_project(tmp_path, monkeypatch)
    model = project / "models" / "staging" / "ecb" / "stg_ecb__fx_rates.sql"
    model.write_text("select * from raw.no_such_table\n")

    with pytest.raises(DbtFailed, match="dbt failed on stg_ecb__fx_rates.*Log: /"):
        build_warehouse()

    assert warehouse.rows(STATUSES) == ["failed"]
    model.write_text("select * frm\n{{ not_a_macro() }}\n")
    with pytest.raises(DbtFailed, match="not_a_macro"):
        build_warehouse()


def test_build_after_another_project_writes_everything(warehouse, monkeypatch):
    """A build that failed may have left tables made by another project."""
    finish_build(start_build(), "built")
    assert not load_build(start_build().build_id).is_full_refresh

    monkeypatch.setattr(build_lock, "PAUSE_SECONDS", 0)
    with monkeypatch.context() as patched:
        patched.setattr("deliver.build.project_sha256", lambda: "other")
        assert start_build().is_full_refresh

    assert start_build().is_full_refresh
