"""Tiles: what a line of a dashboard's spec asks for, checked against its dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.bundle.datasets import FORMATS, Dataset, require_known
from dashboards.bundle.texts import LANGUAGES, SpecError, Texts, refuse_unknown, texts

GRID_COLUMNS = 12
KINDS = ("kpi", "rows", "by", "bars", "lines", "waterfall")
_KEYS = {
    *KINDS,
    *("name", "of", "title", "width", "note", "format", "show", "x", "where"),
    *("sort", "search", "sum", "end", "marked"),
}


@dataclass(frozen=True)
class Tile:
    """One chart of a dashboard."""

    dashboard: str
    name: str
    dataset: Dataset
    kind: str  # one of KINDS
    title: Texts
    about: Texts | None  # definition of what it shows
    width: int
    entry: dict[str, Any]  # the settings of its kind

    @property
    def metrics(self) -> list[str]:
        """The metrics it shows."""
        if self.kind in ("kpi", "bars", "lines", "waterfall"):
            return [self.entry[self.kind]]
        return list(self.entry.get("show", []))

    @property
    def dimensions(self) -> list[str]:
        """The columns its metrics are given for, or the columns of a plain list."""
        if self.kind in ("rows", "by"):
            return list(self.entry[self.kind])
        wanted = [self.entry.get("x"), self.entry.get("by")]
        return [column for column in wanted if column]

    @property
    def is_one_currency_a_row(self) -> bool:
        """Whether amounts in different currencies cannot meet in one of its sums."""
        return "currency_code" in self.dimensions

    @property
    def marks(self) -> dict[str, str]:
        """Columns printed in red, with the column that holds the row's urgency."""
        return dict(self.entry.get("marked", {}))

    @property
    def sorting(self) -> list[tuple[str, bool]]:
        """Columns or metrics with whether they ascend, first thing first."""
        return [(key.lstrip("-"), key[0] != "-") for key in self.entry.get("sort", [])]


def read_tile(
    entry: dict[str, Any], dashboard: str, datasets: dict[str, Dataset]
) -> Tile:
    """A tile of the spec.

    Raises:
        SpecError: it names what its dataset does not have, or lacks a text.
    """
    where = f"dashboard {dashboard}, tile {entry.get('name')}"
    refuse_unknown(entry, _KEYS, where)
    dataset = datasets.get(entry["of"])
    if dataset is None:
        raise SpecError(f"{where}: there is no dataset {entry['of']!r}.")
    kind = _kind(entry, where)
    metric = dataset.metrics.get(str(entry.get(kind)))
    title = texts(entry.get("title") or (metric and metric.labels), f"{where}, title")
    about = metric.about if metric else None
    width = entry.get("width", GRID_COLUMNS)
    tile = Tile(dashboard, entry["name"], dataset, kind, title, about, width, entry)
    _check(tile, where)
    return tile


def _kind(entry: dict[str, Any], where: str) -> str:
    """`bars` and `lines` have a `by` as well, so the order of KINDS does not decide."""
    kinds = [kind for kind in KINDS if kind in entry and kind != "by"] or ["by"]
    if len(kinds) != 1 or kinds[0] not in entry:
        raise SpecError(f"{where}: say one of {', '.join(KINDS)}, not {kinds}.")
    return kinds[0]


def _check(tile: Tile, where: str) -> None:
    dataset, entry = tile.dataset, tile.entry
    for name in tile.metrics:
        if name not in dataset.metrics:
            raise SpecError(f"{where}: {dataset.name} has no metric {name!r}.")
        in_own = dataset.metrics[name].format == "own_currency"
        if in_own and not tile.is_one_currency_a_row:
            raise SpecError(f"{where}: {name} would add up different currencies.")
    for name in [*tile.dimensions, *tile.marks, *tile.marks.values()]:
        if name not in dataset.columns:
            raise SpecError(f"{where}: {dataset.name} has no column {name!r}.")
    known = set(dataset.columns) | set(tile.metrics)
    if unknown := {name for name, _ in tile.sorting} - known:
        raise SpecError(f"{where}: cannot be sorted by {sorted(unknown)}.")
    if entry.get("format", "count") not in FORMATS:
        raise SpecError(f"{where}: format is one of {', '.join(FORMATS)}.")
    require_known(entry.get("where", ""), set(dataset.columns), where)
    for key in ("note", "end"):
        if key in entry:
            texts(entry[key], f"{where}, {key}")


def listed_columns(tile: Tile) -> list[str]:
    """Columns it asks for: an amount follows the text that shows it; at the end stands
    what rows are marked by.
    """
    names = []
    for name in tile.dimensions:
        twin = tile.dataset.columns[name].is_shown_as
        names += [twin, name] if twin else [name]
    return [*names, *tile.marks.values()]


def listed_metrics(tile: Tile) -> list[str]:
    """Metrics it asks for, with the texts that show them likewise."""
    names = []
    for name in tile.metrics:
        twin = tile.dataset.metrics[name].is_shown_as
        names += [twin, name] if twin else [name]
    return names


def text_of(tile: Tile, key: str, language: str) -> str:
    """An optional text of a tile."""
    assert language in LANGUAGES
    return tile.entry[key][language] if key in tile.entry else ""
