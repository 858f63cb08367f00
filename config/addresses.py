"""Where the servers of a stack listen, and under which addresses they are reached.

On one machine everything is on 127.0.0.1, and nothing here needs to be set. In
docker-compose.yml each part has a host of its own, and people come through a proxy:

    ACORN_BIND                 address the servers listen on
    ACORN_AIRFLOW_URL          Airflow's API server, as the other parts reach it
    ACORN_AIRFLOW_PUBLIC_URL   the same, as people reach it
    ACORN_BEHIND_TLS           `1`: the proxy speaks HTTPS and adds X-Forwarded headers
    ACORN_SANDBOX_URL          the stand-in for Amazon, as Airflow reaches it
"""

from __future__ import annotations

import os


def bind_address() -> str:
    """The address that servers listen on."""
    return os.environ.get("ACORN_BIND") or "127.0.0.1"


def airflow_url(port: int) -> str:
    """Airflow's API server for parts of the stack."""
    return _url("ACORN_AIRFLOW_URL", port)


def airflow_public_url(port: int) -> str:
    """Airflow's API server for people; a proxy's address where there is one."""
    return _url("ACORN_AIRFLOW_PUBLIC_URL", port)


def is_behind_tls() -> bool:
    """Whether people come through a proxy that speaks HTTPS: its headers count then."""
    return os.environ.get("ACORN_BEHIND_TLS") == "1"


def sandbox_url(port: int) -> str:
    """The stand-in for Amazon."""
    return _url("ACORN_SANDBOX_URL", port)


def _url(variable: str, port: int) -> str:
    return (os.environ.get(variable) or f"http://127.0.0.1:{port}").rstrip("/")
