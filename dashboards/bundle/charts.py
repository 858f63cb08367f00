"""Charts: a tile as Superset's own settings, and as the saved query behind it.

The saved query (`query_context`) is what exports by the API, e-mailed reports and the
test of totals ask for: all rows of the tile, without what the browser does to them.
"""

from __future__ import annotations

import json
from typing import Any

from dashboards.bundle.datasets import FORMATS
from dashboards.bundle.dataset_files import dataset_id
from dashboards.bundle.texts import stable_id
from dashboards.bundle.tiles import Tile, shown_columns, text_of

# Above any real number of rows. A list that reached it would say so on its tile.
_ROW_LIMIT = 100_000
_PAGED_ROW_LIMIT = 1_000_000
_DATE = "%Y-%m-%d"
_VIZ = {
    "kpi": "big_number_total",
    "rows": "table",
    "by": "table",
    "bars": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "waterfall": "waterfall",
}


def chart_id(tile: Tile, language: str) -> str:
    """The UUID of a tile's chart in one language."""
    return stable_id("chart", tile.dashboard, tile.name, language)


def chart_file(tile: Tile, language: str) -> dict[str, Any]:
    """The file that Superset imports."""
    params = {
        "viz_type": _VIZ[tile.kind],
        "adhoc_filters": _conditions(tile),
        "row_limit": _row_limit(tile),
        **_settings(tile, language),
    }
    return {
        "slice_name": tile.title[language],
        "description": tile.about[language] if tile.about else None,
        "viz_type": _VIZ[tile.kind],
        "params": params,
        "query_context": json.dumps(
            {
                "datasource": {"id": 0, "type": "table"},  # filled in by the import
                "force": False,
                "queries": [_query(tile)],
                "form_data": params,
                "result_format": "json",
                "result_type": "full",
            },
            ensure_ascii=False,
            sort_keys=True,
        ),
        "uuid": chart_id(tile, language),
        "dataset_uuid": dataset_id(tile.dataset.name, language),
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _row_limit(tile: Tile) -> int:
    return _PAGED_ROW_LIMIT if tile.entry.get("pages") else _ROW_LIMIT


def _conditions(tile: Tile) -> list[dict[str, Any]]:
    """What limits the rows: the tile's own condition, and a place for a date range."""
    conditions: list[dict[str, Any]] = []
    if tile.dataset.time:
        conditions.append(
            {
                "expressionType": "SIMPLE",
                "clause": "WHERE",
                "subject": tile.dataset.time,
                "operator": "TEMPORAL_RANGE",
                "comparator": "No filter",
            }
        )
    if where := tile.entry.get("where"):
        conditions.append(
            {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": where}
        )
    return conditions


def _query(tile: Tile) -> dict[str, Any]:
    where = tile.entry.get("where")
    query: dict[str, Any] = {
        "columns": shown_columns(tile) if tile.kind == "rows" else tile.dimensions,
        "metrics": None if tile.kind == "rows" else tile.metrics,
        "orderby": [[_sort_key(tile, name), asc] for name, asc in tile.sorting],
        "filters": [],
        "extras": {"where": f"({where})" if where else "", "having": ""},
        "row_limit": _row_limit(tile),
    }
    if tile.dataset.time:
        query["filters"] = [
            {"col": tile.dataset.time, "op": "TEMPORAL_RANGE", "val": "No filter"}
        ]
    return query


def _sort_key(tile: Tile, name: str) -> Any:
    """A table of totals is sorted by aggregates only, so a column becomes one."""
    if tile.kind != "by" or name in tile.dataset.metrics:
        return name
    return {
        "expressionType": "SQL",
        "sqlExpression": f"min({name})",
        "label": f"order of {name}",
        "optionName": f"metric_order_{name}",
        "hasCustomLabel": True,
    }


def _settings(tile: Tile, language: str) -> dict[str, Any]:
    if tile.kind == "kpi":
        return _kpi(tile, language)
    if tile.kind in ("rows", "by"):
        return _table(tile)
    if tile.kind == "waterfall":
        return _waterfall(tile, language)
    return _series(tile)


def _kpi(tile: Tile, language: str) -> dict[str, Any]:
    metric = tile.dataset.metrics[tile.metrics[0]]
    return {
        "metric": metric.name,
        "y_axis_format": FORMATS[tile.entry.get("format", metric.format)],
        "subtitle": text_of(tile, "note", language),
        "header_font_size": 0.3,
        "subtitle_font_size": 0.125,
        "show_metric_name": False,
        "time_format": _DATE,
    }


def _table(tile: Tile) -> dict[str, Any]:
    common = {
        "column_config": _column_config(tile),
        "include_search": bool(tile.entry.get("search")),
        "show_cell_bars": False,
        "color_pn": False,
        "table_timestamp_format": _DATE,
        "allow_render_html": False,
        "page_length": 50 if tile.entry.get("search") else 0,
        "server_pagination": bool(tile.entry.get("pages")),
        "server_page_length": 20,
    }
    if tile.kind == "rows":
        return common | {
            "query_mode": "raw",
            "all_columns": shown_columns(tile),
            "order_by_cols": [json.dumps([name, asc]) for name, asc in tile.sorting],
        }
    (sort_by, ascends), *_ = tile.sorting
    return common | {
        "query_mode": "aggregate",
        "groupby": tile.dimensions,
        "metrics": tile.metrics,
        "timeseries_limit_metric": _sort_key(tile, sort_by),
        "order_desc": not ascends,
        "show_totals": tile.entry.get("sum", True),
    }


def _column_config(tile: Tile) -> dict[str, Any]:
    """How each column is printed; an amount stays hidden behind the text of it."""
    config: dict[str, Any] = {}
    names = shown_columns(tile) if tile.kind == "rows" else tile.dimensions
    for name in names:
        column = tile.dataset.columns[name]
        if column.is_shown_as:
            config[column.is_shown_as] = {"horizontalAlign": "right"}
            config[name] = {"visible": False}
        elif column.is_date:
            config[name] = {"d3TimeFormat": _DATE, "horizontalAlign": "left"}
        elif column.number_format:
            config[name] = {
                "d3NumberFormat": FORMATS[column.number_format],
                "horizontalAlign": "right",
            }
    for name in tile.metrics:
        style = FORMATS[tile.dataset.metrics[name].format]
        config[name] = {"d3NumberFormat": style, "horizontalAlign": "right"}
    return config


def _waterfall(tile: Tile, language: str) -> dict[str, Any]:
    return {
        "x_axis": tile.entry["x"],
        "groupby": [],
        "metric": tile.metrics[0],
        "y_axis_format": FORMATS["whole"],
        "show_value": True,
        "show_legend": False,
        "total_label": text_of(tile, "end", language),
        "x_ticks_layout": "45°",
    }


def _series(tile: Tile) -> dict[str, Any]:
    metric = tile.dataset.metrics[tile.metrics[0]]
    is_bar = tile.kind == "bars"
    return {
        "x_axis": tile.entry["x"],
        "metrics": [metric.name],
        "groupby": [tile.entry["by"]],
        "x_axis_sort_asc": True,
        "y_axis_format": FORMATS["whole" if metric.format == "money" else "percent"],
        "stack": "Stack" if is_bar else None,
        "seriesType": "line",
        "markerEnabled": not is_bar,
        "markerSize": 6,
        "show_legend": True,
        "legendType": "plain",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "tooltipTimeFormat": "smart_date",
        "only_total": True,
        "show_value": False,
        "truncateYAxis": False,
        "comparison_type": "values",
    }
