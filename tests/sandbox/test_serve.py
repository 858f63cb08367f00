"""The server process side, and the real client library against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sp_api.api import Reports
from sp_api.auth import AccessTokenClient, access_token_client
from sp_api.base import SellingApiForbiddenException

from sandbox.credentials import demo_credentials
from sandbox.serve import ensure_world, running
from sandbox.sp_api.app import create_app
from tests.sandbox.conftest import UNTIL, V1_TYPE, V2_TYPE, Clock, World
from tests.sandbox.reading import parse


@pytest.fixture(scope="module")
def base(world: World) -> Iterator[str]:
    with running(create_app(world.root, UNTIL, Clock(), rate_scale=60)) as url:
        yield url


def reports_client(base: str, credentials: dict[str, str]) -> Reports:
    """The vendor library, with its endpoint and token host pointed at the sandbox."""

    class LocalTokens(AccessTokenClient):
        scheme = "http://"
        host = base.removeprefix("http://")

    access_token_client.cache.clear()
    market: Any = SimpleNamespace(endpoint=base, marketplace_id="", region="local")
    return Reports(
        market,
        refresh_token=credentials["refresh_token"],
        credentials={
            "lwa_app_id": credentials["client_id"],
            "lwa_client_secret": credentials["client_secret"],
        },
        auth_token_client_class=LocalTokens,
    )


def listed(client: Reports) -> list[dict[str, Any]]:
    answer = client.get_reports(
        reportTypes=[V2_TYPE, V1_TYPE], marketplaceIds=[], pageSize=7
    )
    found = list(answer.payload["reports"])
    while answer.next_token:
        answer = client.get_reports(nextToken=answer.next_token)
        found += answer.payload["reports"]
    return found


def test_the_real_client_lists_every_report(base: str, world: World) -> None:
    for credentials in demo_credentials():
        wanted = {
            report_id
            for entry in world.files
            if entry["account_code"] == credentials["account_code"]
            and entry["region"] == credentials["region"]
            for report_id in entry["report_ids"]
        }
        found = listed(reports_client(base, credentials))
        assert {report["reportId"] for report in found} == wanted


def test_the_real_client_downloads_documents(base: str, world: World) -> None:
    japan = next(c for c in demo_credentials() if c["region"] == "FE")
    client = reports_client(base, japan)
    entries = {
        i: e for e in world.files for i in e["report_ids"] if e["region"] == "FE"
    }

    for report in listed(client)[:3]:
        answer = client.get_report_document(
            report["reportDocumentId"], download=True, character_code="cp932"
        )
        first = answer.payload["document"].splitlines()[1].split("\t")
        entry = entries[report["reportId"]]
        assert first[4] == parse(world.root, entry).head["total-amount"]


def test_the_real_client_sees_a_missing_role(base: str) -> None:
    client = reports_client(base, demo_credentials()[0])
    fault = {"kind": "revoke_role", "operation": "getReports"}
    httpx.post(f"{base}/_sandbox/faults", json=fault)

    with pytest.raises(SellingApiForbiddenException):
        listed(client)
    httpx.delete(f"{base}/_sandbox/faults")


def test_reference_rates_are_served(base: str) -> None:
    folder = f"{base}/stats/eurofxref"
    sizes = {
        name: httpx.get(f"{folder}/{name}.xml").text.count("time=")
        for name in ("eurofxref-daily", "eurofxref-hist-90d", "eurofxref-hist")
    }

    assert sizes["eurofxref-daily"] == 1
    assert 60 < sizes["eurofxref-hist-90d"] < 66
    assert sizes["eurofxref-hist"] > 900
    assert httpx.get(f"{folder}/other.xml").status_code == 404


def test_health_is_served(base: str) -> None:
    assert httpx.get(f"{base}/_sandbox/health").json()["status"] == "ok"


def test_a_world_is_made_once(tmp_path: Path) -> None:
    root = ensure_world(tmp_path, 5, 60, UNTIL)
    made = (root / "manifest.json").stat().st_mtime_ns

    assert ensure_world(tmp_path, 5, 60, UNTIL) == root
    assert (root / "manifest.json").stat().st_mtime_ns == made
    assert ensure_world(tmp_path, 6, 60, UNTIL) != root


def test_sandbox_imports_nothing_from_the_pipeline() -> None:
    folder = Path(__file__).resolve().parents[2] / "sandbox"
    others = ("extract", "expectations", "config", "acorn", "dags", "deliver")

    for path in folder.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] not in others, path
