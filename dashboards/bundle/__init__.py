"""The dashboards as files that Superset imports, made from `dashboards/spec/`.

Pure Python and PyYAML: it runs in Superset's environment and in the project's, and asks
no database. What a chart names is followed down to the columns of the dbt models, so a
bundle that is built has no dead ends.

    build_bundle()   path in the bundle -> YAML text
    DASHBOARDS       slug, uuid, language, roles, title of each dashboard
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dashboards.bundle.catalog import Catalog, reports_catalog
from dashboards.bundle.charts import chart_file
from dashboards.bundle.dataset_files import database_file, dataset_file
from dashboards.bundle.datasets import Dataset, read_datasets
from dashboards.bundle.pages import Page, page_file, page_id, read_page, slug_of
from dashboards.bundle.texts import LANGUAGES, SpecError

__all__ = ["DASHBOARDS", "SpecError", "build_bundle", "read_pages", "read_spec"]

_SPEC = Path(__file__).resolve().parents[1] / "spec"
PAGES = ("settlements", "profit")
_Spec = dict[str, Any]


def read_spec() -> _Spec:
    """The hand-written files: each dashboard by name, and what all may show."""
    spec: _Spec = {name: _read(name) for name in PAGES}
    spec["datasets"] = {}
    for name in PAGES:
        spec["datasets"] |= _read(f"{name}_data")
    return spec


def _read(name: str) -> Any:
    return yaml.safe_load((_SPEC / f"{name}.yml").read_text())


def read_pages(
    catalog: Catalog | None = None, spec: _Spec | None = None
) -> tuple[dict[str, Dataset], list[Page]]:
    """Datasets and dashboards of the spec, checked.

    Raises:
        SpecError: something is named that does not exist, or a text lacks a language.
    """
    spec = spec or read_spec()
    datasets = read_datasets(spec["datasets"], catalog or reports_catalog())
    pages = [read_page(spec[name], datasets) for name in PAGES]
    used = {tile.dataset.name for page in pages for tile in page.tiles}
    if unused := set(datasets) - used:
        raise SpecError(f"datasets {sorted(unused)} are on no dashboard.")
    return datasets, pages


def build_bundle(
    catalog: Catalog | None = None, spec: _Spec | None = None
) -> dict[str, str]:
    """Every file of the bundle; the same spec gives the same text.

    Raises:
        SpecError: as `read_pages`.
    """
    datasets, pages = read_pages(catalog, spec)
    files: dict[str, dict[str, Any]] = {
        "metadata.yaml": {
            "version": "1.0.0",
            "type": "assets",
            "timestamp": "2026-01-01T00:00:00+00:00",  # fixed: no build differs by it
        },
        "databases/acorn.yaml": database_file(),
    }
    for language in LANGUAGES:
        for dataset in datasets.values():
            path = f"datasets/acorn/{dataset.name}_{language}.yaml"
            files[path] = dataset_file(dataset, language)
        for page in pages:
            slug = slug_of(page, language)
            for tile in page.tiles:
                path = f"charts/{slug}_{tile.name}.yaml"
                files[path] = chart_file(tile, language)
            files[f"dashboards/{slug}.yaml"] = page_file(page, language)
    return {
        path: yaml.safe_dump(content, allow_unicode=True, sort_keys=True)
        for path, content in files.items()
    }


def _dashboards() -> list[dict[str, Any]]:
    _, pages = read_pages()
    return [
        {
            "slug": slug_of(page, language),
            "uuid": page_id(page, language),
            "language": language,
            "roles": page.roles,
            "title": page.title[language],
        }
        for page in pages
        for language in LANGUAGES
    ]


DASHBOARDS = _dashboards()
