"""Who may do what in Airflow: each role against each object, on a real API server."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from acorn.airflow import AirflowSetupFailed
from config.company import DEMO_COMPANY
from tests.airflow.matrix import CLEAR, MATRIX, PEOPLE, RUN
from tests.airflow.site import (
    LOG_LINE,
    TASK,
    AirflowSite,
    airflow_site,
    write_log,
    write_pages,
)

pytestmark = pytest.mark.integration


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
    if body is CLEAR:
        body = CLEAR | {"dag_run_id": runs["cleared"]}

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
    path = f"{RUN}/taskInstances/{TASK}/logs/1".format(**runs)

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


def test_person_of_some_stores_is_told_why_there_are_no_data_docs(
    site: AirflowSite,
) -> None:
    refused = site.call("operations", "GET", "/acorn/data-docs/index.html")

    assert "stores: all" in refused.text and "所有店铺" in refused.text
    assert "page of" not in refused.text
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


def test_doctor_knows_connections_made_in_the_pages(site: AirflowSite) -> None:
    from acorn.doctor import examine

    body = {"connection_id": "amazon_na_demo_na", "conn_type": "generic"}
    assert site.call("admin", "POST", "/api/v2/connections", json=body).ok

    findings = {found.name: found for found in examine()}

    assert findings["amazon na-demo NA"].is_success
    assert "made in Airflow's pages" in findings["amazon na-demo NA"].detail
    assert not findings["amazon eu-demo EU"].is_success


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

    site.make_user("auditor")
    _let_company_have(
        [{"name": "finance", "stores": ["na-demo/US"], "airflow": "Op"}],
        *(tmp_path, monkeypatch),
    )

    assert site.set_up_again() == "again"
    assert site.set_up_again() == "none"

    gone = site.sign_in("operations", secret("person_operations_password"))
    stays = site.sign_in("auditor", "auditor-secret")
    raised = site.call("admin", "GET", "/auth/fab/v1/users/finance").json()
    assert (gone.status_code, stays.ok) == (401, True)
    assert [role["name"] for role in raised["roles"]] == ["Acorn Op"]


def test_user_made_by_hand_is_not_taken_over(
    site: AirflowSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.make_user("taken")
    _let_company_have([{"name": "taken", "airflow": "Op"}], tmp_path, monkeypatch)

    with pytest.raises(AirflowSetupFailed, match="'taken' that company.yml did not"):
        site.set_up_again()

    assert site.sign_in("taken", "taken-secret").ok
    kept = site.call("admin", "GET", "/auth/fab/v1/users/taken").json()
    assert [role["name"] for role in kept["roles"]] == ["Viewer"]


def _let_company_have(
    people: list[dict[str, Any]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = yaml.safe_load(DEMO_COMPANY.read_text()) | {"people": people}
    changed = folder / "company.yml"
    changed.write_text(yaml.safe_dump(company))
    monkeypatch.setenv("ACORN_COMPANY", str(changed))
