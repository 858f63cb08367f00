"""A real Airflow API server with the people of the demo company, without a scheduler.

Nothing runs; what people may do is told by the answers. The server reads the DAGs from
its database, where `dags reserialize` puts them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from acorn.airflow import airflow_environment, airflow_home, ensure_airflow_database
from acorn.ports import free_port
from acorn.postgres import admin_connection
from acorn.secrets import ensure_secrets
from config.home import CHECKOUT, acorn_home, secret
from deliver.dbt_docs import dbt_docs_folder
from expectations.context import data_docs_index

DAG = "maintain_archive"
TASK = "rehash_archive"
LOG_LINE = "hashed every file"
_STARTS_WITHIN_SECONDS = 120


@dataclass
class AirflowSite:
    """The server under test, and calls in somebody's name."""

    port: int
    environment: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, name: str, password: str) -> requests.Response:
        body = {"username": name, "password": password}
        return self.call(None, "POST", "/auth/token", json=body)

    def call(
        self, who: str | None, method: str, path: str, **options: Any
    ) -> requests.Response:
        """One request; `who` is a person, or None for nobody."""
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self._token(who)}"
        return requests.request(
            method,
            f"{self.url}{path}",
            headers=headers,
            allow_redirects=False,
            timeout=60,
            **options,
        )

    def browser(self, name: str) -> requests.Session:
        """A session signed in through the form, as a browser does it: by cookie."""
        session = requests.Session()
        form = session.get(f"{self.url}/auth/login/", timeout=60)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
        assert found, "the form of the sign-in has changed"
        session.post(
            f"{self.url}/auth/login/",
            data={
                "username": name,
                "password": _password(name),
                "csrf_token": found.group(1),
            },
            timeout=60,
        )
        return session

    def new_run(self) -> str:
        """A run of DAG, made by the admin; its task has not begun."""
        path = f"/api/v2/dags/{DAG}/dagRuns"
        made = self.call("admin", "POST", path, json={"logical_date": None})
        assert made.ok, made.text
        return str(made.json()["dag_run_id"])

    def make_user(self, name: str) -> None:
        """A Viewer that the admin makes by hand, with password `<name>-secret`."""
        user = {
            "username": name,
            "first_name": "A",
            "last_name": "B",
            "email": f"{name}@books.example",
            "password": f"{name}-secret",
            "roles": [{"name": "Viewer"}],
        }
        made = self.call("admin", "POST", "/auth/fab/v1/users", json=user)
        assert made.ok, made.text

    def set_up_again(self) -> str:
        """What `acorn up` does after company.yml has changed."""
        ensure_secrets()
        return ensure_airflow_database(self.environment)

    def _token(self, who: str) -> str:
        if who not in self.tokens:
            answer = self.sign_in(who, _password(who))
            assert answer.ok, answer.text
            self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]


@contextmanager
def airflow_site() -> Iterator[AirflowSite]:
    """The server, ready; stopped in the end."""
    ensure_secrets()
    port = free_port()
    environment = airflow_environment(port, sandbox_port=None)
    ensure_airflow_database(environment)
    log = acorn_home() / "logs" / "api-server.log"
    with log.open("wb") as output:
        server = _airflow(environment, "api-server", output)
        try:
            assert _airflow(environment, "dags", output, "reserialize").wait() == 0
            site = AirflowSite(port, environment)
            _await_health(site, server)
            yield site
        finally:
            server.kill()  # asked to end, it takes half a minute
            server.wait()


def write_pages() -> None:
    """A page of each site, and a link that leads out of one."""
    for page in (data_docs_index(), dbt_docs_folder() / "index.html"):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<p>page of {page.parent.name}</p>")
    link = data_docs_index().with_name("leak.html")
    if not link.is_symlink():
        link.symlink_to(acorn_home() / "secrets.json")


def write_log(run_id: str) -> None:
    """Note a first try of TASK, with its log, as a worker does."""
    with admin_connection("airflow") as connection:
        connection.execute(
            "update task_instance set state = 'success', try_number = 1"
            " where run_id = %s",
            [run_id],
        )
    folder = airflow_home() / "logs" / f"dag_id={DAG}" / f"run_id={run_id}"
    log = folder / f"task_id={TASK}" / "attempt=1.log"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps({"event": LOG_LINE, "level": "info"}) + "\n")


def _airflow(
    environment: dict[str, str], command: str, output: Any, *rest: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "airflow", command, *rest],
        env=environment,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _await_health(site: AirflowSite, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the API server ended; see logs/api-server.log"
        try:
            if site.call(None, "GET", "/api/v2/monitor/health").ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(f"No API server within {_STARTS_WITHIN_SECONDS} s.")


def _password(name: str) -> str:
    return secret(
        "airflow_admin_password" if name == "admin" else f"person_{name}_password"
    )
