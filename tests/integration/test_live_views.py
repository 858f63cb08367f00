"""The live views of the schema reports: what stands there before, between and after."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from config.company import load_company
from config.home import CHECKOUT
from config.warehouse import connect
from deliver.project import dbt_vars
from extract.importing import import_files
from tests.dbt.small_files import SALE, Line, import_settlement
from tests.people import speak_for

pytestmark = pytest.mark.integration

SOURCES = CHECKOUT / "dbt_project" / "models" / "reports" / "_reports__sources.yml"
PERIOD = ("2026-06-01", "2026-06-15")


def read(person: str, query: str) -> list[dict[str, Any]]:
    """What Superset reads for a person."""
    with connect("bi", row_factory=dict_row) as connection:
        speak_for(connection, person)
        return connection.execute(query.encode()).fetchall()


def status() -> dict[str, Any]:
    (row,) = read("finance", "select * from reports.data_status")
    return row


def test_views_have_the_columns_that_dashboards_are_checked_against(warehouse):
    (source,) = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    for table in source["tables"]:
        described = [(c["name"], c["data_type"]) for c in table["columns"]]
        found = warehouse.rows(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'reports' and table_name = %s"
            " order by ordinal_position",
            table["name"],
        )
        assert found == described


def test_views_answer_before_a_first_build(warehouse):
    shown = status()

    assert (shown["gate_status"], shown["gate_status_zh"]) == ("none", "尚未检查")
    assert shown["as_of"] is None
    assert read("finance", "select * from reports.open_files") == []


def add_build(connection: psycopg.Connection[Any], as_of: str) -> int:
    row = connection.execute(
        "insert into ops.builds (project_sha256, settings, as_of, is_full_refresh)"
        " values ('x', %s, %s, true) returning build_id",
        [Jsonb({"vars": dbt_vars(load_company())}), as_of],
    ).fetchone()
    assert row is not None
    return int(row[0])


def add_gate_result(
    connection: psycopg.Connection[Any], build_id: int, is_success: bool
) -> None:
    connection.execute(
        "insert into ops.gate_results (gate, run_id, check_name, severity, is_success)"
        " values ('B', %s, 'report_adds_up', 'critical', %s),"
        " ('B', %s, 'unclassified_is_little', 'warning', false)",
        [f"build-{build_id}", is_success, f"build-{build_id}"],
    )


def publish(connection: psycopg.Connection[Any], build_id: int) -> None:
    connection.execute(
        "insert into ops.publications"
        " (build_id, report, row_count, content_sha256, published_at)"
        " values (%s, 'reports.x', 0, 'x', '2026-11-20 10:06:00+00')",
        [build_id],
    )


def test_status_tells_what_is_published_and_how_the_last_gate_ended(warehouse):
    with warehouse.connect("transformer") as connection:
        first = add_build(connection, "2026-11-20 10:05:00+00")
        add_gate_result(connection, first, is_success=True)
        publish(connection, first)
        shown = status()
        assert shown["gate_status_en"] == "Passed"
        assert shown["as_of_text"] == "2026-11-20 18:05 Asia/Shanghai"
        assert shown["published_text"] == "2026-11-20 18:06 Asia/Shanghai"
        assert shown["base_currency"] == "CNY"

        second = add_build(connection, "2026-11-21 10:05:00+00")
        assert status()["gate_status"] == "passed"  # its gate has not run yet
        add_gate_result(connection, second, is_success=False)
        shown = status()
        assert shown["gate_status"] == "failed"
        assert shown["as_of_text"] == "2026-11-20 18:05 Asia/Shanghai"
        assert shown["gate_checked_text"].endswith(" Asia/Shanghai")

        add_gate_result(connection, second, is_success=True)  # run again: newest counts
        shown = status()
        assert shown["gate_status"] == "unpublished"
        assert shown["gate_status_zh"] == "通过：尚未发布"
        assert shown["as_of_text"] == "2026-11-20 18:05 Asia/Shanghai"

        publish(connection, second)
        assert status()["gate_status"] == "passed"


def test_open_files_are_told_in_both_languages(warehouse, tmp_path):
    junk = tmp_path / "junk.txt"
    junk.write_text("junk\n")
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "rate_date,currency_code,base_currency_code,rate\n2026-01-01,EUR,CNY,abc\n"
    )
    sale = [Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2")]
    import_settlement(tmp_path, "20000000001", PERIOD, sale, total="99.00")
    import_files([junk], "na-demo")
    import_files([rates], None)

    files = {
        file["file_name"]: file
        for file in read("finance", "select * from reports.open_files")
    }

    settlement = files["20000000001-99.00.txt"]
    assert settlement["store_code"] == "eu-demo/DE"
    assert settlement["store_name_en"] == "Germany · Europe"
    assert settlement["store_name_zh"] == "德国 · 欧洲"
    assert settlement["status_zh"] == "已隔离"
    assert "lines that add up to 99 EUR, found 30" in settlement["reason_en"]
    assert settlement["reason_zh"] == (
        "第 2 行：明细合计不等于申报总额（申报 99，明细 30，相差 -69）。"
    )
    assert settlement["age_days"] == 0
    assert files["junk.txt"]["store_code"] == "na-demo/-"
    assert files["junk.txt"]["reason_zh"] == "文件无法读取。"
    assert files["rates.csv"]["store_code"] == "-/-"
    assert files["rates.csv"]["reason_zh"] == '第 2 行：汇率不是正数（原文 "abc"）。'
    for file in files.values():
        for name in ("feed", "status", "store_name", "reason"):
            assert re.search(r"[A-Za-z]", file[f"{name}_en"]), (name, file)
            assert re.search(r"[\u4e00-\u9fff]", file[f"{name}_zh"]), (name, file)
    # The desk of two stores in America sees neither Europe's nor the company's files,
    # nor one of its own account whose store nobody knows.
    assert read("operations", "select * from reports.open_files") == []
    assert read("nobody", "select * from reports.open_files") == []


def test_open_files_show_no_row_to_a_function_of_the_query(warehouse, tmp_path):
    junk = tmp_path / "junk.txt"
    junk.write_text("junk\n")
    import_files([junk], "na-demo")
    with warehouse.connect("owner") as owner:
        owner.execute("grant create on schema public to bi")
    with warehouse.connect("bi") as superset:
        superset.execute("set default_transaction_read_only = off")
        superset.execute(
            """
            create function public.leak(name text) returns boolean
            language plpgsql cost 0.0000001 as
            $$ begin raise warning '%', name; return true; end $$
            """
        )
        leaked: list[str | None] = []
        superset.add_notice_handler(
            lambda notice: leaked.append(notice.message_primary)
        )
        query = "select file_name from reports.open_files where leak(file_name)"
        speak_for(superset, "operations")
        assert superset.execute(query.encode()).fetchall() == []
        assert leaked == []
        speak_for(superset, "finance")
        assert superset.execute(query.encode()).fetchall() == [("junk.txt",)]
        assert leaked == ["junk.txt"]


def test_waiting_file_says_what_it_waits_for(warehouse, tmp_path, monkeypatch):
    # Another process holds the batch, so gate A gives no verdict.
    monkeypatch.setattr("extract.importing.check_batches", lambda batches: [])
    sale = [Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2")]
    import_settlement(tmp_path, "20000000001", PERIOD, sale)

    (file,) = read("finance", "select * from reports.open_files")

    assert (file["status"], file["status_zh"]) == ("loaded", "等待检查")
    assert file["reason_en"] == "Gate A has not decided on this file yet."
    assert file["reason_zh"] == "入库检查（关卡 A）尚未对该文件作出判定。"
    assert file["decided_at"] is None
