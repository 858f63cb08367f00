"""A small world for the session, and a client with a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.company.world import write_world
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, refresh_token
from sandbox.sp_api.app import create_app

UNTIL = date(2026, 10, 31)
V1_TYPE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"
V2_TYPE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
REPORTS = "/reports/2021-06-30/reports"


@dataclass(frozen=True)
class World:
    root: Path
    manifest: dict[str, Any]
    answers: list[dict[str, Any]]

    @property
    def files(self) -> list[dict[str, Any]]:
        return self.manifest["files"]


def make_world(root: Path, seed: int, orders: int = 300) -> World:
    manifest = write_world(root, seed, orders, UNTIL)
    answers = json.loads((root / "answer_key.json").read_text(encoding="utf-8"))
    return World(root, manifest, answers)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("sandbox") / "world", seed=1, orders=600)


@dataclass
class Api:
    """A client that holds an access token and can move the server's clock."""

    client: TestClient
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    def login(self, account: str = "na-demo", region: str = "NA") -> Api:
        answer = self.token(refresh_token(account, region))
        self.headers = {"x-amz-access-token": answer.json()["access_token"]}
        return self

    def token(self, refresh: str, secret: str = CLIENT_SECRET) -> Any:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": CLIENT_ID,
            "client_secret": secret,
        }
        return self.client.post("/auth/o2/token", data=form)

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(path, params=parameters, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers)

    def list(self, **parameters: Any) -> Any:
        filters = {"reportTypes": f"{V2_TYPE},{V1_TYPE}", "pageSize": 100}
        return self.get(REPORTS, **{**filters, **parameters})

    def document(self, number: int = 0) -> Any:
        document_id = self.list().json()["reports"][number]["reportDocumentId"]
        return self.get(f"/reports/2021-06-30/documents/{document_id}")

    def fault(self, **body: Any) -> None:
        assert self.client.post("/_sandbox/faults", json=body).status_code == 201


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    clock = Clock()
    app = create_app(world.root, UNTIL, clock)
    with TestClient(app) as client:
        yield Api(client, clock).login()
