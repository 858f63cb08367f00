"""Row security from outside: who signs in sees the rows of their stores, and no others.

Superset signs in as `bi` and names the person in acorn.person; a person with a login of
their own, granted bi, is known by it. Reports are made by hand: what they hold does not
matter here, whose they are does. That published reports are protected alike is shown in
test_publish.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from acorn.postgres import admin_connection
from acorn.warehouse import ensure_warehouse
from config.company import DEMO_COMPANY
from config.home import secret
from config.warehouse import address, connect
from dashboards.person_setting import signed
from tests.people import speak_for

pytestmark = pytest.mark.integration

STORES = ["eu-demo/DE", "na-demo/-", "na-demo/CA", "na-demo/JP", "na-demo/US"]
PEOPLE = [
    {"name": "finance", "dashboards": "finance", "stores": "all"},
    {"name": "operations", "stores": ["na-demo/US", "na-demo/CA"]},
    {"name": "desk", "stores": ["na-demo/*"]},
    {"name": "newcomer", "airflow": "Viewer"},
]
SEEN = {
    "admin": [*STORES, "old/US"],
    "finance": [*STORES, "old/US"],
    "operations": ["na-demo/CA", "na-demo/US"],
    "desk": ["na-demo/-", "na-demo/CA", "na-demo/JP", "na-demo/US"],
    "newcomer": [],
    "nobody-we-know": [],
    "bi": [],
    "*": [],
    "": [],
}
QUERY = "select store_code from reports.sample order by 1"


@pytest.fixture
def report(warehouse, tmp_path: Path, monkeypatch):
    """A report with a row per store, one of an account that company.yml lacks."""
    company = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8"))
    path = tmp_path / "company.yml"
    path.write_text(yaml.safe_dump(company | {"people": PEOPLE}), encoding="utf-8")
    monkeypatch.setenv("ACORN_COMPANY", str(path))
    ensure_warehouse()
    with warehouse.connect("transformer") as connection:
        connection.execute("create table reports.sample (store_code text, amount int)")
        connection.execute(
            "insert into reports.sample select unnest(cast(%s as text[])), 1",
            [[*STORES, "old/US"]],
        )
        connection.execute("select ops.protect_report('sample')")
    return warehouse


@contextmanager
def as_person(name: str | None) -> Iterator[psycopg.Connection[Any]]:
    """Superset's connection while `name` is signed in; None: it names nobody."""
    with connect("bi", autocommit=True) as connection:
        if name is not None:
            speak_for(connection, name)
        yield connection


def seen(connection: psycopg.Connection[Any], query: str = QUERY) -> list[str]:
    return [row[0] for row in connection.execute(query.encode()).fetchall()]


@pytest.mark.parametrize("name", SEEN)
def test_people_see_rows_of_their_stores(report, name):
    with as_person(name) as connection:
        assert seen(connection) == SEEN[name]


def test_login_of_superset_sees_nothing_while_it_names_nobody(report):
    with as_person(None) as connection:
        assert seen(connection) == []


@pytest.mark.parametrize("person", ["admin", "finance", "operations"])
@pytest.mark.parametrize(
    "forged",
    [
        "{person}",
        ":{person}",
        "{zeros}:{person}",
        "{of_operations}:{person} ",
        "{of_operations}{person}",
        "{by_another_key}",
        "{shouted}",
    ],
)
def test_name_that_superset_did_not_sign_is_nobody(report, person, forged):
    key = secret("superset_person_key")
    claim = forged.format(
        person=person,
        zeros="0" * 64,
        of_operations=signed("operations", key).split(":")[0],
        by_another_key=signed(person, key + "x"),
        shouted=signed(person, key).upper(),
    )
    with connect("bi", autocommit=True) as connection:
        connection.execute("select set_config('acorn.person', %s, false)", [claim])
        assert seen(connection) == []


def test_person_cannot_become_another_within_a_query(report):
    """What SQL slipped into a query of Superset's would try; it runs as operations."""
    slipped = """
        select set_config('acorn.person', 'admin', false)
            || (select string_agg(word, ' ' order by word) from ts_stat(
                'select to_tsvector(''simple'', store_code) from reports.sample'))
    """
    with as_person("operations") as connection:
        honest = "select word from ts_stat('select to_tsvector(''simple'',"
        honest += " store_code) from reports.sample') order by 1"
        own = seen(connection, honest)
        assert own and not [word for word in own if "eu-demo" in word]
        assert seen(connection, slipped) == [None]


@pytest.mark.parametrize("role", ["loader", "transformer", "analyst", "bi"])
def test_nobody_but_the_owner_reads_what_signs_names(report, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        report.rows("select inner_pad from ops.person_key", role=role)


def test_new_key_ends_the_old_signatures(report, monkeypatch):
    with as_person("finance") as connection:
        monkeypatch.setenv("ACORN_SUPERSET_PERSON_KEY", "another key " * 9)
        ensure_warehouse()
        assert seen(connection) == []
    with as_person("finance") as connection:
        assert seen(connection) == SEEN["finance"]


def test_roles_that_read_all_see_all(report):
    for role in ("analyst", "transformer", "owner"):
        assert report.rows(QUERY, role=role) == SEEN["finance"]


def test_own_login_cannot_speak_for_another_person(report):
    where = address("bi")
    with admin_connection(where.database) as server:
        server.execute("create role operations login password 'secret' in role bi")
        try:
            with psycopg.connect(
                host=where.host,
                port=where.port,
                dbname=where.database,
                user="operations",
                password="secret",  # noqa: S106 - of a throw-away server
                autocommit=True,
            ) as own:
                assert seen(own) == SEEN["operations"]
                own.execute("set acorn.person = 'finance'")
                assert seen(own) == SEEN["operations"]
                own.execute("set role bi")
                assert seen(own) == SEEN["operations"]
        finally:
            server.execute("drop role operations")


def test_supersets_own_rule_shows_the_same_rows_by_itself(report):
    """Asked as analyst, whom no policy holds: the clause alone must do."""
    for name, stores in SEEN.items():
        clause = sql.SQL(
            "select store_code from reports.sample"
            " where (select reports.sees_all_stores({name}))"
            " or store_code in (select reports.stores_of({name})) order by 1"
        ).format(name=name)
        with report.connect("analyst") as connection:
            rows = connection.execute(clause).fetchall()
        assert [row[0] for row in rows] == stores, name


def test_no_function_of_a_query_sees_a_row_before_the_policy(report):
    with report.connect("owner") as owner:
        owner.execute("grant create on schema public to bi")
    with as_person("operations") as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(
            """
            create function public.leak(store text) returns boolean
            language plpgsql cost 0.0000001 as
            $$ begin raise warning '%', store; return true; end $$
            """
        )
        leaked: list[str | None] = []
        connection.add_notice_handler(
            lambda notice: leaked.append(notice.message_primary)
        )
        seen(connection, "select store_code from reports.sample where leak(store_code)")
        seen(
            connection,
            "select file_name from reports.open_files where leak(store_code)",
        )
    assert sorted(filter(None, leaked)) == SEEN["operations"]


def test_person_who_is_taken_out_sees_nothing_after_the_next_set_up(
    report, tmp_path, monkeypatch
):
    company = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8"))
    path = tmp_path / "smaller.yml"
    path.write_text(yaml.safe_dump(company | {"people": PEOPLE[1:]}), encoding="utf-8")
    monkeypatch.setenv("ACORN_COMPANY", str(path))
    ensure_warehouse()
    with as_person("finance") as connection:
        assert seen(connection) == []
    with as_person("operations") as connection:
        assert seen(connection) == SEEN["operations"]


def test_table_of_an_older_version_shows_nothing_until_published_anew(warehouse):
    with warehouse.connect("transformer") as connection:
        connection.execute("create table reports.old (account_code text)")
        connection.execute("insert into reports.old values ('na-demo')")
        connection.execute("grant select on reports.old to bi")
    ensure_warehouse()
    with as_person("admin") as connection:
        assert seen(connection, "select account_code from reports.old") == []


def test_new_table_of_reports_is_closed_until_it_has_its_policy(warehouse):
    with warehouse.connect("transformer") as connection:
        connection.execute("create table reports.forgotten (store_code text)")
    with (
        as_person("admin") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        seen(connection, "select store_code from reports.forgotten")
