"""What reports hold: columns, types and descriptions, without asking a database.

Published reports are models of dbt with a contract; live views of the schema `reports`
are described as sources of dbt in the same way, and a test holds them against the
database. So their YAML says it all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).resolve().parents[2]
MODELS = _ROOT / "dbt_project" / "models"

_DOCS_BLOCK = re.compile(r"{%\s*docs\s+(\w+)\s*%}(.*?){%\s*enddocs\s*%}", re.S)
_DOC_CALL = re.compile(r"{{\s*doc\('(\w+)'\)\s*}}")


@dataclass(frozen=True)
class ReportColumn:
    """A column as its contract states it."""

    name: str
    data_type: str  # of Postgres, without precision: numeric, text, date, ...
    description: str


Report = dict[str, ReportColumn]
Catalog = dict[str, Report]


@cache
def reports_catalog() -> Catalog:
    """Every report by its name (`profit_by_sku_month`), live views included.

    Raises:
        KeyError: a description calls a docs block that does not exist.
    """
    blocks = _docs_blocks()
    catalog: Catalog = {}
    for path in sorted(MODELS.rglob("rpt_*.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            name = model["name"].removeprefix("rpt_")
            catalog[name] = _columns(model["columns"], blocks)
    views = yaml.safe_load((MODELS / "reports" / "_reports__sources.yml").read_text())
    for source in views["sources"]:
        for table in source["tables"]:
            catalog[table["name"]] = _columns(table["columns"], blocks)
    return catalog


def _docs_blocks() -> dict[str, str]:
    return {
        name: " ".join(text.split())
        for path in sorted(MODELS.rglob("*.md"))
        for name, text in _DOCS_BLOCK.findall(path.read_text())
    }


def _columns(entries: list[dict[str, Any]], blocks: dict[str, str]) -> Report:
    return {
        entry["name"]: ReportColumn(
            name=entry["name"],
            data_type=entry["data_type"].split("(")[0],
            description=_DOC_CALL.sub(
                lambda call: blocks[call.group(1)], entry.get("description", "")
            ),
        )
        for entry in entries
    }
