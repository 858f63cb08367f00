import psycopg
import pytest

pytestmark = pytest.mark.integration


def test_each_role_logs_in_with_its_own_rights(warehouse):
    for role in ("owner", "loader", "transformer", "analyst", "bi"):
        assert warehouse.rows("select current_user", role=role) == [role]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("loader", "delete from raw.amazon_settlement_v2"),
        ("loader", "delete from ops.source_files"),
        ("loader", "delete from ops.load_batches"),
        ("transformer", "delete from raw.amazon_settlement_v2"),
        ("transformer", "insert into ops.decisions values (default)"),
        ("analyst", "select * from raw.amazon_settlement_v2"),
        ("analyst", "create table marts.mine (x int)"),
        ("bi", "select * from ops.source_files"),
        ("bi", "create table reports.mine (x int)"),
    ],
)
def test_role_is_refused_what_it_does_not_need(warehouse, role, statement):
    with pytest.raises(
        (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    ):
        warehouse.rows(statement, role=role)


@pytest.mark.parametrize(
    "verb",
    [
        "update ops.decisions set reason = ''",
        "delete from ops.decisions",
        "truncate ops.decisions",
    ],
)
def test_decisions_cannot_be_changed_even_by_the_owner(warehouse, verb):
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        warehouse.rows(verb)
