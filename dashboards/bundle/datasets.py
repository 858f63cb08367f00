"""Datasets: what charts may show, made once per language from `spec/*_data.yml`.

Superset allows one dataset per table and connection, and a dataset's labels are in one
language. So each is a plain selection of its report's columns, with the column of the
language under a common name: `store_name_zh as store_name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dashboards.bundle.catalog import Catalog, Report
from dashboards.bundle.texts import (
    LANGUAGES,
    SpecError,
    Texts,
    refuse_unknown,
    texts,
)

# What d3-format makes of a number; all print negatives with a hyphen in front.
FORMATS = {
    "count": ",d",
    "whole": ",.0f",
    "money": ",.2f",
    "percent": ",.1%",
    "own_currency": ",.2f",  # with the decimals of the currency it is grouped by
}
STORE_COLUMN = "store_code"
_CURRENCY_COLUMN = "currency_code"
_NO_DECIMALS = ("JPY",)  # of the currencies that Amazon settles in
_ZONE = "(select time_zone from reports.data_status)"

_LITERAL = re.compile(r"'[^']*'")
_CAST = re.compile(r"::\s*\w+")
_NAME = re.compile(r"[a-z_][a-z0-9_]*(?!\s*\()\b", re.I)
_WORDS = set(
    "and or not is null case when then else end in from filter where at time zone"
    " distinct between like true false asc desc".split()
)


@dataclass(frozen=True)
class Column:
    """A column of a dataset."""

    name: str
    labels: Texts
    about: dict[str, str]  # tooltip; may lack a language
    sql: Texts
    data_type: str
    is_shown_as: str | None = None  # the text twin of a money column
    width: int | None = None  # the least in tables, in pixels

    @property
    def is_date(self) -> bool:
        return self.data_type == "date"

    @property
    def number_format(self) -> str | None:
        """The format of FORMATS it is shown with; None for texts and dates."""
        return {"bigint": "count", "integer": "count", "numeric": "money"}.get(
            self.data_type
        )


@dataclass(frozen=True)
class Metric:
    """An aggregate with a name, a definition and a format."""

    name: str
    labels: Texts
    about: Texts
    sql: str
    format: str
    is_shown_as: str | None = None  # as of a column


@dataclass(frozen=True)
class Dataset:
    """A report as charts see it."""

    name: str
    report: str
    time: str | None  # the date column that a range filter is about
    columns: dict[str, Column]
    metrics: dict[str, Metric]

    def select(self, language: str) -> str:
        """The selection, with the columns of one language."""
        listed = ",\n".join(
            f"    {column.sql[language]} as {column.name}"
            for column in self.columns.values()
        )
        return f"select\n{listed}\nfrom reports.{self.report}"


def read_datasets(spec: dict[str, Any], catalog: Catalog) -> dict[str, Dataset]:
    """The datasets of the spec.

    Raises:
        SpecError: a text lacks a language, a column or report does not exist, or a
            report with stores would be shown without the column that guards them.
    """
    return {name: _dataset(name, entry, catalog) for name, entry in spec.items()}


def _dataset(name: str, entry: dict[str, Any], catalog: Catalog) -> Dataset:
    where = f"dataset {name}"
    refuse_unknown(entry, {"report", "time", "columns", "metrics"}, where)
    report = catalog.get(entry["report"])
    if report is None:
        raise SpecError(f"{where}: there is no report {entry['report']!r}.")
    columns: dict[str, Column] = {}
    for key, column in entry["columns"].items():
        for made in _columns(key, column, report, f"{where}, column {key}"):
            columns[made.name] = made
    if STORE_COLUMN in report and STORE_COLUMN not in columns:
        raise SpecError(
            f"{where}: {entry['report']} has rows of stores; list the column "
            f"{STORE_COLUMN}, or nothing guards who sees which."
        )
    time = entry.get("time")
    if time is not None and (time not in columns or not columns[time].is_date):
        raise SpecError(f"{where}: time {time!r} is not one of its dates.")
    metrics: dict[str, Metric] = {}
    for key, metric in entry.get("metrics", {}).items():
        for item in _metrics(key, metric, columns, f"{where}, metric {key}"):
            metrics[item.name] = item
    return Dataset(name, entry["report"], time, columns, metrics)


def _columns(
    name: str, entry: dict[str, Any], report: Report, where: str
) -> list[Column]:
    refuse_unknown(
        entry, {"en", "zh", "from", "sql", "type", "about", "money", "width"}, where
    )
    labels = texts({key: entry.get(key) for key in LANGUAGES}, where)
    if "sql" in entry:
        sql = _expressions(entry["sql"], report, where)
        data_type = entry.get("type", "text")
        about = texts(entry["about"], where) if "about" in entry else {}
    else:
        sql, data_type, description = _taken_over(name, entry, report, where)
        about = {"en": description} | dict(entry.get("about", {}))
    if not entry.get("money"):
        width = entry.get("width")
        return [Column(name, labels, about, sql, data_type, width=width)]
    if _CURRENCY_COLUMN not in report or data_type != "numeric":
        raise SpecError(f"{where}: money needs a number and {_CURRENCY_COLUMN}.")
    shown = {key: _as_money(number, _CURRENCY_COLUMN) for key, number in sql.items()}
    twin = Column(f"{name}_text", labels, about, shown, "text")
    return [Column(name, _number(labels), about, sql, data_type, twin.name), twin]


def _taken_over(
    name: str, entry: dict[str, Any], report: Report, where: str
) -> tuple[Texts, str, str]:
    """Columns of the report, one per language."""
    source = entry.get("from", name)
    names = {
        language: source[language]
        if isinstance(source, dict)
        else source.replace("*", language)
        for language in LANGUAGES
    }
    for wanted in names.values():
        if wanted not in report:
            raise SpecError(f"{where}: the report has no column {wanted!r}.")
    first = report[names["en"]]
    return names, first.data_type, first.description


def _expressions(value: Any, report: Report, where: str) -> Texts:
    """An expression per language."""
    by_language = value if isinstance(value, dict) else dict.fromkeys(LANGUAGES, value)
    sql = texts(by_language, where)
    for expression in sql.values():
        require_known(expression.replace("{zone}", ""), set(report), where)
    return {key: text.replace("{zone}", _ZONE) for key, text in sql.items()}


def _as_money(number: str, currency: str) -> str:
    """The amount as text, with the decimals of its currency.

    Superset prints a column with one number of decimals whatever the currency. So
    people see this text; the number stands beside it, hidden, for exports.
    """
    without = ", ".join(f"'{code}'" for code in _NO_DECIMALS)
    digits = "FM999,999,999,999,990"
    return (
        f"coalesce(to_char({number}, case when {currency} in ({without})"
        f" then '{digits}' else '{digits}.00' end), '')"
    )


def _number(labels: Texts) -> Texts:
    """The heading of the number behind such a text."""
    return {"en": f"{labels['en']} (number)", "zh": f"{labels['zh']}（数值）"}


def _metrics(
    name: str, entry: dict[str, Any], columns: dict[str, Column], where: str
) -> list[Metric]:
    refuse_unknown(entry, {"en", "zh", "sql", "format", "about"}, where)
    if entry.get("format") not in FORMATS:
        raise SpecError(f"{where}: format is one of {', '.join(FORMATS)}.")
    sql = entry["sql"]
    require_known(sql, set(columns), where)
    labels = texts({key: entry.get(key) for key in LANGUAGES}, where)
    about = texts(entry.get("about"), f"{where}, definition")
    if entry["format"] != "own_currency":
        return [Metric(name, labels, about, sql, entry["format"])]
    if _CURRENCY_COLUMN not in columns:
        raise SpecError(f"{where}: own_currency needs {_CURRENCY_COLUMN}.")
    shown = _as_money(sql, f"min({_CURRENCY_COLUMN})")
    twin = Metric(f"{name}_text", labels, about, shown, "own_currency")
    return [
        Metric(name, _number(labels), about, sql, "own_currency", twin.name),
        twin,
    ]


def require_known(expression: str, columns: set[str], where: str) -> None:
    """Refuse an expression that names what is no column.

    Raises:
        SpecError: with the names.
    """
    bare = _CAST.sub(" ", _LITERAL.sub(" ", expression))
    named = {word for word in _NAME.findall(bare) if word.lower() not in _WORDS}
    if unknown := named - columns:
        raise SpecError(f"{where}: {sorted(unknown)} are no columns of it.")
