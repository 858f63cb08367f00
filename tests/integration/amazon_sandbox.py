"""A sandbox server for a test, with small pages and rates that hardly wait."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extract.amazon import reports, throttle
from extract.amazon.client import SellerConnection
from extract.amazon.settlements import FetchSummary, fetch_settlements
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, refresh_token
from sandbox.serve import ensure_world, running
from sandbox.sp_api.app import create_app
from sandbox.sp_api.state import Report, State

# 20 getReports calls a second in the long run: throttling shows, tests stay quick.
RATE_SCALE = 900.0
PAGE_SIZE = 4


@dataclass
class AmazonSandbox:
    """The server, as a test sees it."""

    url: str
    state: State = field(repr=False)

    def connection(
        self, account_code: str = "eu-demo", region: str = "EU", **fields: Any
    ) -> SellerConnection:
        settings: dict[str, Any] = {
            "account_code": account_code,
            "region": region,
            "marketplace": {"NA": "US", "EU": "UK", "FE": "JP"}[region],
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": refresh_token(account_code, region),
            "endpoint": self.url,
            "token_url": f"{self.url}/auth/o2/token",
        }
        return SellerConnection(**settings | fields)

    def fault(self, kind: str, **fields: Any) -> None:
        self.state.faults.add({"kind": kind, **fields})

    def statuses(self, operation: str) -> list[int]:
        """HTTP statuses the server gave to calls of one operation, in order."""
        return [c["status"] for c in self.state.calls if c["operation"] == operation]

    def listed(self, account_code: str = "eu-demo", region: str = "EU") -> list[Report]:
        """What the server offers a seller, oldest first."""
        found = [
            report
            for report in self.state.reports
            if (report.seller.account_code, report.seller.region)
            == (account_code, region)
        ]
        return sorted(found, key=lambda report: report.created)


def file_hashes(found: list[Report]) -> list[str]:
    """SHA-256 of the distinct documents behind reports, sorted."""
    paths = {report.path for report in found if report.path is not None}
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)


def whole_window() -> tuple[datetime, datetime]:
    """All that Amazon still keeps."""
    now = datetime.now(UTC)
    return now - timedelta(days=89), now + timedelta(hours=1)


def fetch(connection: SellerConnection) -> FetchSummary:
    """Fetch everything that is listed."""
    return fetch_settlements(connection, *whole_window())


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a small demo company whose last period has just ended."""
    folder = tmp_path_factory.mktemp("world")
    return ensure_world(folder, seed=7, orders=60, until=datetime.now(UTC).date())


@contextmanager
def served(world: Path, **settings: Any) -> Iterator[AmazonSandbox]:
    app = create_app(
        world, datetime.now(UTC).date(), **{"rate_scale": RATE_SCALE} | settings
    )
    with running(app) as url:
        yield AmazonSandbox(url, app.state.sandbox)


@pytest.fixture
def amazon(
    small_world: Path, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AmazonSandbox]:
    """A fresh server over the small world, next to a fresh warehouse."""
    monkeypatch.setattr(reports, "_PAGE_SIZE", PAGE_SIZE)
    monkeypatch.setattr(throttle, "_UNPLANNED_WAIT_SECONDS", 0.02)
    with served(small_world) as sandbox:
        yield sandbox
