"""A person at Superset, over HTTP as a browser would."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

import requests

_XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Visitor:
    """One session; `is_in` says whether the sign-in worked."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.name = name
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        page = self._session.get(f"{url}/login/")
        self.token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[0]
        answer = self._session.post(
            f"{url}/login/",
            data={"username": name, "password": password, "csrf_token": self.token},
        )
        assert answer.status_code == 200, answer.text[:300]
        self.is_in = self.call("GET", "/api/v1/me/").ok

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request with the token that pages send; redirects are answers too."""
        return self._session.request(
            method,
            f"{self._url}{path}",
            headers={"X-CSRFToken": self.token, "Referer": self._url},
            allow_redirects=False,
            timeout=60,
            **options,
        )

    def result(self, path: str) -> Any:
        """`result` of a GET that must work."""
        answer = self.call("GET", path)
        assert answer.ok, f"{self.name} {path}: {answer.status_code} {answer.text}"
        return answer.json()["result"]

    def dashboards(self) -> dict[str, int]:
        """Slug and id of the dashboards this person is shown."""
        found = self.result("/api/v1/dashboard/?q=(page_size:100)")
        return {entry["slug"]: entry["id"] for entry in found}

    def ask(self, tile: Tile, **changes: Any) -> requests.Response:
        """Chart data of a tile, as its dashboard asks for it."""
        return self.call("POST", "/api/v1/chart/data", json=tile.request(**changes))

    def stores(self, tile: Tile, format: str = "json") -> set[str]:
        """Codes of the stores that a tile's table has for this person."""
        answer = self.ask(tile, result_format=format)
        assert answer.ok, f"{answer.status_code} {answer.text}"
        if format == "json":
            return {row["store_code"] for row in answer.json()["result"][0]["data"]}
        if format == "csv":
            text = answer.content.decode("utf-8-sig")
            table = [row for row in csv.reader(io.StringIO(text)) if row]
        else:
            table = xlsx_table(answer.content)
        return {row[0] for row in table[1:]}  # files have headings for people


class Tile:
    """A chart on a dashboard, found by the administrator; asks for rows by store."""

    def __init__(self, admin: Visitor, slug: str, column: str = "store_code") -> None:
        self.dashboard_id = admin.dashboards()[slug]
        for chart in admin.result(f"/api/v1/dashboard/{slug}/charts"):
            dataset_id = int(chart["form_data"]["datasource"].split("__")[0])
            dataset = admin.result(f"/api/v1/dataset/{dataset_id}")
            if column in {entry["column_name"] for entry in dataset["columns"]}:
                self.chart_id, self.dataset_id = chart["id"], dataset_id
                return
        raise AssertionError(f"{slug} has no chart with {column}")

    def request(
        self,
        columns: list[Any] | None = None,
        row_limit: int = 100_000,
        force: bool = False,
        **changes: Any,
    ) -> dict[str, Any]:
        """The body of a request for chart data."""
        query = {"columns": columns or ["store_code"], "metrics": []}
        return {
            "datasource": {"id": self.dataset_id, "type": "table"},
            "queries": [query | {"row_limit": row_limit, "filters": [], "extras": {}}],
            "force": force,
            "result_format": "json",
            "result_type": "full",
            "form_data": {
                "slice_id": self.chart_id,
                "dashboardId": self.dashboard_id,
                "viz_type": "table",
            },
        } | changes


def xlsx_table(content: bytes) -> list[list[str]]:
    """Cells of the first sheet, row by row; empty cells are left out."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        texts = [
            "".join(part.text or "" for part in item.iter(f"{_XLSX}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [
        [
            texts[int(value)] if cell.attrib.get("t") == "s" else value
            for cell in row
            if (value := cell.findtext(f"{_XLSX}v")) is not None
        ]
        for row in sheet.iter(f"{_XLSX}row")
    ]
