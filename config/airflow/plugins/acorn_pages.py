"""Two menu entries of the Airflow UI: what the gates checked, what the tables mean.

The pages are served by the API server to whoever is signed in: acorn/airflow_pages.py.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

_PREFIX = "/acorn"


class AcornPages(AirflowPlugin):
    """Data Docs of Great Expectations, and the dbt docs."""

    name = "acorn_pages"
    external_views = [
        {
            "name": "Data Docs",
            "href": f"{_PREFIX}/data-docs/index.html",
            "destination": "nav",
            "url_route": "data-docs",
            "nav_top_level": True,
        },
        {
            "name": "dbt docs",
            "href": f"{_PREFIX}/dbt-docs/index.html",
            "destination": "nav",
            "url_route": "dbt-docs",
            "nav_top_level": True,
        },
    ]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """Made when the API server asks: tasks load plugins too and have no use of it."""
        from acorn.airflow_pages import build_app

        return [{"app": build_app(), "url_prefix": _PREFIX, "name": "Acorn pages"}]
