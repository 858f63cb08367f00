"""Objects of Airflow and who of the demo company may do what to each.

finance is a Viewer with all stores, operations an Op with two of them.
"""

from __future__ import annotations

from typing import Any

from tests.airflow.site import DAG, TASK

PEOPLE = ("admin", "operations", "finance")
EVERYBODY = "admin operations finance"
OPERATORS = "admin operations"
ALL_STORES = "admin finance"
ADMIN = "admin"
NO_ONE = ""

_DAG = f"/api/v2/dags/{DAG}"
RUN = f"{_DAG}/dagRuns/{{run}}"
_POOL = {"name": "amazon_api", "slots": 2, "description": "", "include_deferred": False}
_BACKFILL = {
    "dag_id": "ingest_amazon_settlements",
    "from_date": "2026-01-01T03:00:00Z",
    "to_date": "2026-01-01T03:00:00Z",
    "max_active_runs": 1,
    "run_backwards": False,
    "reprocess_behavior": "none",
    "dag_run_conf": {},
}
CLEAR = {"dry_run": False, "dag_run_id": "{cleared}", "only_failed": False}

# What, method, path, body, who may. `none` is not there: who may gets 404.
MATRIX: tuple[tuple[str, str, str, Any, str], ...] = (
    ("list DAGs", "GET", "/api/v2/dags", None, EVERYBODY),
    ("read code", "GET", f"/api/v2/dagSources/{DAG}", None, EVERYBODY),
    ("read runs", "GET", f"{_DAG}/dagRuns", None, EVERYBODY),
    ("read logs", "GET", f"{RUN}/taskInstances/{TASK}/logs/1", None, EVERYBODY),
    ("trigger", "POST", f"{_DAG}/dagRuns", {"logical_date": None}, OPERATORS),
    ("clear task", "POST", f"{_DAG}/clearTaskInstances", CLEAR, OPERATORS),
    ("end run", "PATCH", RUN, {"state": "failed"}, OPERATORS),
    ("pause", "PATCH", _DAG, {"is_paused": True}, OPERATORS),
    ("backfill", "POST", "/api/v2/backfills/dry_run", _BACKFILL, OPERATORS),
    ("delete run", "DELETE", f"{_DAG}/dagRuns/none", None, ADMIN),
    ("delete DAG", "DELETE", "/api/v2/dags/none", None, ADMIN),
    ("list connections", "GET", "/api/v2/connections", None, ADMIN),
    ("read connection", "GET", "/api/v2/connections/none", None, ADMIN),
    (
        *("add connection", "POST", "/api/v2/connections"),
        *({"connection_id": "made", "conn_type": "generic"}, ADMIN),
    ),
    (
        *("edit connection", "PATCH", "/api/v2/connections/none"),
        *({"connection_id": "none", "conn_type": "generic"}, ADMIN),
    ),
    ("delete connection", "DELETE", "/api/v2/connections/none", None, ADMIN),
    ("list variables", "GET", "/api/v2/variables", None, ADMIN),
    ("add variable", "POST", "/api/v2/variables", {"key": "a", "value": "b"}, ADMIN),
    ("read variable", "GET", "/api/v2/variables/none", None, ADMIN),
    ("delete variable", "DELETE", "/api/v2/variables/none", None, ADMIN),
    ("list pools", "GET", "/api/v2/pools", None, EVERYBODY),
    ("edit pool", "PATCH", "/api/v2/pools/amazon_api", _POOL, ADMIN),
    ("delete pool", "DELETE", "/api/v2/pools/none", None, ADMIN),
    ("read settings", "GET", "/api/v2/config", None, NO_ONE),
    ("read audit log", "GET", "/api/v2/eventLogs", None, ADMIN),
    ("list users", "GET", "/auth/fab/v1/users", None, ADMIN),
    ("edit user", "PATCH", "/auth/fab/v1/users/none", {"first_name": "x"}, ADMIN),
    ("list roles", "GET", "/auth/fab/v1/roles", None, ADMIN),
    ("Data Docs", "GET", "/acorn/data-docs/index.html", None, ALL_STORES),
    ("dbt docs", "GET", "/acorn/dbt-docs/index.html", None, EVERYBODY),
)
