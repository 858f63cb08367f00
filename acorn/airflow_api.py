"""A small client of Airflow's REST API, signed in as the admin of this ACORN_HOME."""

from __future__ import annotations

from typing import Any

import requests

from acorn.airflow_people import ADMIN_USER
from acorn.command_error import CommandError
from config.home import secret

_TIMEOUT_SECONDS = 30


class AirflowRefused(CommandError):
    """The API answered with an error; the message carries what it said."""


class AirflowApi:
    """Calls of one Airflow; signs in on the first one, and again when refused."""

    def __init__(self, web_url: str) -> None:
        self._web_url = web_url
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between us and 127.0.0.1

    def health(self) -> dict[str, dict[str, str | None]]:
        """State and last heartbeat per component; empty while nothing answers."""
        try:
            answer = self._session.get(
                f"{self._web_url}/api/v2/monitor/health", timeout=5
            )
            return dict(answer.json()) if answer.ok else {}
        except (requests.RequestException, ValueError):
            return {}

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET under /api/v2."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST under /api/v2."""
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """PATCH under /api/v2."""
        return self._call("PATCH", path, json=body)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        if "Authorization" not in self._session.headers:
            self._sign_in()
        answer = self._send(method, f"api/v2/{path}", **options)
        if answer.status_code == 401:  # the token has run out
            self._sign_in()
            answer = self._send(method, f"api/v2/{path}", **options)
        if not answer.ok:
            raise AirflowRefused(
                f"Airflow answered {answer.status_code} to {method} {path}: "
                f"{answer.text[:500]}"
            )
        return dict(answer.json()) if answer.content else {}

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            return self._session.request(
                method, f"{self._web_url}/{path}", timeout=_TIMEOUT_SECONDS, **options
            )
        except requests.RequestException as error:
            raise AirflowRefused(
                f"Airflow at {self._web_url} does not answer ({type(error).__name__}). "
                f"`acorn status` shows how it is."
            ) from error

    def _sign_in(self) -> None:
        self._session.headers.pop("Authorization", None)
        answer = self._send(
            "POST",
            "auth/token",
            json={
                "username": ADMIN_USER,
                "password": secret("airflow_admin_password"),
            },
        )
        if not answer.ok:
            raise AirflowRefused(
                f"Airflow refused the user {ADMIN_USER}: {answer.status_code}. If its "
                f"password was changed in the UI, set ACORN_AIRFLOW_ADMIN_PASSWORD."
            )
        token = answer.json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
