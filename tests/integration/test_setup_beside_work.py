"""Commands set the warehouse up when they start; work that is going on is let alone."""

from __future__ import annotations

import threading

import pytest

from acorn.warehouse import ensure_warehouse

pytestmark = pytest.mark.integration
FILE = """
    insert into ops.source_files (
        sha256, byte_count, archive_path, original_name, source, authority, feed
    ) values (repeat('a', 64), 1, 'aa/aa', 'a.txt', 'manual', 'manual', 'unknown')
"""
BATCH = "insert into ops.load_batches (file_id) select file_id from ops.source_files"


def test_set_up_does_not_wait_for_a_load_that_is_at_work(warehouse):
    with warehouse.connect("loader") as loader, loader.transaction():
        loader.execute(FILE)
        loader.execute(BATCH)
        set_up = threading.Thread(target=ensure_warehouse, daemon=True)
        set_up.start()
        set_up.join(timeout=20)
        is_waiting = set_up.is_alive()
    set_up.join()

    assert not is_waiting
    assert warehouse.rows("select count(*) from ops.load_batches") == [1]


def test_set_up_of_another_version_is_completed(warehouse):
    with warehouse.connect("owner") as connection:
        connection.execute("comment on schema ops is 'an older version'")
        connection.execute("drop view reports.open_files")

    ensure_warehouse()

    assert warehouse.rows("select count(*) from reports.open_files") == [0]
