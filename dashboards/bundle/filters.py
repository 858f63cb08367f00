"""Filters of a dashboard. Each acts on every tile whose dataset has its column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.bundle.dataset_files import dataset_id
from dashboards.bundle.datasets import Dataset
from dashboards.bundle.texts import SpecError, Texts, refuse_unknown, texts
from dashboards.bundle.tiles import Tile


@dataclass(frozen=True)
class Filter:
    """A choice of values of a column, or a range of its dates."""

    dashboard: str
    name: Texts
    dataset: Dataset  # gives the choices
    column: str
    is_range: bool
    about: Texts | None = None  # a hint for those who choose

    def acts_on(self, tile: Tile) -> bool:
        """Whether the tile's rows can be told by it."""
        if self.is_range:
            return tile.dataset.time == self.column
        return self.column in tile.dataset.columns


def read_filter(
    entry: dict[str, Any], dashboard: str, datasets: dict[str, Dataset]
) -> Filter:
    """A filter of the spec.

    Raises:
        SpecError: its dataset or column does not exist, or a text lacks a language.
    """
    where = f"dashboard {dashboard}, filter {entry.get('name')}"
    refuse_unknown(entry, {"of", "column", "range", "name", "about"}, where)
    dataset = datasets.get(entry["of"])
    is_range = "range" in entry
    column = entry["range" if is_range else "column"]
    if dataset is None or column not in dataset.columns:
        raise SpecError(f"{where}: {entry['of']!r} has no column {column!r}.")
    if is_range and dataset.time != column:
        raise SpecError(f"{where}: a range is about the dataset's time.")
    about = texts(entry["about"], f"{where}, about") if "about" in entry else None
    name = texts(entry.get("name"), where)
    return Filter(dashboard, name, dataset, column, is_range, about)


def filter_settings(
    item: Filter, tiles: list[Tile], numbers: dict[str, int], language: str
) -> dict[str, Any]:
    """A filter in Superset's terms; `numbers` are the charts' by tile name."""
    target = {
        "datasetUuid": dataset_id(item.dataset.name, language),
        "column": {"name": item.column},
    }
    return {
        "id": f"NATIVE_FILTER-{item.dashboard}-{item.column}",
        "type": "NATIVE_FILTER",
        "name": item.name[language],
        "filterType": "filter_time" if item.is_range else "filter_select",
        "targets": [{}] if item.is_range else [target],
        "controlValues": {
            "multiSelect": True,
            "enableEmptyFilter": False,
            "defaultToFirstItem": False,
            "inverseSelection": False,
            "searchAllOptions": not item.is_range,
        },
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [
                numbers[tile.name] for tile in tiles if not item.acts_on(tile)
            ],
        },
        "description": item.about[language] if item.about else "",
    }


def scope_notes(filters: list[Filter], tiles: list[Tile], language: str) -> list[str]:
    """One sentence on what filters leave alone, for people to read."""
    clauses = []
    for item in filters:
        left = [
            tile.title[language]
            for tile in tiles
            if not item.acts_on(tile) and tile.dataset.name != "status"
        ]
        if left:
            clauses.append(_clause(item.name[language], left, language))
    if not clauses:
        return []
    if language == "zh":
        return ["筛选范围：" + "；".join(clauses) + "。"]
    return ["Filters: " + "; ".join(clauses) + "."]


def _clause(name: str, left: list[str], language: str) -> str:
    if language == "zh":
        return f"“{name}”不作用于" + "、".join(f"“{title}”" for title in left)
    return f"{name} does not act on " + ", ".join(f"“{title}”" for title in left)
