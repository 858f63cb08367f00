"""Roles from outside: each logs in and tries everything on every table there is.

The warehouse is built and published, so that every schema has its tables. What a role
may do stands below as plain sets; a cell that is missing or too much fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from acorn.postgres import admin_connection
from config.home import secret
from config.warehouse import ROLES, address
from deliver.build import build_warehouse
from deliver.publish import publish_reports
from expectations.gate_b import check_books
from tests.conftest import Warehouse, fresh_warehouse
from tests.dbt.small_files import SALE, Line, import_ecb_rates, import_settlement
from tests.people import speak_for

pytestmark = pytest.mark.integration

PERSON = "operations"  # of the demo company, with a login of their own, granted bi
LOGINS = (*ROLES, PERSON)
BUILT = {"staging", "intermediate", "marts", "reports", "seeds"}
READERS = {
    "marts": {"analyst"},
    "seeds": {"analyst"},
    "reports": {"analyst", "bi", PERSON},
}
READ, WRITE = {"select"}, {"select", "insert"}
ALL = {"select", "insert", "update", "delete", "truncate"}

LEDGER = {
    "loader": {
        **dict.fromkeys(("batch_events", "builds", "publications", "replays"), READ),
        **dict.fromkeys(
            ("file_sightings", "gate_results", "api_calls", "decisions"), WRITE
        ),
        **dict.fromkeys(
            (
                *("source_files", "load_batches", "settlement_profiles"),
                *("report_documents", "extract_positions", "alerts"),
            ),
            WRITE | {"update"},
        ),
    },
    "transformer": {
        **dict.fromkeys(("gate_results", "publications"), WRITE),
        **dict.fromkeys(("builds", "alerts"), WRITE | {"update"}),
        "visible_batches": WRITE | {"delete"},
    },
}
# What nobody changes, the owner included: a trigger refuses.
APPEND_ONLY = {
    *("decisions", "batch_events", "file_sightings", "gate_results", "publications"),
}
UPDATED = {
    ("loader", "source_files"): "encoding line_ending decimal_style timestamp_style"
    " date_style",
    ("loader", "load_batches"): "status raw_table row_count content_sha256 loaded_at"
    " decided_at decided_by reason superseded_by",
    ("loader", "report_documents"): "processing_status document_id listed_at"
    " fetched_at file_id",
    ("loader", "extract_positions"): "next_token updated_at",
    ("transformer", "builds"): "status finished_at",
}
# With one of these the rights sufficed, and the statement failed on what it wrote.
FAILED_LATER = (psycopg.errors.IntegrityError, psycopg.errors.FeatureNotSupported)


@pytest.fixture(scope="module")
def published(postgres_home, tmp_path_factory) -> Iterator[Warehouse]:
    """A published warehouse, and a person's own login."""
    folder = tmp_path_factory.mktemp("published")
    with fresh_warehouse(postgres_home, folder / "archive") as warehouse:
        import_ecb_rates(folder, {"2026-06-02": {"CNY": "8.00"}})
        lines = [
            Line(SALE, "30.00", "2026-06-03 10:00:00", "A-1", "2"),
            Line("Order/ItemFees/Riddle", "-1.00", "2026-06-03 10:00:00", "A-1"),
        ]
        import_settlement(folder, "20000000001", ("2026-06-01", "2026-06-15"), lines)
        build = build_warehouse()
        assert check_books(build.build_id).is_success
        publish_reports(build.build_id)
        with admin_connection("postgres") as server:
            server.execute(f"create role {PERSON} login password 'own' in role bi")
            yield warehouse
            server.execute(f"drop role {PERSON}")


@pytest.fixture(params=LOGINS)
def session(request, published) -> Iterator[psycopg.Connection[Any]]:
    """A session of one login; that readers are read-only by default is set aside."""
    where = address("bi")
    role = request.param
    with psycopg.connect(
        host=where.host,
        port=where.port,
        dbname=where.database,
        user=role,
        password="own" if role == PERSON else secret(f"{role}_password"),  # noqa: S106
        autocommit=True,
    ) as connection:
        connection.execute("set default_transaction_read_only = off")
        yield connection


def rights_of(role: str, schema: str, table: str) -> set[str]:
    """What the role may do with a table or, as far as it reads, with a view."""
    if role == "owner":
        refused = {"update", "delete", "truncate"} if table in APPEND_ONLY else set()
        return ALL - refused
    if schema in BUILT:
        if role == "transformer":
            return ALL
        return READ if role in READERS.get(schema, set()) else set()
    if schema == "raw":
        return {"loader": WRITE, "transformer": READ}.get(role, set())
    # All but what signs names for Superset: with it, one could speak for anybody.
    reads_all = READ if role == "transformer" and table != "person_key" else set()
    return LEDGER.get(role, {}).get(table, reads_all)


def may(connection: psycopg.Connection[Any], statement: str) -> bool:
    """Whether the session may do it; nothing stays of what it did."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.RaiseException as refusal:
        assert "append-only" in str(refusal), refusal
        return False
    except FAILED_LATER:
        return True
    return True


def relations(published: Warehouse) -> list[tuple[str, str, bool, list[str]]]:
    """Schema, name, whether it is a table, and columns, of all there is."""
    return published.rows(
        """
        select namespace.nspname, class.relname, class.relkind = 'r',
            array_agg(attribute.attname order by attribute.attnum)
        from pg_class as class
        inner join pg_namespace as namespace on namespace.oid = class.relnamespace
        inner join pg_attribute as attribute on attribute.attrelid = class.oid
        where class.relkind in ('r', 'v', 'm', 'p', 'f')
            and attribute.attnum > 0 and not attribute.attisdropped
            and namespace.nspname !~ '^(pg_|information_schema$)'
        group by 1, 2, 3 order by 1, 2
        """
    )


def test_each_role_may_do_what_it_needs_and_no_more(published, session):
    role = session.info.user
    wrong = []
    for schema, table, is_table, columns in relations(published):
        name = f"{schema}.{table}"
        tries = {"select": f"select from {name} limit 0"}
        if is_table:
            tries |= {
                "insert": f"insert into {name} default values",
                "delete": f"delete from {name} where false",
                "truncate": f"truncate {name}",
            }
        allowed = {verb for verb, statement in tries.items() if may(session, statement)}
        updated = {
            column
            for column in (columns if is_table else ())
            if may(session, f'update {name} set "{column}" = default where false')
        }
        allowed |= {"update"} if updated else set()
        rights = rights_of(role, schema, table)
        if allowed != (rights if is_table else rights & READ):
            wrong.append((name, sorted(allowed), sorted(rights)))
        named = UPDATED.get((role, table)) if schema == "ops" else None
        if named and updated != set(named.split()):
            wrong.append((name, sorted(updated), named))
    assert wrong == []


def test_each_role_creates_tables_only_where_it_builds(session):
    role = session.info.user
    made_in = {
        schema
        for schema in (*BUILT, "raw", "ops", "public")
        if may(session, f"create table {schema}.made_by_test (x int)")
    }
    allowed = {
        "owner": BUILT | {"raw", "ops", "public"},
        "transformer": BUILT,
    }
    assert made_in == allowed.get(role, set())


def test_each_role_calls_only_its_own_functions(session):
    role = session.info.user
    calls = {
        "add_raw_column": "select ops.add_raw_column('amazon_settlement_v2', 'extra')",
        "discard": "select ops.discard_undecided_rows(b) from (select 1) as t (b)"
        " where false",
        "protect_report": "select ops.protect_report('unmapped_skus')",
        "stores_of": "select reports.stores_of('finance')",
    }
    called = {name for name, call in calls.items() if may(session, call)}
    assert (
        called
        == {
            "owner": set(calls),
            "loader": {"add_raw_column", "discard"},
            "transformer": {"protect_report", "stores_of"},
            "analyst": {"stores_of"},
            "bi": {"stores_of"},
            PERSON: {"stores_of"},
        }[role]
    )


def test_readers_are_read_only_unless_they_say_otherwise(published):
    for role in ("analyst", "bi"):
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            published.rows("create temporary table mine (x int)", role=role)


def test_published_reports_show_rows_by_person(published):
    """Every table of reports, as publishing leaves it; the rows are of eu-demo/DE."""
    tables = published.rows(
        "select tablename from pg_tables where schemaname='reports'"
    )
    assert len(tables) == 5
    for table in tables:
        counted = f"select count(*) from reports.{table}"
        assert published.rows(counted, role="analyst") != [0], table
        assert published.rows(counted, role="bi") == [0], table
        for person, sees in (("finance", True), ("admin", True), (PERSON, False)):
            with published.connect("bi") as superset:
                speak_for(superset, person)
                rows = superset.execute(counted.encode()).fetchone()
            assert (rows != (0,)) is sees, (table, person)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize("verb", ["delete from", "truncate"])
def test_what_is_on_record_cannot_be_taken_off_even_by_the_owner(
    published, table, verb
):
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        published.rows(f"{verb} ops.{table}")
