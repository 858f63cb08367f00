"""What Acorn adds to Airflow: two entries of the UI's menu, and a deadline reference.

The entries are Data Docs (what the gates checked) and dbt docs (what tables mean). The
API server shows them to whoever is signed in: acorn/airflow_pages.py.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from dags.dag_support.deadlines import RunMadeAt

_PREFIX = "/acorn"


class AcornPlugin(AirflowPlugin):
    """Found by Airflow in the plugins folder."""

    name = "acorn"
    deadline_references = [RunMadeAt]
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
        """Made when the API server asks: tasks load plugins too, and serve nothing."""
        from acorn.airflow_pages import build_app

        return [{"app": build_app(), "url_prefix": _PREFIX, "name": "Acorn pages"}]
