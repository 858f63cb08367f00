"""Who may do what in Airflow: each role against each object, on a real API server."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from config.company import DEMO_COMPANY
from tests.airflow.site import (
    DAG,
    LOG_LINE,
    TASK,
    AirflowSite,
    airflow_site,
    write_log,
    write_pages,
)

pytestmark = pytest.mark.integration

PEOPLE = ("admin", "operations", "finance")
EVERYBODY = "admin operations finance"
OPERATORS = "admin operations"
ADMIN = "admin"
NO_ONE = ""

_DAG = f"/api/v2/dags/{DAG}"
_RUN = f"{_DAG}/dagRuns/{{run}}"
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
_CLEAR = {"dry_run": False, "dag_run_id": "{cleared}", "only_failed": False}

# What, method, path, body, who may. `none` is not there: who may gets 404.
MATRIX: tuple[tuple[str, str, str, Any, str], ...] = (
    ("list DAGs", "GET", "/api/v2/dags", None, EVERYBODY),
    ("read code", "GET", f"/api/v2/dagSources/{DAG}", None, EVERYBODY),
    ("read runs", "GET", f"{_DAG}/dagRuns", None, EVERYBODY),
    ("read logs", "GET", f"{_RUN}/taskInstances/{TASK}/logs/1", None, EVERYBODY),
    ("trigger", "POST", f"{_DAG}/dagRuns", {"logical_date": None}, OPERATORS),
    ("clear task", "POST", f"{_DAG}/clearTaskInstances", _CLEAR, OPERATORS),
    ("end run", "PATCH", _RUN, {"state": "failed"}, OPERATORS),
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
    ("Data Docs", "GET", "/acorn/data-docs/index.html", None, EVERYBODY),
    ("dbt docs", "GET", "/acorn/dbt-docs/index.html", None, EVERYBODY),
)


@pytest.fixture(scope="module")
def site(postgres_home: Path) -> Iterator[AirflowSite]:
    write_pages()
    with airflow_site() as running:
        yield running


@pytest.fixture(scope="module")
def runs(site: AirflowSite) -> dict[str, str]:
    made = {"run": site.new_run(), "cleared": site.new_run()}
    write_log(made["run"])
    return made


@pytest.mark.parametrize("who", [*PEOPLE, None], ids=[*PEOPLE, "nobody"])
@pytest.mark.parametrize("row", MATRIX, ids=[row[0] for row in MATRIX])
def test_role_may_do_what_the_matrix_says(
    site: AirflowSite, runs: dict[str, str], row: Any, who: str | None
) -> None:
    what, method, path, body, allowed = row
    if body is _CLEAR:
        body = _CLEAR | {"dag_run_id": runs["cleared"]}

    answer = site.call(who, method, path.format(**runs), json=body)

    if who is None:
        assert answer.status_code == 401, what
    elif who not in allowed.split():
        assert answer.status_code == 403, what
    elif path.endswith("/none"):
        assert answer.status_code == 404, answer.text
    else:
        assert answer.ok, answer.text


def test_viewer_reads_what_a_task_logged(
    site: AirflowSite, runs: dict[str, str]
) -> None:
    path = f"{_RUN}/taskInstances/{TASK}/logs/1".format(**runs)

    assert LOG_LINE in site.call("finance", "GET", path).text


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("finance", "wrong"),
        ("finance", ""),
        ("management", "wrong"),  # has dashboards, and no role of Airflow
        ("stranger", "wrong"),
    ],
)
def test_no_token_without_the_password(
    site: AirflowSite, name: str, password: str
) -> None:
    assert site.sign_in(name, password).status_code in (400, 401, 422)


def test_person_without_airflow_role_cannot_sign_in(site: AirflowSite) -> None:
    from config.home import secret

    answer = site.sign_in("management", secret("person_management_password"))

    assert answer.status_code == 401


def test_secrets_of_a_connection_are_masked_for_the_admin_too(
    site: AirflowSite,
) -> None:
    body = {
        "connection_id": "masked",
        "conn_type": "generic",
        "password": "plain-password",
        "extra": '{"refresh_token": "plain-token"}',
    }
    assert site.call("admin", "POST", "/api/v2/connections", json=body).ok

    text = site.call("admin", "GET", "/api/v2/connections/masked").text

    assert "***" in text
    assert "plain-" not in text


def test_viewer_has_both_pages_in_the_menu(site: AirflowSite) -> None:
    plugins = site.call("finance", "GET", "/api/v2/plugins").json()["plugins"]
    errors = site.call("finance", "GET", "/api/v2/plugins/importErrors").json()

    names = [view["name"] for plugin in plugins for view in plugin["external_views"]]
    assert names == ["Data Docs", "dbt docs"]
    assert errors["import_errors"] == []


def test_browser_without_session_goes_to_the_sign_in_and_back(
    site: AirflowSite,
) -> None:
    page = "/acorn/data-docs/index.html"

    sent = site.call(None, "GET", page, headers={"Accept": "text/html"})

    place = urlsplit(sent.headers["Location"])
    assert sent.status_code == 303
    assert place.path == "/auth/login/"
    assert parse_qs(place.query)["next"] == [page]


def test_browser_reads_pages_by_its_cookie(site: AirflowSite) -> None:
    with site.browser("finance") as browser:
        page = browser.get(f"{site.url}/acorn/data-docs/", timeout=60)
        browser.cookies.clear()
        refused = browser.get(f"{site.url}/acorn/data-docs/", timeout=60)

    assert "page of local_site" in page.text
    assert refused.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "data-docs/../../../../../secrets.json",
        "data-docs/..%2f..%2f..%2f..%2f..%2fsecrets.json",
        "data-docs/%2e%2e/%2e%2e/%2e%2e/great_expectations.yml",
        "data-docs//etc/passwd",
        "data-docs/leak.html",  # a link to secrets.json
        "dbt-docs/..%5c..%5csecrets.json",
        "elsewhere/index.html",
    ],
)
def test_nothing_outside_the_sites_is_served(site: AirflowSite, path: str) -> None:
    site.call("finance", "GET", "/api/v2/dags")  # signs in
    # requests would tidy the path up before it is sent.
    wire = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    token = f"Bearer {site.tokens['finance']}"
    wire.request("GET", f"/acorn/{path}", headers={"Authorization": token})
    answer = wire.getresponse()
    text = answer.read().decode()
    wire.close()

    assert answer.status == 404
    assert "password" not in text and "root:" not in text


@pytest.mark.parametrize("name", ["data-docs", "dbt-docs"])
def test_page_is_not_kept_and_cannot_act_for_its_reader(
    site: AirflowSite, name: str
) -> None:
    headers = site.call("finance", "GET", f"/acorn/{name}/index.html").headers

    policy = headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    # No script at all, or scripts without the origin whose cookie opens Airflow.
    assert "script-src" not in policy or "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy


def test_people_follow_company_yml(
    site: AirflowSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.home import secret

    by_hand = {
        "username": "auditor",
        "first_name": "A",
        "last_name": "B",
        "email": "auditor@books.example",
        "password": "auditor-secret",
        "roles": [{"name": "Viewer"}],
    }
    made = site.call("admin", "POST", "/auth/fab/v1/users", json=by_hand)
    assert made.ok, made.text
    company = yaml.safe_load(DEMO_COMPANY.read_text())
    company["people"] = [{"name": "finance", "stores": "all", "airflow": "Op"}]
    changed = tmp_path / "company.yml"
    changed.write_text(yaml.safe_dump(company))
    monkeypatch.setenv("ACORN_COMPANY", str(changed))

    assert site.set_up_again() == "again"
    assert site.set_up_again() == "none"

    gone = site.sign_in("operations", secret("person_operations_password"))
    stays = site.sign_in("auditor", "auditor-secret")
    raised = site.call("admin", "GET", "/auth/fab/v1/users/finance").json()
    assert (gone.status_code, stays.ok) == (401, True)
    assert [role["name"] for role in raised["roles"]] == ["Acorn Op"]
