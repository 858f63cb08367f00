"""How a chart looks: the settings that the browser draws it by."""

from __future__ import annotations

import json
from typing import Any

from dashboards.bundle.datasets import FORMATS
from dashboards.bundle.tiles import Tile, listed_columns, listed_metrics, text_of

_DATE = "%Y-%m-%d"
_RED_BELOW = 5  # an urgency; see spec/settlements_data.yml
_ALARM = "#cf1322"


def chart_settings(tile: Tile, language: str) -> dict[str, Any]:
    """The settings of the tile's kind of chart, in one language."""
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
        "conditional_formatting": _marks(tile),
        "include_search": bool(tile.entry.get("search")),
        "show_cell_bars": False,
        "color_pn": False,
        "table_timestamp_format": _DATE,
        "allow_render_html": False,
        "page_length": 50 if tile.entry.get("search") else 0,
        "server_pagination": False,  # its search names columns as the database does
    }
    if tile.kind == "rows":
        return common | {
            "query_mode": "raw",
            "all_columns": listed_columns(tile),
            "order_by_cols": [json.dumps([name, asc]) for name, asc in tile.sorting],
        }
    (sort_by, ascends), *_ = tile.sorting
    return common | {
        "query_mode": "aggregate",
        "groupby": tile.dimensions,
        "metrics": listed_metrics(tile),
        "timeseries_limit_metric": sort_key(tile, sort_by),
        "order_desc": not ascends,
        "show_totals": tile.entry.get("sum", True),
    }


def _column_config(tile: Tile) -> dict[str, Any]:
    """How each column is printed; an amount stays hidden behind the text of it."""
    config: dict[str, Any] = {
        urgency: {"visible": False} for urgency in tile.marks.values()
    }
    for name in tile.dimensions:
        column = tile.dataset.columns[name]
        if column.is_shown_as:
            config |= _behind(name, column.is_shown_as)
        elif column.is_date:
            config[name] = {"d3TimeFormat": _DATE, "horizontalAlign": "left"}
        elif column.number_format:
            config[name] = _number_style(column.number_format)
        elif column.width:
            config[name] = {"columnWidth": column.width}
    for name in tile.metrics:
        metric = tile.dataset.metrics[name]
        if metric.is_shown_as:
            config |= _behind(name, metric.is_shown_as)
        else:
            config[name] = _number_style(metric.format)
    return config


def _number_style(name: str) -> dict[str, Any]:
    return {"d3NumberFormat": FORMATS[name], "horizontalAlign": "right"}


def _behind(number: str, text: str) -> dict[str, Any]:
    return {text: {"horizontalAlign": "right"}, number: {"visible": False}}


def _marks(tile: Tile) -> list[dict[str, Any]]:
    """A column in red on rows that somebody has to look at."""
    return [
        {
            "column": urgency,
            "operator": "<",
            "targetValue": _RED_BELOW,
            "colorScheme": _ALARM,
            "columnFormatting": column,
            "objectFormatting": "TEXT_COLOR",
            "useGradient": False,
        }
        for column, urgency in tile.marks.items()
    ]


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


def sort_key(tile: Tile, name: str) -> Any:
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
