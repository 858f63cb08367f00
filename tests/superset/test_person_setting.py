"""Superset tells Postgres for whom it asks, whatever the name is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from dashboards.person_setting import connect_as_person
from tests.superset.server import SupersetServer
from tests.superset.visitor import Tile, Visitor

pytestmark = pytest.mark.integration

ODD_NAMES = (
    "x' or '1'='1",
    "x -c acorn.person=admin",
    "x\\ -c\tacorn.person=admin",
    "admin'",
    'a"b:c%d{{ 1 }}',
    "林 财务",
)
Ask = Callable[[str | None, str], list[Any]]


@pytest.fixture
def ask(superset: SupersetServer, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run a statement as Superset's login for a person, without Superset's rule."""
    from acorn.superset import superset_environment

    with superset.in_environment():
        environment = superset_environment()
    url = make_url(environment["ACORN_SUPERSET_WAREHOUSE_URL"])
    key = "ACORN_SUPERSET_PERSON_KEY"
    monkeypatch.setenv(key, environment[key])

    def ask(person: str | None, statement: str) -> list[Any]:
        _, arguments = connect_as_person(url, {}, person, None, None)
        connection = psycopg2.connect(
            host=url.host,
            port=url.port,
            dbname=url.database,
            user=url.username,
            password=url.password,
            **arguments["connect_args"],
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return [row[0] for row in cursor.fetchall()]
        finally:
            connection.close()

    return ask


STORES = "select distinct store_code from reports.settlement_reconciliation"


def test_row_security_alone_holds_the_stores(ask: Ask) -> None:
    assert set(ask("operations", STORES)) == {"na-demo/US", "na-demo/CA"}
    assert len(ask("finance", STORES)) > 2
    assert ask(None, STORES) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_name_arrives_as_it_is_and_sees_nothing(ask: Ask, name: str) -> None:
    [claim] = ask(name, "select current_setting('acorn.person')")
    assert claim.partition(":")[2] == name
    assert ask(name, "select reports.person()") == [name]
    assert ask(name, STORES) == []


@pytest.fixture
def odd_user(
    superset: SupersetServer,
    sign_in: Callable[[str], Visitor],
    request: pytest.FixtureRequest,
) -> Iterator[Visitor]:
    """A user of an odd name that the administrator made, with the role finance."""
    admin = sign_in("admin")
    roles = admin.result("/api/v1/security/roles/?q=(page_size:100)")
    body = {
        "username": request.param,
        "first_name": "Odd",
        "last_name": "Name",
        "email": "odd@example.org",
        "active": True,
        "password": "a password of its own",
        "roles": [role["id"] for role in roles if role["name"] == "finance"],
    }
    made = admin.call("POST", "/api/v1/security/users/", json=body)
    assert made.ok, made.text
    yield superset.sign_in(request.param, "a password of its own")
    admin.call("DELETE", f"/api/v1/security/users/{made.json()['id']}")


@pytest.mark.parametrize("odd_user", ODD_NAMES[:2] + ODD_NAMES[4:], indirect=True)
def test_rule_of_rows_holds_for_an_odd_name(odd_user: Visitor, tile: Tile) -> None:
    assert odd_user.is_in
    assert odd_user.stores(tile) == set()
