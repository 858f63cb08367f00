"""The bundle as Superset gets it: complete, deterministic, without dead ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from dashboards.bundle import DASHBOARDS, build_bundle
from dashboards.bundle.catalog import reports_catalog
from dashboards.bundle.datasets import require_known

_HAN = re.compile(r"[\u4e00-\u9fff]")
# Names that are the same in Chinese.
_SAME_IN_CHINESE = {"SKU"}

Asset = dict[str, Any]


@pytest.fixture(scope="module")
def bundle() -> dict[str, Asset]:
    return {path: yaml.safe_load(text) for path, text in build_bundle().items()}


def assets(bundle: dict[str, Asset], folder: str) -> list[Asset]:
    return [item for path, item in bundle.items() if path.startswith(f"{folder}/")]


def charts_of(dashboard: Asset) -> list[Asset]:
    return [box for box in dashboard["position"].values() if is_chart(box)]


def is_chart(box: Any) -> bool:
    return isinstance(box, dict) and box["type"] == "CHART"


def test_bundle_is_the_same_in_another_process() -> None:
    other = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import json; from dashboards.bundle import build_bundle;"
            "print(json.dumps(build_bundle()))",
        ],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": "."},
    )

    assert json.loads(other.stdout) == build_bundle()


def test_bundle_needs_nothing_but_yaml() -> None:
    script = (
        "import sys; import dashboards.bundle;"
        "print({'superset', 'airflow', 'acorn', 'dbt'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert done.stdout.strip() == "set()"


def test_dashboards_are_those_the_bundle_holds(bundle: dict[str, Asset]) -> None:
    held = {item["slug"]: item["uuid"] for item in assets(bundle, "dashboards")}

    assert {entry["slug"]: entry["uuid"] for entry in DASHBOARDS} == held
    assert set(held) == {"settlements", "settlements-zh", "profit", "profit-zh"}


def test_operations_see_settlements_alone() -> None:
    seen = {entry["slug"] for entry in DASHBOARDS if "operations" in entry["roles"]}

    assert seen == {"settlements", "settlements-zh"}


def test_every_asset_has_an_id_of_its_own_and_is_managed(
    bundle: dict[str, Asset],
) -> None:
    ids = [item["uuid"] for path, item in bundle.items() if path != "metadata.yaml"]
    managed = [
        item["is_managed_externally"]
        for folder in ("datasets", "charts", "dashboards")
        for item in assets(bundle, folder)
    ]

    assert len(ids) == len(set(ids))
    assert all(managed)


def test_every_chart_is_on_one_dashboard(bundle: dict[str, Asset]) -> None:
    placed = [
        box["meta"]["uuid"]
        for dashboard in assets(bundle, "dashboards")
        for box in charts_of(dashboard)
    ]

    assert sorted(placed) == sorted(c["uuid"] for c in assets(bundle, "charts"))


def test_charts_lead_down_to_columns_of_reports(bundle: dict[str, Asset]) -> None:
    datasets = {item["uuid"]: item for item in assets(bundle, "datasets")}
    catalog = reports_catalog()
    for chart in assets(bundle, "charts"):
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        [query] = json.loads(chart["query_context"])["queries"]
        [report] = re.findall(r"\nfrom reports\.(\w+)$", dataset["sql"])

        assert set(query["columns"]) <= columns, chart["slice_name"]
        assert set(query["metrics"] or []) <= metrics, chart["slice_name"]
        assert report in catalog


def test_datasets_select_columns_of_their_report_only(
    bundle: dict[str, Asset],
) -> None:
    catalog = reports_catalog()
    for dataset in assets(bundle, "datasets"):
        listed, _, report = dataset["sql"].rpartition("\nfrom reports.")
        body = listed.removeprefix("select\n")
        body = body.replace("(select time_zone from reports.data_status)", "")
        body = re.sub(r" as \w+(,\n|$)", r"\1", body)

        require_known(body, set(catalog[report]), dataset["table_name"])


def test_reports_with_stores_are_guarded_by_store(bundle: dict[str, Asset]) -> None:
    catalog = reports_catalog()
    for dataset in assets(bundle, "datasets"):
        report = dataset["sql"].rpartition("\nfrom reports.")[2]
        names = {column["column_name"] for column in dataset["columns"]}

        assert ("store_code" in catalog[report]) == ("store_code" in names)


def test_saved_queries_are_whole(bundle: dict[str, Asset]) -> None:
    for chart in assets(bundle, "charts"):
        context = json.loads(chart["query_context"])

        assert context["form_data"] == chart["params"]
        assert context["queries"][0]["row_limit"] == 100_000


def asked_by_browser(params: Asset) -> Asset:
    """What Superset's page asks for a chart: it reads `params`, not the saved query."""
    conditions = params["adhoc_filters"]
    return {
        "columns": columns_of(params),
        "metrics": metrics_of(params),
        "orderby": order_of(params),
        "ranges": [
            [entry["subject"], entry["operator"], entry["comparator"]]
            for entry in conditions
            if entry["expressionType"] == "SIMPLE"
        ],
        "where": [
            f"({entry['sqlExpression']})"
            for entry in conditions
            if entry["expressionType"] == "SQL"
        ],
        "row_limit": params["row_limit"],
    }


def columns_of(params: Asset) -> list[str]:
    if params.get("query_mode") == "raw":
        return params["all_columns"]
    axis = [params["x_axis"]] if "x_axis" in params else []
    return axis + params.get("groupby", [])


def metrics_of(params: Asset) -> list[str] | None:
    if params.get("query_mode") == "raw":
        return None
    return params["metrics"] if "metrics" in params else [params["metric"]]


def order_of(params: Asset) -> list[Any]:
    """Of a table of totals the first key alone: the page knows no second."""
    if params.get("query_mode") == "raw":
        return [json.loads(entry) for entry in params["order_by_cols"]]
    if params.get("query_mode") == "aggregate":
        return [[params["timeseries_limit_metric"], not params["order_desc"]]]
    return []


def test_browser_asks_for_what_the_saved_query_does(bundle: dict[str, Asset]) -> None:
    for chart in assets(bundle, "charts"):
        [query] = json.loads(chart["query_context"])["queries"]
        where = query["extras"]["where"]
        saved = {
            "columns": query["columns"],
            "metrics": query["metrics"],
            "orderby": query["orderby"],
            "ranges": [list(entry.values()) for entry in query["filters"]],
            "where": [where] if where else [],
            "row_limit": query["row_limit"],
        }

        assert asked_by_browser(chart["params"]) == saved, chart["slice_name"]
        assert not query["extras"]["having"]


def test_range_filters_say_which_day_counts(bundle: dict[str, Asset]) -> None:
    for dashboard in assets(bundle, "dashboards"):
        is_chinese = dashboard["slug"].endswith("-zh")
        for entry in dashboard["metadata"]["native_filter_configuration"]:
            if entry["filterType"] == "filter_time":
                assert entry["description"]
                assert bool(_HAN.search(entry["description"])) == is_chinese


def test_metrics_have_a_definition_in_their_language(
    bundle: dict[str, Asset],
) -> None:
    for dataset in assets(bundle, "datasets"):
        is_chinese = dataset["table_name"].endswith("_zh")
        for metric in dataset["metrics"]:
            assert bool(_HAN.search(metric["description"])) == is_chinese, metric


def test_nothing_english_is_left_on_chinese_dashboards(
    bundle: dict[str, Asset],
) -> None:
    texts = []
    for path, item in bundle.items():
        if path.startswith("dashboards/") and item["slug"].endswith("-zh"):
            texts += [item["dashboard_title"], item["description"]]
            filters = item["metadata"]["native_filter_configuration"]
            texts += [entry["name"] for entry in filters]
            texts += [box["meta"]["sliceName"] for box in charts_of(item)]
        if path.startswith("datasets/") and path.endswith("_zh.yaml"):
            for entry in item["columns"] + item["metrics"]:
                texts += [entry["verbose_name"], entry["description"]]
        if path.startswith("charts/") and "-zh_" in path:
            texts += [item["slice_name"]]
            shown = item["params"]
            texts += [shown[k] for k in ("subtitle", "total_label") if shown.get(k)]

    assert [
        text for text in set(texts) - _SAME_IN_CHINESE if not _HAN.search(text)
    ] == []


def test_filters_leave_out_exactly_the_tiles_without_their_column(
    bundle: dict[str, Asset],
) -> None:
    datasets = {item["uuid"]: item for item in assets(bundle, "datasets")}
    charts = {item["uuid"]: item for item in assets(bundle, "charts")}
    for dashboard in assets(bundle, "dashboards"):
        for entry in dashboard["metadata"]["native_filter_configuration"]:
            left_out = set()
            for box in charts_of(dashboard):
                dataset = datasets[charts[box["meta"]["uuid"]]["dataset_uuid"]]
                names = {column["column_name"] for column in dataset["columns"]}
                column = entry["id"].rsplit("-", 1)[1]
                if column not in names:
                    left_out.add(box["meta"]["chartId"])

            assert set(entry["scope"]["excluded"]) == left_out, entry["name"]
