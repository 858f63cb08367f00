"""Token buckets, roles, server faults, the call log."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.sp_api.app import create_app
from tests.sandbox.conftest import REPORTS, UNTIL, Api, World

SELLERS = "/sellers/v1/marketplaceParticipations"


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_burst_then_429_then_one_per_45_seconds(api: Api) -> None:
    answers = [api.list().status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]

    api.clock.pass_by(44)
    assert code(api.list()) == "QuotaExceeded"
    api.clock.pass_by(2)
    assert api.list().status_code == 200


def test_buckets_are_per_seller_and_operation(api: Api) -> None:
    while api.list().status_code == 200:
        pass

    assert api.get(SELLERS).status_code == 200
    assert api.login("eu-demo", "EU").list().status_code == 200


def test_headers_name_the_applied_rate_and_the_request(api: Api) -> None:
    first, second = api.list(), api.get(SELLERS)

    assert first.headers["x-amzn-RateLimit-Limit"] == "0.0222"
    assert second.headers["x-amzn-RateLimit-Limit"] == "0.016"
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]


def test_scaled_rates_show_in_the_header(world: World) -> None:
    app = create_app(world.root, UNTIL, rate_scale=60)

    assert app.state.sandbox.throttle.header("getReports") == "1.332"


def test_storm_of_429_on_demand(api: Api) -> None:
    api.fault(kind="throttle_storm", operation="getReports", count=2)

    assert [api.list().status_code for _ in range(3)] == [429, 429, 200]


@pytest.mark.parametrize("status", [500, 503])
def test_server_errors_on_demand(api: Api, status: int) -> None:
    api.fault(kind="server_error", status=status)

    assert [api.list().status_code for _ in range(2)] == [status, 200]


def test_missing_role_for_an_operation_family(api: Api) -> None:
    api.fault(kind="revoke_role", operation="reports")

    assert (api.list().status_code, code(api.list())) == (403, "Unauthorized")
    assert api.get(SELLERS).status_code == 200
    api.client.delete("/_sandbox/faults")
    assert api.list().status_code == 200


def test_missing_role_for_settlement_reports_only(api: Api) -> None:
    api.fault(kind="revoke_role", role="Finance and Accounting")

    assert api.list().status_code == 403
    other = api.get(REPORTS, reportTypes="GET_FBA_REIMBURSEMENTS_DATA")
    assert other.status_code == 200


def test_slow_answers_on_demand(api: Api) -> None:
    api.fault(kind="slow", seconds=0.1, count=1)
    started = time.monotonic()
    api.list()

    assert time.monotonic() - started >= 0.1


def test_faults_are_checked_and_listed(api: Api) -> None:
    for body in ({"kind": "nothing"}, {"kind": "slow", "count": 0}, ["slow"]):
        assert api.client.post("/_sandbox/faults", json=body).status_code == 400
    api.fault(kind="server_error", operation="getReport", count=3)

    found = api.client.get("/_sandbox/faults").json()["faults"]
    assert found == [{"kind": "server_error", "operation": "getReport", "left": 3}]


def test_call_log_names_operation_seller_and_status(api: Api) -> None:
    api.client.delete("/_sandbox/calls")
    api.list()
    api.client.get(api.document().json()["url"])

    calls = api.client.get("/_sandbox/calls").json()["calls"]
    assert [(c["operation"], c["status"]) for c in calls] == [
        ("getReports", 200),
        ("getReports", 200),
        ("getReportDocument", 200),
        ("download", 200),
    ]
    assert {c["account_code"] for c in calls} == {"na-demo"}


def test_unknown_path_has_the_api_error_shape(api: Api) -> None:
    answer = api.get("/reports/2021-06-30/nothing")

    assert (answer.status_code, code(answer)) == (404, "NotFound")
    assert answer.headers["x-amzn-RequestId"]
