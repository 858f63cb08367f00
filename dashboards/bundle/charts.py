"""Charts: a tile as Superset's own settings, and as the saved query behind it.

The saved query (`query_context`) is what exports by the API, e-mailed reports and the
test of totals ask for: all rows of the tile, without what the browser does to them.
"""

from __future__ import annotations

import json
from typing import Any

from dashboards.bundle.chart_settings import chart_settings, sort_key
from dashboards.bundle.dataset_files import dataset_id
from dashboards.bundle.texts import stable_id
from dashboards.bundle.tiles import Tile, listed_columns, listed_metrics

# Above any real number of rows. A list that reached it would say so on its tile.
_ROW_LIMIT = 100_000
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
        "row_limit": _ROW_LIMIT,
        **chart_settings(tile, language),
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
        "columns": listed_columns(tile),
        "metrics": None if tile.kind == "rows" else listed_metrics(tile),
        "orderby": [[sort_key(tile, name), asc] for name, asc in tile.sorting],
        "filters": [],
        "extras": {"where": f"({where})" if where else "", "having": ""},
        "row_limit": _ROW_LIMIT,
    }
    if tile.dataset.time:
        query["filters"] = [
            {"col": tile.dataset.time, "op": "TEMPORAL_RANGE", "val": "No filter"}
        ]
    return query
