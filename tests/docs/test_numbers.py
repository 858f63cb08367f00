"""Every query and every number of the pages, held against a warehouse that was built.

The warehouse is the sample company's, see sample_books.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.docs.pages import Page, all_pages, page
from tests.docs.queries import Query, pairs, queries, result_tables, shows
from tests.docs.sample_books import build_sample_books

pytestmark = pytest.mark.integration

ANALYSTS = page("docs/analysts.md")
FINANCE = [page("docs/finance.md"), page("docs/finance.zh-CN.md")]
_SCHEMAS = "raw|ops|staging|intermediate|marts|reports|seeds"
_TABLE = re.compile(rf"^(?:{_SCHEMAS})\.\w+")


@pytest.fixture(scope="module")
def analyst(
    postgres_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection[Any]]:
    """A session of role analyst on the sample company's published books."""
    from acorn.postgres import admin_connection
    from config.warehouse import connect
    from tests.conftest import TEMPLATE

    name = "sample_books"
    names = {
        "ACORN_WAREHOUSE_DATABASE": name,
        "ACORN_ARCHIVE": str(tmp_path_factory.mktemp("archive")),
    }
    with admin_connection("postgres") as server:
        server.execute(f"create database {name} template {TEMPLATE} owner owner")
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in names.items():
            patch.setenv(variable, value)
        build_sample_books(tmp_path_factory.mktemp("world"))
        with connect("analyst", autocommit=True) as connection:
            yield connection
        assert os.environ["ACORN_WAREHOUSE_DATABASE"] == name
    with admin_connection("postgres") as server:
        server.execute(f"drop database {name} with (force)")


def _ask(connection: psycopg.Connection[Any], query: str) -> tuple[list[str], list]:
    cursor = connection.execute(query.encode())
    assert cursor.description, f"No rows from: {query}"
    return [column.name for column in cursor.description], cursor.fetchall()


@pytest.mark.parametrize(
    "query", [q for p in all_pages() for q in queries(p)], ids=lambda q: q.place
)
def test_query_runs_and_gives_the_result_beside_it(analyst, query: Query):
    _, rows = _ask(analyst, query.text)
    assert rows, query.place
    if query.result is not None:
        assert shows(query.result, rows[0][0]), (
            f"{query.place}: the page says {query.result}, found {rows[0][0]}"
        )


@pytest.mark.parametrize("pair", list(pairs(ANALYSTS)), ids=lambda pair: pair[0].place)
def test_wrong_query_answers_the_same_question_otherwise(analyst, pair):
    wrong, right = (_ask(analyst, query.text) for query in pair)
    assert wrong[0] == right[0], "the columns differ, so the results say nothing"
    assert wrong[1] != right[1], f"{pair[0].place}: both give {right[1]}"


def test_each_pair_states_both_results():
    for wrong, right in pairs(ANALYSTS):
        assert wrong.result and right.result, wrong.place


@pytest.mark.parametrize("finance", FINANCE, ids=lambda page: page.name)
def test_tables_of_the_worked_example_are_what_the_books_say(analyst, finance: Page):
    tables = result_tables(finance)
    assert tables
    for table in tables:
        _, rows = _ask(analyst, table.query)
        assert len(rows) == len(table.rows), f"{table.query}\n{rows}"
        for shown, found in zip(table.rows, rows, strict=True):
            assert len(shown) == len(found), table.query
            for cell, value in zip(shown, found, strict=True):
                assert shows(cell, value), f"{table.query}: {cell} is {value}"


@pytest.mark.parametrize("finance", FINANCE, ids=lambda page: page.name)
def test_money_in_the_text_stands_in_a_table(finance: Page):
    known = {
        cell.strip("*` ").lstrip("-−")
        for table in result_tables(finance)
        for row in table.rows
        for cell in row
    }
    text = "\n".join(line for _, line in finance.prose if not line.startswith("|"))
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    for number in re.findall(r"(?<![\d.])\d[\d,]*\.\d\d(?!\d)", text):
        assert number in {*known, "0.00"}, f"{finance.name}: {number} is in no table"


def test_tables_named_on_pages_exist(analyst):
    known = _names(
        analyst,
        "select table_schema || '.' || table_name from information_schema.tables"
        " union select nspname || '.' || proname from pg_proc"
        " inner join pg_namespace on pg_namespace.oid = pronamespace"
        " union select schemaname || '.' || tablename from pg_tables",
    )
    for found in all_pages():
        if found.name == "docs/dags.md":  # generated; it names assets, not tables
            continue
        for span in found.spans:
            name = _TABLE.match(span)
            if name and not span.endswith("*"):
                assert name[0] in known, f"{found.name} names {span}"


def test_columns_named_on_the_analysts_page_exist(analyst):
    listed = [(s, rows) for s, rows in ANALYSTS.tables if _TABLE.match(s)]
    assert len(listed) > 8
    for table, rows in listed:
        columns = _columns(analyst, table)
        for span in re.findall(r"`(\w+)`", " ".join(cells[0] for cells in rows)):
            assert span in columns, f"{table} has no column {span}"


def test_keys_on_the_analysts_page_are_keys(analyst):
    for section in {section for section, _ in ANALYSTS.prose if _TABLE.match(section)}:
        text = " ".join(line for s, line in ANALYSTS.prose if s == section)
        key = re.search(r"Key: ((?:`\w+`(?:, )?)+)", text)
        if section == "reports.data_status":
            assert _ask(analyst, f"select count(*) from {section}")[1] == [(1,)]
            continue
        assert key, f"{section} names no key"
        columns = key[1].replace("`", "")
        twice = (
            f"select {columns} from {section} group by {columns} having count(*) > 1"
        )
        assert _ask(analyst, twice)[1] == [], section


def test_columns_named_with_their_table_exist(analyst):
    for found in all_pages():
        for span in found.spans:
            name = re.fullmatch(r"((?:marts|reports|seeds)\.\w+)\.(\w+)", span)
            if name:
                assert name[2] in _columns(analyst, name[1]), f"{found.name}: {span}"


def _columns(connection: psycopg.Connection[Any], table: str) -> set[str]:
    return set(_ask(connection, f"select * from {table} limit 0")[0])


def _names(connection: psycopg.Connection[Any], query: str) -> set[str]:
    return {row[0] for row in _ask(connection, query)[1]}
