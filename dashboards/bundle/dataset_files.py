"""Datasets as the files that Superset imports."""

from __future__ import annotations

from typing import Any

from dashboards.bundle.datasets import Column, Dataset, Metric
from dashboards.bundle.texts import stable_id

DATABASE_ID = stable_id("database", "acorn")


def database_file() -> dict[str, Any]:
    """The warehouse. Its address is filled in where it is imported."""
    return {
        "database_name": "Acorn",
        "sqlalchemy_uri": "postgresql+psycopg2://",
        "expose_in_sqllab": False,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {},
        "uuid": DATABASE_ID,
        "version": "1.0.0",
    }


def dataset_id(name: str, language: str) -> str:
    """The UUID of a dataset in one language."""
    return stable_id("dataset", name, language)


def dataset_file(dataset: Dataset, language: str) -> dict[str, Any]:
    """A dataset with labels, tooltips and columns of one language."""
    return {
        "table_name": f"{dataset.name}_{language}",
        "schema": "reports",
        "sql": dataset.select(language),
        "main_dttm_col": dataset.time,
        "uuid": dataset_id(dataset.name, language),
        "database_uuid": DATABASE_ID,
        "is_managed_externally": True,
        "columns": [_column(column, language) for column in dataset.columns.values()],
        "metrics": [_metric(metric, language) for metric in dataset.metrics.values()],
        "version": "1.0.0",
    }


def _column(column: Column, language: str) -> dict[str, Any]:
    return {
        "column_name": column.name,
        "verbose_name": column.labels[language],
        "description": column.about.get(language) or column.labels[language],
        "type": column.data_type.upper(),
        "is_dttm": column.is_date,
        "is_active": True,
        "groupby": True,
        "filterable": True,
    }


def _metric(metric: Metric, language: str) -> dict[str, Any]:
    return {
        "metric_name": metric.name,
        "verbose_name": metric.labels[language],
        "description": metric.about[language],
        "expression": metric.sql,
    }
