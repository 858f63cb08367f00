"""What is behind the two menu entries: made when needed, whole, and self-contained."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deliver import dbt
from deliver.build import start_build
from deliver.dbt_docs import dbt_docs_folder, refresh_dbt_docs
from expectations.context import data_docs_index, project_folder
from expectations.gate_a import check_batches
from tests.expectations.builders import Settlement, add_settlement

pytestmark = pytest.mark.integration


class _Fetches(HTMLParser):
    """Addresses that a browser fetches by itself while it shows a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        names = {"link": "href"}.get(tag, "src")
        self.found += [value for name, value in attributes if name == names and value]


def _outside(page: str) -> list[str]:
    return [place for place in _Fetches(page).found if re.match(r"(https?:)?//", place)]


def test_dbt_docs_explain_tables_without_the_network(warehouse, monkeypatch) -> None:
    page = dbt_docs_folder() / "index.html"
    shutil.rmtree(page.parent, ignore_errors=True)
    build_id = start_build().build_id

    assert refresh_dbt_docs(build_id) is True
    text = page.read_text()

    assert "One row per settlement in the books." in text
    # The first page is ours, not dbt's stock one.
    assert '"doc.acorn.__overview__"' in text and "Acorn: every settlement" in text
    assert '"parent_map"' in text and "model.acorn.fct_settlements" in text
    assert _outside(text) == []
    assert dbt.address("transformer").password not in text

    # The same build again: dbt is not even started.
    monkeypatch.setattr(dbt, "run", _broken_dbt)
    assert refresh_dbt_docs(build_id) is False
    # Other columns call for a new page; when dbt fails the old one stays, whole.
    with warehouse.connect("transformer") as connection:
        connection.execute("create table marts.new_table (new_column text)")
    with pytest.raises(dbt.DbtFailed):
        refresh_dbt_docs(build_id)
    assert page.read_text() == text
    assert sorted(page.parent.iterdir()) == [page]


def _broken_dbt(*arguments: object, **named: object) -> Path:
    raise dbt.DbtFailed("dbt failed on purpose.")


def test_data_docs_need_no_script_and_nothing_from_the_network(warehouse) -> None:
    shutil.rmtree(project_folder(), ignore_errors=True)
    good = add_settlement(warehouse)
    faulty = Settlement(settlement_id="23395380563")
    faulty.header["total-amount"] = "25.99"
    add_settlement(warehouse, faulty)
    check_batches()

    pages = sorted(data_docs_index().parent.rglob("*.html"))
    texts = {page: page.read_text() for page in pages}
    index = texts[data_docs_index()]
    links = re.findall(r'<a href="(validations/[^"]+)"', index)

    assert good and len(pages) >= 3
    for page, text in texts.items():
        assert _outside(text) == [], page
        assert "<script" not in text, page
    assert links and all((data_docs_index().parent / link).exists() for link in links)
    result = texts[data_docs_index().parent / links[0]]
    assert "Failed" in result and "lines_add_up" in result
    assert 'href="../../../../index.html"' in result
