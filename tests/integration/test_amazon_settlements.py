"""Settlements come in whole, once, and exactly those of the window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.home import archive_root
from extract.amazon import settlements
from extract.amazon.settlements import V1, V2, FetchSummary, fetch_settlements
from extract.errors import ExtractError, TransientError
from tests.integration.amazon_sandbox import (
    PAGE_SIZE,
    fetch,
    file_hashes,
    whole_window,
)

pytestmark = pytest.mark.integration

HASHES = "select sha256 from ops.source_files order by sha256"


def test_every_listed_document_is_archived_with_its_very_bytes(amazon, warehouse):
    offered = amazon.listed()

    summary = fetch(amazon.connection())

    assert summary == FetchSummary(len(offered), len(offered), 0, 0)
    assert len(amazon.statuses("getReports")) == -(-len(offered) // PAGE_SIZE) > 2
    assert warehouse.rows(HASHES) == file_hashes(offered)
    for digest in warehouse.rows(HASHES):
        assert (archive_root() / digest[:2] / digest).exists()


def test_the_ledger_keeps_what_amazon_said_of_a_document(amazon, warehouse):
    report = amazon.listed("na-demo", "FE")[0]

    fetch(amazon.connection("na-demo", "FE"))

    assert warehouse.rows(
        """
        select source, authority, feed, account_code, region, marketplace_ids,
            report_type, document_id, window_start_at, window_end_at, status
        from ops.source_files join ops.load_batches using (file_id)
        where report_id = %s
        """,
        report.report_id,
    ) == [
        (
            *("amazon", "official_api", "amazon_settlement", "na-demo", "FE"),
            *(report.marketplace_ids, V2, report.document_id),
            *(report.start, report.end, "received"),
        )
    ]


def test_a_second_run_fetches_nothing_again(amazon, warehouse):
    first = fetch(amazon.connection())
    before = warehouse.rows("select * from ops.report_documents order by report_id")
    amazon.state.calls.clear()

    second = fetch(amazon.connection())

    assert second == FetchSummary(first.listed, 0, first.fetched, 0)
    assert amazon.statuses("download") == []
    assert [row[:-3] for row in before] == [
        row[:-3]
        for row in warehouse.rows(
            "select * from ops.report_documents order by report_id"
        )
    ]


def test_repeated_and_shuffled_pages_neither_lose_nor_double(amazon, warehouse):
    amazon.fault("shuffle_pages")
    amazon.fault("repeat_page", count=3)

    summary = fetch(amazon.connection())

    offered = amazon.listed()
    assert summary.fetched == len(offered)
    assert warehouse.rows(HASHES) == file_hashes(offered)
    assert warehouse.rows("select count(*) from ops.file_sightings") == [len(offered)]


def test_pages_that_never_advance_are_an_error_not_an_end(amazon):
    amazon.fault("repeat_page", count=50)

    with pytest.raises(TransientError, match="repeats one page"):
        fetch(amazon.connection())


def test_one_settlement_under_two_report_ids_is_one_file(amazon, warehouse):
    one = amazon.listed()[3]
    amazon.state.reports.append(
        replace(one, report_id="777", document_id="amzn1.again", compression="GZIP")
    )

    fetch(amazon.connection())

    rows = warehouse.rows(
        "select distinct file_id from ops.report_documents"
        " where report_id in (%s, '777')",
        one.report_id,
    )
    assert len(rows) == 1
    assert warehouse.rows(
        "select count(*) from ops.file_sightings where file_id = %s", rows[0]
    ) >= [2]


def test_only_reports_created_in_the_window_are_taken(amazon, warehouse):
    offered = amazon.listed()
    first, after = offered[2], offered[5]

    fetch_settlements(amazon.connection(), first.created, after.created)

    inside = [r for r in offered if first.created <= r.created < after.created]
    assert warehouse.rows("select report_id from ops.report_documents order by 1") == (
        sorted(report.report_id for report in inside)
    )
    assert warehouse.rows(HASHES) == file_hashes(inside)


def test_a_v1_report_beside_its_v2_report_is_left_out(amazon, warehouse):
    v2 = amazon.listed("na-demo", "NA")[-1]
    amazon.state.reports.append(
        replace(v2, report_id="v1twin", document_id="amzn1.v1twin", report_type=V1)
    )
    lone_v1 = [r for r in amazon.listed("na-demo", "NA") if r.report_type == V1]

    summary = fetch(amazon.connection("na-demo", "NA"))

    assert summary.fetched == summary.listed - 1
    assert warehouse.rows(
        "select report_id from ops.report_documents where fetched_at is null"
    ) == ["v1twin"]
    assert len(lone_v1) > 1  # those without a V2 report were fetched


def test_a_kill_between_documents_loses_and_doubles_nothing(amazon, warehouse):
    with killed_at(settlements, "archive_document", call=4):
        fetch(amazon.connection())

    summary = fetch(amazon.connection())

    assert (summary.already_known, summary.failed) == (3, 0)
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())
    assert warehouse.rows("select count(*) from ops.file_sightings") == [
        len(amazon.listed())
    ]


def test_a_listing_goes_on_at_the_page_where_it_was_killed(amazon, warehouse):
    window = whole_window()
    with killed_at(settlements.WorkList, "store_page", call=3):
        fetch_settlements(amazon.connection(), *window)
    amazon.state.calls.clear()

    fetch_settlements(amazon.connection(), *window)

    pages = -(-len(amazon.listed()) // PAGE_SIZE)
    assert len(amazon.statuses("getReports")) == pages - 2
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_a_stored_token_that_expired_starts_the_window_again(amazon, warehouse):
    window = whole_window()
    with killed_at(settlements.WorkList, "store_page", call=3):
        fetch_settlements(amazon.connection(), *window)
    amazon.state.secret = b"the server no longer knows the tokens it gave out"

    fetch_settlements(amazon.connection(), *window)

    assert 400 in amazon.statuses("getReports")
    assert warehouse.rows(HASHES) == file_hashes(amazon.listed())


def test_a_window_that_amazon_has_forgotten_is_refused(amazon):
    end = datetime.now(UTC) - timedelta(days=91)

    with pytest.raises(ExtractError, match="more than 90 days back.*by hand"):
        fetch_settlements(amazon.connection(), end - timedelta(days=7), end)


def test_a_window_half_forgotten_is_listed_as_far_as_it_can_be(amazon, warehouse):
    now = datetime.now(UTC)

    summary = fetch_settlements(amazon.connection(), now - timedelta(days=120), now)

    assert summary.fetched == len(amazon.listed())
    assert warehouse.rows("select kind from ops.alerts") == ["window_beyond_retention"]


@contextmanager
def killed_at(owner: Any, name: str, call: int) -> Iterator[None]:
    """Have the `call`-th call of a function die as by an interrupt, before it acts."""
    original, calls = getattr(owner, name), []

    def dying(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return original(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(owner, name, dying)
        yield
