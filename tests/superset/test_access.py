"""Who may do what in Superset: each role signs in and tries."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.superset.server import SupersetServer
from tests.superset.visitor import Tile, Visitor

pytestmark = pytest.mark.integration

SignIn = Callable[[str], Visitor]
READERS = ("finance", "operations", "management")
EVERYBODY = ("admin", *READERS)

# What only the administrator may open.
CLOSED_PAGES = (
    "/sqllab/",
    "/users/list/",
    "/roles/",
    "/tablemodelview/list/",
    "/api/v1/dataset/",
    "/api/v1/database/",
    "/api/v1/query/",
    "/api/v1/saved_query/",
    "/api/v1/security/users/",
    "/api/v1/security/roles/",
    "/api/v1/rowlevelsecurity/",
    "/api/v1/log/",
    "/api/v1/tag/",
    "/api/v1/annotation_layer/",
    "/api/v1/assets/export/",
)
# What a reader must not change: method, path, body. {n} are ids of a dashboard's parts.
WRITES = (
    ("POST", "/api/v1/chart/", {"slice_name": "x", "datasource_id": 1}),
    ("PUT", "/api/v1/chart/{chart}", {"slice_name": "x"}),
    ("DELETE", "/api/v1/chart/{chart}", None),
    ("POST", "/api/v1/dashboard/", {"dashboard_title": "x"}),
    ("PUT", "/api/v1/dashboard/{dashboard}", {"dashboard_title": "x"}),
    ("DELETE", "/api/v1/dashboard/{dashboard}", None),
    ("POST", "/api/v1/dashboard/{dashboard}/copy/", {"json_metadata": "{}"}),
    ("POST", "/api/v1/dataset/", {"database": 1, "table_name": "x"}),
    ("PUT", "/api/v1/dataset/{dataset}", {"sql": "select 1"}),
    ("DELETE", "/api/v1/dataset/{dataset}", None),
    ("POST", "/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "x"}),
    ("POST", "/api/v1/database/1/upload/", {"type": "csv"}),
    ("POST", "/api/v1/sqllab/execute/", {"database_id": 1, "sql": "select 1"}),
    ("POST", "/api/v1/tag/", {"name": "x"}),
    ("POST", "/api/v1/theme/", {"theme_name": "x", "json_data": "{}"}),
    ("POST", "/api/v1/css_template/", {"template_name": "x", "css": ""}),
    ("POST", "/api/v1/rowlevelsecurity/", {"name": "x"}),
    ("POST", "/api/v1/security/users/", {"username": "x"}),
)


@pytest.mark.parametrize("name", EVERYBODY)
def test_only_dashboards_of_the_role_are_listed_and_open(
    sign_in: SignIn, name: str
) -> None:
    mine = {"settlements", "settlements-zh"}
    others = {"profit", "profit-zh"}
    if name != "operations":
        mine, others = mine | others, set()
    visitor = sign_in(name)

    assert set(visitor.dashboards()) == mine
    for slug in mine:
        assert visitor.call("GET", f"/superset/dashboard/{slug}/").status_code == 200
        assert visitor.call("GET", f"/api/v1/dashboard/{slug}/datasets").ok
    for slug in others:
        assert visitor.call("GET", f"/superset/dashboard/{slug}/").status_code == 404
        assert visitor.call("GET", f"/api/v1/dashboard/{slug}").status_code == 404


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
def test_chart_data_comes_in_every_format(
    sign_in: SignIn, tile: Tile, name: str, format: str
) -> None:
    assert sign_in(name).stores(tile, format)


def test_data_of_a_closed_dashboard_is_refused(sign_in: SignIn, tile: Tile) -> None:
    profit = Tile(sign_in("admin"), "profit")
    operations = sign_in("operations")
    foreign = dict(datasource={"id": profit.dataset_id, "type": "table"})

    assert operations.ask(profit).status_code == 403
    # A dashboard that is open does not lead to another's dataset.
    assert operations.ask(tile, **foreign).status_code == 403
    # Nor is there a way to a dataset without its dashboard.
    without = tile.request() | {"form_data": {}}
    answer = operations.call("POST", "/api/v1/chart/data", json=without)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("path", CLOSED_PAGES)
def test_pages_of_the_administrator_are_closed(
    sign_in: SignIn, name: str, path: str
) -> None:
    assert sign_in("admin").call("GET", path).status_code == 200
    assert sign_in(name).call("GET", path).status_code == 403


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_readers_change_nothing(
    sign_in: SignIn, tile: Tile, name: str, method: str, path: str, body: object
) -> None:
    place = path.format(
        chart=tile.chart_id, dashboard=tile.dashboard_id, dataset=tile.dataset_id
    )

    assert sign_in(name).call(method, place, json=body).status_code == 403


def test_administrator_may_write_what_readers_may_not(
    sign_in: SignIn, tile: Tile
) -> None:
    admin = sign_in("admin")
    body = {"slice_name": "Of my own", "datasource_id": tile.dataset_id}
    made = admin.call(
        "POST", "/api/v1/chart/", json=body | {"datasource_type": "table"}
    )

    assert made.status_code == 201, made.text
    assert admin.call("DELETE", f"/api/v1/chart/{made.json()['id']}").ok


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("of", ["dashboard/related/owners", "chart/related/changed_by"])
def test_readers_see_no_other_user(sign_in: SignIn, name: str, of: str) -> None:
    found = {entry["text"].strip() for entry in sign_in(name).result(f"/api/v1/{of}")}

    assert found <= {name.capitalize()}
    assert len(sign_in("admin").result(f"/api/v1/{of}")) >= 1


def test_database_of_dashboards_only_reads(sign_in: SignIn) -> None:
    databases = sign_in("admin").result("/api/v1/database/")
    assert len(databases) == 1
    found = sign_in("admin").result(f"/api/v1/database/{databases[0]['id']}")

    switched_on = {
        name
        for name in ("allow_dml", "allow_ctas", "allow_cvas", "expose_in_sqllab")
        if found[name]
    }
    assert switched_on == set()


def test_login_of_superset_does_not_enter_the_warehouse(
    superset: SupersetServer,
) -> None:
    from config.home import secret
    from config.warehouse import server_address

    host, port = server_address()
    password = secret("superset_password")

    def connect(database: str) -> None:
        psycopg.connect(
            host=host, port=port, dbname=database, user="superset", password=password
        ).close()

    connect(superset.variables["ACORN_SUPERSET_DATABASE"])
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(superset.variables["ACORN_WAREHOUSE_DATABASE"])


def test_strangers_see_nothing(superset: SupersetServer, tile: Tile) -> None:
    stranger = superset.sign_in("finance", "a wrong password")

    assert not stranger.is_in
    assert stranger.ask(tile).status_code in (401, 403)
    assert stranger.call("GET", "/superset/dashboard/settlements/").status_code == 302
    assert stranger.call("GET", "/api/v1/dashboard/").status_code == 401


def test_pages_load_nothing_from_elsewhere(sign_in: SignIn) -> None:
    page = sign_in("finance").call("GET", "/superset/dashboard/settlements/")
    policy = page.headers["Content-Security-Policy"]

    assert "http" not in policy and "*" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "Acorn" in page.text


def test_start_page_is_the_list_of_dashboards(sign_in: SignIn) -> None:
    answer = sign_in("management").call("GET", "/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/list/")
