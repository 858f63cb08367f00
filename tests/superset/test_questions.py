"""What readers may ask of Superset: what charts and filters of dashboards ask.

Each foreign question is one that Superset by itself would put to Postgres.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.superset.visitor import Tile, Visitor

pytestmark = pytest.mark.integration

SignIn = Callable[[str], Visitor]
# Reads a report of another role, for another person, past Superset's look for queries.
BY_STATISTICS = (
    "set_config('acorn.person', 'admin', false) || (ts_stat('select"
    " to_tsvector(''simple'', sku) from reports.profit_by_sku_month'))::text"
)
BY_XML = (
    "query_to_xml('select * from reports.profit_by_sku_month', true, false, '')::text"
)
HARMLESS = "cast(store_code as text)"
SQL = (BY_STATISTICS, BY_XML, HARMLESS)


def column(sql: str) -> dict[str, Any]:
    return {"expressionType": "SQL", "label": "x", "sqlExpression": sql}


def metric(sql: str) -> dict[str, Any]:
    return column(f"max({sql})")


# Where SQL can stand in a query.
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "column": lambda sql: {"columns": [column(sql)]},
    "axis": lambda sql: {"columns": [column(sql) | {"columnType": "BASE_AXIS"}]},
    "name of a column": lambda sql: {"columns": [sql]},
    "groupby": lambda sql: {"groupby": [column(sql)]},
    "metric": lambda sql: {"metrics": [metric(sql)]},
    "order": lambda sql: {"orderby": [[metric(sql), True]]},
    "where": lambda sql: {"extras": {"where": f"({sql}) is not null"}},
    "having": lambda sql: {"extras": {"having": f"max({sql}) is not null"}},
    "old where": lambda sql: {"where": f"({sql}) is not null"},
    "filter": lambda sql: {"filters": [{"col": column(sql), "op": "IS NOT NULL"}]},
    "series": lambda sql: {"columns": [column(sql)], "series_columns": [column(sql)]},
    "limit of series": lambda sql: {
        "series_columns": ["store_code"],
        "series_limit": 5,
        "series_limit_metric": metric(sql),
    },
    "old limit of series": lambda sql: {"timeseries_limit_metric": metric(sql)},
}


def ask(visitor: Visitor, tile: Tile, **changes: Any) -> Any:
    """Ask a tile's query with some parts of another."""
    body = tile.request()
    body["queries"][0] |= changes
    return visitor.call("POST", "/api/v1/chart/data", json=body)


@pytest.mark.parametrize("name", ["operations", "finance"])
@pytest.mark.parametrize("sql", SQL)
@pytest.mark.parametrize("place", PLACES)
def test_sql_of_ones_own_is_refused(
    sign_in: SignIn, tile: Tile, name: str, sql: str, place: str
) -> None:
    answer = ask(sign_in(name), tile, **PLACES[place](sql))

    assert answer.status_code == 403, answer.text
    assert "result" not in answer.json()
    assert "看板" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("place", "sql"),
    [("column", BY_STATISTICS)]
    + [(p, HARMLESS) for p in ("metric", "order", "where", "having", "filter")],
)
def test_superset_itself_would_run_it(
    sign_in: SignIn, tile: Tile, place: str, sql: str
) -> None:
    """The administrator may ask anything, so the refusals above are ours."""
    answer = ask(sign_in("admin"), tile, **PLACES[place](sql))

    assert answer.ok, answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"metrics": [{"expressionType": "SIMPLE", "aggregate": "MAX"}]},
        {"result_type": "samples"},
        {"result_type": "drill_detail"},
        {"result_type": "query"},
        {"annotation_layers": [{"annotationType": "EVENT"}]},
    ],
)
def test_other_questions_are_refused(
    sign_in: SignIn, tile: Tile, change: dict[str, Any]
) -> None:
    for entry in change.get("metrics", []):
        entry |= {"label": "x", "column": {"column_name": "store_code"}}
    for entry in change.get("annotation_layers", []):
        entry |= {"name": "x", "sourceType": "table", "value": tile.chart_id}
        entry |= {"show": True, "showMarkers": False, "style": "solid"}

    assert ask(sign_in("finance"), tile, **change).status_code == 403


@pytest.mark.parametrize(
    "form_data",
    [
        {"slice_id": None},  # drill to detail
        {"slice_id": 0, "chart_id": "own", "groupby": ["store_code"]},  # drill by
        {"slice_id": "other"},
        {"tooltip_contents": ["upper(store_code)"]},  # adds columns to the query
        {"type": "NATIVE_FILTER"},
        {"type": "NATIVE_FILTER", "native_filter_id": "NATIVE_FILTER-none"},
    ],
)
def test_forms_that_are_no_chart_are_refused(
    sign_in: SignIn, tile: Tile, form_data: dict[str, Any]
) -> None:
    body = tile.request()
    charts = sign_in("admin").result("/api/v1/dashboard/profit/charts")
    numbers = {"own": tile.chart_id, "other": charts[0]["id"]}
    body["form_data"] |= {
        key: numbers.get(value, value) if isinstance(value, str) else value
        for key, value in form_data.items()
    }

    answer = sign_in("finance").call("POST", "/api/v1/chart/data", json=body)
    assert answer.status_code == 403, answer.text


def test_export_form_is_held_to_the_same(sign_in: SignIn, tile: Tile) -> None:
    """Exports post the query as a form."""
    finance = sign_in("finance")

    def export(**changes: Any) -> Any:
        body = tile.request(result_format="csv", result_type="post_processed")
        body["queries"][0] |= changes
        form = {"form_data": json.dumps(body), "csrf_token": finance.token}
        return finance.call("POST", "/api/v1/chart/data", data=form)

    assert "na-demo/US" in export().text
    assert export(columns=[column(BY_XML)]).status_code == 403


def native_filters(admin: Visitor, slug: str) -> list[dict[str, Any]]:
    metadata = json.loads(admin.result(f"/api/v1/dashboard/{slug}")["json_metadata"])
    return [
        entry
        for entry in metadata["native_filter_configuration"]
        if entry["filterType"] == "filter_select"
    ]


def choices(
    visitor: Visitor, entry: dict[str, Any], dashboard: int, **changes: Any
) -> Any:
    """The request for a filter's list of values, as a page sends it."""
    [target] = entry["targets"]
    name = target["column"]["name"]
    query = {
        "columns": [name],
        "metrics": [],
        "orderby": [[name, True]],
        "filters": [{"col": name, "op": "ILIKE", "val": "%a%"}],
        "extras": {},
        "row_limit": 1000,
    }
    body = {
        "datasource": {"id": target["datasetId"], "type": "table"},
        "force": False,
        "queries": [query | changes],
        "result_format": "json",
        "result_type": "full",
        "form_data": {
            "type": "NATIVE_FILTER",
            "native_filter_id": entry["id"],
            "dashboardId": dashboard,
            "viz_type": "filter_select",
        },
    }
    return visitor.call("POST", "/api/v1/chart/data", json=body)


@pytest.mark.parametrize(
    ("name", "slug"), [("operations", "settlements"), ("finance", "profit-zh")]
)
def test_filters_list_their_values_and_nothing_else(
    sign_in: SignIn, name: str, slug: str
) -> None:
    admin, visitor = sign_in("admin"), sign_in(name)
    dashboard = admin.dashboards()[slug]
    filters = native_filters(admin, slug)

    assert filters
    for entry in filters:
        listed = choices(visitor, entry, dashboard)
        assert listed.ok, listed.text
        assert "data" in listed.json()["result"][0]
        for place in ("column", "metric", "where", "filter", "name of a column"):
            foreign = PLACES[place](BY_STATISTICS)
            refused = choices(visitor, entry, dashboard, **foreign)
            assert refused.status_code == 403, (place, refused.text)


def test_filters_of_a_dashboard_narrow_its_charts(sign_in: SignIn, tile: Tile) -> None:
    only = {"col": "store_code", "op": "IN", "val": ["na-demo/US"]}

    answer = ask(sign_in("operations"), tile, filters=[only], time_range="No filter")

    assert answer.ok, answer.text
    assert answer.json()["result"][0]["data"] == [{"store_code": "na-demo/US"}]


# Other ways to SQL or to a dataset: method, path, body.
WAYS = (
    ("GET", "/api/v1/chart/{chart}/data/", None),
    ("GET", "/api/v1/chart/data/qc-0123456789abcdef", None),
    ("PUT", "/api/v1/chart/warm_up_cache", {"chart_id": 1}),
    ("POST", "/superset/explore_json/?form_data=%7B%22slice_id%22%3A1%7D", {}),
    ("GET", "/superset/fetch_datasource_metadata?datasourceKey={dataset}__table", None),
    ("GET", "/api/v1/explore/?slice_id={chart}", None),
    ("POST", "/api/v1/explore/form_data", {"datasource_id": 1, "form_data": "{}"}),
    ("GET", "/explore/?slice_id={chart}", None),
    ("POST", "/datasource/samples?datasource_type=table&datasource_id={dataset}", {}),
    ("GET", "/datasource/get/table/{dataset}/", None),
    ("GET", "/datasource/external_metadata/table/{dataset}/", None),
    ("GET", "/api/v1/datasource/table/{dataset}/column/store_code/values/", None),
    (
        "POST",
        "/api/v1/datasource/table/{dataset}/validate_expression/",
        {"expression": BY_XML, "expression_type": "column"},
    ),
    ("GET", "/api/v1/dataset/{dataset}", None),
    ("GET", "/api/v1/dataset/{dataset}/drill_info/", None),
    ("POST", "/api/v1/dataset/get_or_create/", {"table_name": "x"}),
    ("GET", "/api/v1/database/1/tables/?q=(schema_name:reports)", None),
    ("GET", "/api/v1/database/1/table_metadata/?name=profit_by_sku_month", None),
    ("POST", "/api/v1/database/1/validate_sql/", {"sql": "select 1"}),
    ("POST", "/api/v1/query/", {"query_context": "{}"}),
    ("GET", "/api/v1/sqllab/", None),
    ("POST", "/api/v1/sqllab/estimate/", {"database_id": 1, "sql": "select 1"}),
    ("GET", "/api/v1/sqllab/results/?q=(key:x)", None),
    ("POST", "/api/v1/sqllab/export_streaming/", {}),
)


@pytest.mark.parametrize("name", ["operations", "finance"])
@pytest.mark.parametrize(("method", "path", "body"), WAYS)
def test_no_other_way_leads_to_data(
    sign_in: SignIn, tile: Tile, name: str, method: str, path: str, body: Any
) -> None:
    place = path.format(chart=tile.chart_id, dataset=tile.dataset_id)

    answer = sign_in(name).call(method, place, json=body)

    # 302: a page that only says so; 404: this version has no such thing for a reader.
    assert answer.status_code in (302, 403, 404), answer.text[:500]
    assert "na-demo" not in answer.text
