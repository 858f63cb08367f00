"""Queries of the pages: what each claims about itself.

A block of SQL on a page holds one query or more, each ended by `;`. `-- wrong: why`
before a query and `-- right` before the next one make a pair: the right one follows the
wrong one, both answer the same question (the same column names), with other results.
`-- result: 1.23` after a query is the first value of its first row.

A table of results has, on the line before it, `<!-- recompute: select ... -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tests.docs.pages import Page

_RESULT = re.compile(r"^-- result: (.+)$", re.MULTILINE)
_QUERY = re.compile(r"(?P<text>[^;]+;)(?P<after>(?:\n-- result: [^\n]+)?)")
_RECOMPUTE = re.compile(r"<!-- recompute:\s+(.+?)\s+-->\n((?:\|[^\n]*\n)+)", re.DOTALL)


@dataclass(frozen=True)
class Query:
    """One query of a page; `kind` is wrong, right or empty."""

    place: str
    text: str
    kind: str
    result: str | None


def queries(page: Page) -> list[Query]:
    """All SQL of a page, in order."""
    found = []
    for block in page.blocks:
        if block.language != "sql":
            continue
        for part in _QUERY.finditer(block.text):
            kind = re.search(r"^-- (wrong|right)\b", part["text"], re.MULTILINE)
            result = _RESULT.search(part["after"])
            found.append(
                Query(
                    place=f"{page.name}, line {block.line}, {block.section}",
                    text=part["text"].rstrip(";"),
                    kind=kind[1] if kind else "",
                    result=result[1] if result else None,
                )
            )
    return found


def pairs(page: Page) -> Iterator[tuple[Query, Query]]:
    """Each wrong query with the right one that follows it."""
    listed = queries(page)
    for wrong, right in zip(listed, [*listed[1:], None], strict=True):
        if wrong.kind == "wrong":
            assert right and right.kind == "right", f"{wrong.place}: no right query"
            yield wrong, right


@dataclass(frozen=True)
class ResultTable:
    """A table of a page and the query that makes it."""

    query: str
    rows: list[list[str]]


def result_tables(page: Page) -> list[ResultTable]:
    """Every table that has its query before it."""
    return [
        ResultTable(" ".join(query.split()), _rows(table))
        for query, table in _RECOMPUTE.findall(page.path.read_text(encoding="utf-8"))
    ]


def shows(cell: str, value: object) -> bool:
    """Whether a cell of a page says this value of the warehouse."""
    bare = cell.strip("*` ").replace(",", "").replace("−", "-")
    if value is None:
        return bare == ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return Decimal(bare) == value
        except InvalidOperation:
            return False
    return cell.strip("*` ") == str(value)


def _rows(table: str) -> list[list[str]]:
    lines = table.strip().splitlines()[2:]  # without names and dashes
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
