"""What a reader may ask for: what a saved chart asks, on the rows filters leave.

Superset takes the query of a chart from the browser and compares it with the saved
chart for guests only; SQL of one's own in it could read any report that the database
login reads. Here a query may name columns and metrics of its dataset. Everything that
is SQL (calculated columns, metrics, orders, conditions) must stand in the saved chart.

Not compared: values of filters, limits, time ranges and offsets, which reach Postgres
as values; operations of Superset's own list on the rows that came (`post_processing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from superset.common.chart_data import ChartDataResultType
from superset.common.query_context import QueryContext
from superset.common.query_object import QueryObject
from superset.models.slice import Slice
from superset.sql.parse import sanitize_clause
from superset.utils import json

_RESULTS = {
    ChartDataResultType.FULL,
    ChartDataResultType.RESULTS,
    ChartDataResultType.POST_PROCESSED,  # what exports ask for
}
# Keys of a saved query that hold a column, a metric or lists of them.
_LISTS = ("columns", "groupby", "metrics", "series_columns")
_SINGLES = ("series_limit_metric", "timeseries_limit_metric")


class ForeignQuestion(Exception):
    """A query asks for what its chart does not; the message names the part."""


def require_known_question(context: QueryContext, chart: Slice | None) -> None:
    """Let pass what `chart` asks, or without a chart what is made of plain names.

    Raises:
        ForeignQuestion: some part of it is neither.
    """
    if context.datasource.type != "table":
        raise ForeignQuestion("datasource")
    if chart and chart.datasource != context.datasource:
        raise ForeignQuestion("datasource")
    question = _Question(context, chart)
    for query in context.queries:
        if (query.result_type or context.result_type) not in _RESULTS:
            raise ForeignQuestion("result_type")
        question.require_known(query)


class _Question:
    """Names of the dataset, and the SQL of the saved chart."""

    def __init__(self, context: QueryContext, chart: Slice | None) -> None:
        dataset = context.datasource
        saved = json.loads(chart.query_context or "{}") if chart else {}
        queries = saved.get("queries") or []
        self._columns = {column.column_name for column in dataset.columns}
        self._metrics = {metric.metric_name for metric in dataset.metrics}
        self._expressions = {
            _content(entry)
            for query in queries
            for entry in _entries(query)
            if isinstance(entry, dict)
        }
        engine = dataset.database.db_engine_spec.engine
        # Superset writes a condition anew before it is compared here.
        self._conditions = {
            form
            for query in queries
            for key in ("where", "having")
            if (clause := (query.get("extras") or {}).get(key))
            for form in (clause, sanitize_clause(clause, engine))
        }

    def require_known(self, query: QueryObject) -> None:
        for column in [*query.columns, *query.series_columns]:
            self._require(column, "columns", self._columns)
        for metric in query.metrics or []:
            self._require(metric, "metrics", self._metrics)
        either = self._columns | self._metrics
        for entry, _ in query.orderby:
            self._require(entry, "orderby", either)
        if query.series_limit_metric:
            self._require(query.series_limit_metric, "series_limit_metric", either)
        for condition in query.filter:
            if not _is_one_of(condition.get("col"), self._columns):
                raise ForeignQuestion("filters")
        if query.granularity and not _is_one_of(query.granularity, self._columns):
            raise ForeignQuestion("granularity")
        for key in ("where", "having"):
            clause = query.extras.get(key)
            if clause and clause not in self._conditions:
                raise ForeignQuestion(f"extras.{key}")
        if query.annotation_layers:
            raise ForeignQuestion("annotation_layers")

    def _require(self, entry: Any, part: str, names: set[str]) -> None:
        if isinstance(entry, dict):
            # The time axis of a chart is a column's name in the place of an expression.
            is_name = _is_one_of(entry.get("sqlExpression"), self._columns)
            if is_name or _content(entry) in self._expressions:
                return
        elif _is_one_of(entry, names):
            return
        raise ForeignQuestion(part)


def _is_one_of(entry: Any, names: set[str]) -> bool:
    return isinstance(entry, str) and entry in names


def _entries(query: dict[str, Any]) -> Iterator[Any]:
    lists: Iterable[Any] = (query.get(key) or [] for key in _LISTS)
    for entries in lists:
        yield from entries
    yield from (query.get(key) for key in _SINGLES)
    yield from (entry for entry, _ in query.get("orderby") or [])


def _content(entry: dict[str, Any]) -> str:
    """What of an expression becomes SQL; its label and the browser's notes do not."""
    column = entry.get("column") or {}
    parts = [entry.get(key) for key in ("expressionType", "sqlExpression", "aggregate")]
    return json.dumps([*parts, column.get("column_name")])
