"""The look of a dashboard: `spec/style.css` and the words that it prints."""

from __future__ import annotations

from pathlib import Path

from dashboards.bundle.tiles import Tile

_STYLE = Path(__file__).resolve().parents[1] / "spec" / "style.css"
# Superset's own Chinese calls the row of totals Sunday, so these words take its place.
_WORDS = {
    "en": {"all-rows": "All rows", "rows-per-page": "rows per page"},
    "zh": {"all-rows": "全部合计", "rows-per-page": "行 / 页"},
}


def page_style(tiles: list[Tile], language: str) -> str:
    """The CSS of a dashboard in one language."""
    words = "".join(f' --{key}: "{word}";' for key, word in _WORDS[language].items())
    return "\n".join(
        [f":root {{{words} }}", _STYLE.read_text(), _labels(tiles, language)]
    )


def _labels(tiles: list[Tile], language: str) -> str:
    """On a narrow screen the state of the books stands as lines: label, value."""
    [state] = [tile for tile in tiles if tile.name == "status"]
    rules = [
        f'  #GRID_ID td[aria-labelledby="header-{name}"]::before '
        f'{{ content: "{state.dataset.columns[name].labels[language]}"; }}'
        for name in state.dimensions
    ]
    return "\n".join(["@media (max-width: 768px) {", *rules, "}", ""])
