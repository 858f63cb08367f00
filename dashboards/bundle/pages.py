"""Dashboards: where tiles stand, which filters act, what narrow screens show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards.bundle.charts import chart_id
from dashboards.bundle.datasets import Dataset
from dashboards.bundle.filters import Filter, filter_settings, read_filter, scope_notes
from dashboards.bundle.style import page_style
from dashboards.bundle.texts import (
    LANGUAGES,
    SpecError,
    Texts,
    refuse_unknown,
    stable_id,
    texts,
)
from dashboards.bundle.tiles import GRID_COLUMNS, Tile, read_tile

_KEYS = {"slug", "roles", "title", "purpose", "more", "filters", "rows"}
_OTHER_LANGUAGE = {"en": ("zh", "中文"), "zh": ("en", "English")}


@dataclass(frozen=True)
class Row:
    """Tiles side by side, of one height (in grid units of 8 px)."""

    height: int
    tiles: list[Tile]


@dataclass(frozen=True)
class Page:
    """A dashboard of the spec; it is made once per language."""

    slug: str
    roles: list[str]
    title: Texts
    purpose: Texts
    more: Texts
    filters: list[Filter]
    rows: list[Row]

    @property
    def tiles(self) -> list[Tile]:
        return [tile for row in self.rows for tile in row.tiles]


def slug_of(page: Page, language: str) -> str:
    """`profit`, `profit-zh`."""
    return page.slug if language == LANGUAGES[0] else f"{page.slug}-{language}"


def page_id(page: Page, language: str) -> str:
    """The UUID of a dashboard in one language."""
    return stable_id("dashboard", page.slug, language)


def read_page(entry: dict[str, Any], datasets: dict[str, Dataset]) -> Page:
    """A dashboard of the spec.

    Raises:
        SpecError: a tile or filter does not fit its dataset, a row is too wide, two
            tiles have one name, or a text lacks a language.
    """
    slug = entry["slug"]
    where = f"dashboard {slug}"
    refuse_unknown(entry, _KEYS, where)
    rows = [
        Row(row["height"], [read_tile(tile, slug, datasets) for tile in row["tiles"]])
        for row in entry["rows"]
    ]
    for row in rows:
        if sum(tile.width for tile in row.tiles) != GRID_COLUMNS:
            names = [tile.name for tile in row.tiles]
            raise SpecError(f"{where}: widths of {names} must make {GRID_COLUMNS}.")
    names = [tile.name for row in rows for tile in row.tiles]
    if len(names) != len(set(names)):
        raise SpecError(f"{where}: two tiles have one name: {sorted(names)}.")
    return Page(
        slug=slug,
        roles=list(entry["roles"]),
        title=texts(entry.get("title"), f"{where}, title"),
        purpose=texts(entry.get("purpose"), f"{where}, purpose"),
        more=texts(entry.get("more"), f"{where}, more"),
        filters=[read_filter(item, slug, datasets) for item in entry["filters"]],
        rows=rows,
    )


def page_file(page: Page, language: str) -> dict[str, Any]:
    """The file that Superset imports."""
    numbers = {tile.name: number for number, tile in enumerate(page.tiles, start=1)}
    return {
        "dashboard_title": page.title[language],
        "description": page.purpose[language],
        "css": page_style(page.tiles, language),
        "slug": slug_of(page, language),
        "uuid": page_id(page, language),
        "position": _position(page, language, numbers),
        "metadata": {
            "native_filter_configuration": [
                filter_settings(item, page.tiles, numbers, language)
                for item in page.filters
            ],
            "filter_bar_orientation": "HORIZONTAL",
            "cross_filters_enabled": False,
            "refresh_frequency": 0,
            "expanded_slices": {},
            "timed_refresh_immune_slices": [],
            "color_scheme": "supersetColors",
            "label_colors": {},
        },
        "published": True,
        "is_managed_externally": True,
        "version": "1.0.0",
    }


def _position(page: Page, language: str, numbers: dict[str, int]) -> dict[str, Any]:
    """Superset's tree of boxes. Chart numbers are replaced by real ones on import."""
    nodes = _text("intro", _introduction(page, language))
    for number, row in enumerate(page.rows, start=1):
        row_id = f"ROW-{number}"
        tiles = [
            _tile(tile, language, numbers, row_id, row.height) for tile in row.tiles
        ]
        nodes |= {tile["id"]: tile for tile in tiles}
        nodes[row_id] = _row(row_id, [tile["id"] for tile in tiles])
    nodes |= _text("definitions", _definitions(page, language))
    rows = [node["id"] for node in nodes.values() if node["type"] == "ROW"]
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": _node("GRID_ID", "GRID", [], rows),
        "HEADER_ID": {
            "id": "HEADER_ID",
            "type": "HEADER",
            "meta": {"text": page.title[language]},
        },
    } | nodes


def _text(name: str, code: str) -> dict[str, Any]:
    """A row with a text in it; style.css lets it take the height it needs."""
    row = f"ROW-{name}"
    box = _node(f"MARKDOWN-{name}", "MARKDOWN", [row])
    box["meta"] = {"width": GRID_COLUMNS, "height": 10, "code": code}
    return {box["id"]: box, row: _row(row, [box["id"]])}


def _node(
    name: str, kind: str, above: list[str], children: list[str] | None = None
) -> dict[str, Any]:
    parents = ["ROOT_ID"] if kind == "GRID" else ["ROOT_ID", "GRID_ID", *above]
    return {"id": name, "type": kind, "children": children or [], "parents": parents}


def _row(name: str, children: list[str]) -> dict[str, Any]:
    return _node(name, "ROW", [], children) | {
        "meta": {"background": "BACKGROUND_TRANSPARENT"}
    }


def _tile(
    tile: Tile, language: str, numbers: dict[str, int], row: str, height: int
) -> dict[str, Any]:
    return _node(f"CHART-{tile.name}", "CHART", [row]) | {
        "meta": {
            "chartId": numbers[tile.name],
            "width": tile.width,
            "height": height,
            "sliceName": tile.title[language],
            "uuid": chart_id(tile, language),
        }
    }


def _introduction(page: Page, language: str) -> str:
    other, name = _OTHER_LANGUAGE[language]
    link = f"[{name}](/superset/dashboard/{slug_of(page, other)}/)"
    parts = [
        f"**{page.purpose[language]}** {link}",
        page.more[language],
        *scope_notes(page.filters, page.tiles, language),
    ]
    return "\n\n".join(parts)


def _definitions(page: Page, language: str) -> str:
    """What each number means, for those who cannot point at a title."""
    abouts: dict[str, str] = {}
    for tile in page.tiles:
        metrics = tile.dataset.metrics
        for name in tile.metrics:
            shown = metrics[metrics[name].is_shown_as or name]
            abouts[shown.labels[language]] = shown.about[language]
    heading, colon = {"en": ("Definitions", ": "), "zh": ("定义", "：")}[language]
    listed = [f"- **{label}**{colon}{about}" for label, about in abouts.items()]
    return "\n".join([f"#### {heading}", "", *listed])
