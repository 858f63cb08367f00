"""The proxy with its real configuration: Caddy in front of two small servers."""

from __future__ import annotations

import http.client
import http.server
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from acorn.ports import free_port
from config.home import CHECKOUT
from tests.deploy.programs import listens, wait_until

CADDYFILE = CHECKOUT / "deploy" / "Caddyfile"
CADDY = shutil.which("caddy")
AIRFLOW, SUPERSET = "airflow.localhost", "superset.localhost"

pytestmark = pytest.mark.skipif(
    CADDY is None, reason="no caddy here; .ci/tools installs Debian's where it can"
)


class _Echo(http.server.BaseHTTPRequestHandler):
    """Answers with its own name and what the proxy said of the caller."""

    def do_GET(self) -> None:
        body = f"{self.server.name} {self.headers['X-Forwarded-Proto']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True)
class Proxy:
    """A running proxy, asked under names that DNS does not know."""

    http_port: int
    https_port: int

    def get(
        self, host: str, path: str = "/", scheme: str = "https", **headers: str
    ) -> Answer:
        raw = socket.create_connection(
            ("127.0.0.1", self.https_port if scheme == "https" else self.http_port), 10
        )
        if scheme == "https":
            # Caddy's own authority is nobody's acquaintance.
            context = ssl._create_unverified_context()
            raw = context.wrap_socket(raw, server_hostname=host)
        connection = http.client.HTTPConnection(host)
        connection.sock = raw
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        answer = Answer(found.status, dict(found.getheaders()), found.read().decode())
        connection.close()
        return answer


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    state = str(tmp_path_factory.mktemp("caddy"))
    return {
        "PATH": os.environ["PATH"],
        "HOME": state,
        "XDG_DATA_HOME": state,
        "XDG_CONFIG_HOME": state,
        "ACORN_AIRFLOW_HOST": AIRFLOW,
        "ACORN_SUPERSET_HOST": SUPERSET,
        "ACORN_TLS": "internal",
        "ACORN_PROXY_HTTP_PORT": str(free_port()),
        "ACORN_PROXY_HTTPS_PORT": str(free_port()),
        "ACORN_PROXY_HEALTH_PORT": str(free_port()),
    }


@pytest.fixture(scope="module")
def proxy(variables: dict[str, str], tmp_path_factory) -> Iterator[Proxy]:
    upstreams = {}
    servers = []
    for name in ("airflow", "superset"):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
        server.name = name
        threading.Thread(target=server.serve_forever, daemon=True).start()
        upstreams[f"ACORN_{name.upper()}_UPSTREAM"] = f"127.0.0.1:{server.server_port}"
        servers.append(server)
    log = tmp_path_factory.mktemp("log") / "caddy.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [CADDY, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
            env=variables | upstreams,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    http_port = int(variables["ACORN_PROXY_HTTP_PORT"])
    https_port = int(variables["ACORN_PROXY_HTTPS_PORT"])
    try:
        wait_until(lambda: listens(https_port), 20, f"Caddy listens ({log})")
        yield Proxy(http_port, https_port)
    finally:
        process.terminate()
        process.wait(timeout=10)
        for server in servers:
            server.shutdown()


@pytest.mark.parametrize(
    "tls", ["internal", "admin@example.org", "/etc/acorn/cert.pem /etc/acorn/key.pem"]
)
def test_configuration_is_understood(variables: dict[str, str], tls: str) -> None:
    done = _adapt(CADDYFILE, variables | {"ACORN_TLS": tls})

    assert done.returncode == 0, done.stderr
    assert tls.split()[0] in done.stdout


def test_a_mistake_in_the_configuration_is_found(
    variables: dict[str, str], tmp_path: Path
) -> None:
    altered = tmp_path / "Caddyfile"
    altered.write_text(CADDYFILE.read_text().replace("reverse_proxy", "revers_proxy"))

    done = _adapt(altered, variables)

    assert done.returncode != 0 and "revers_proxy" in done.stderr


def _adapt(path: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CADDY, "adapt", "--config", str(path), "--adapter", "caddyfile"],
        env=variables,
        capture_output=True,
        text=True,
    )


def test_plain_http_is_sent_to_https(proxy: Proxy) -> None:
    answer = proxy.get(AIRFLOW, "/dags?x=1", scheme="http")

    assert answer.status in (301, 308)
    # Compose publishes Caddy's port as 443, so the address has none.
    assert answer.headers["Location"] == f"https://{AIRFLOW}/dags?x=1"


@pytest.mark.parametrize(
    ("host", "name"), [(AIRFLOW, "airflow"), (SUPERSET, "superset")]
)
def test_each_host_leads_to_its_server_over_https(
    proxy: Proxy, host: str, name: str
) -> None:
    # What a caller claims about itself is not believed.
    answer = proxy.get(f"{name}.localhost", **{"X-Forwarded-Proto": "http"})

    assert answer.text == f"{name} https"
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_the_tasks_interface_is_not_reachable_from_outside(proxy: Proxy) -> None:
    paths = ("/execution", "/execution/health", "/execution/x/../y")

    assert {proxy.get(AIRFLOW, path).status for path in paths} == {404}


def test_health_check_answers(proxy: Proxy, variables: dict[str, str]) -> None:
    port = variables["ACORN_PROXY_HEALTH_PORT"]

    assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 200
