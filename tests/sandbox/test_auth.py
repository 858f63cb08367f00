"""Tokens: grants, refusals, expiry."""

from __future__ import annotations

from starlette.testclient import TestClient

from sandbox.sp_api.app import create_app
from tests.sandbox.conftest import REPORTS, UNTIL, V2_TYPE, Api, World


def test_refresh_token_gives_an_access_token_for_an_hour(api: Api) -> None:
    answer = api.token("Atzr|sandbox-eu-demo-EU").json()

    assert answer["expires_in"] == 3600
    assert answer["token_type"] == "bearer"
    assert answer["access_token"].startswith("Atza|")


def test_wrong_secret_is_invalid_client(api: Api) -> None:
    answer = api.token("Atzr|sandbox-eu-demo-EU", secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_unknown_refresh_token_is_invalid_grant(api: Api) -> None:
    answer = api.token("Atzr|nobody")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_missing_token_is_403_in_the_api_error_shape(api: Api) -> None:
    answer = api.client.get(REPORTS, params={"reportTypes": V2_TYPE})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "Unauthorized"


def test_access_token_expires(api: Api) -> None:
    api.clock.pass_by(3599)
    assert api.list().status_code == 200

    api.clock.pass_by(1)
    answer = api.list()

    assert answer.status_code == 403
    assert "expired" in answer.json()["errors"][0]["details"]


def test_revoked_authorisation_stops_grants_and_calls(api: Api) -> None:
    api.fault(kind="revoke_token", account_code="na-demo", region="NA")

    assert api.token("Atzr|sandbox-na-demo-NA").json()["error"] == "invalid_grant"
    assert api.list().status_code == 403
    assert api.token("Atzr|sandbox-eu-demo-EU").status_code == 200


def test_a_seller_sees_only_its_own_reports(api: Api) -> None:
    def markets() -> set[str]:
        found = api.list().json()["reports"]
        return {m for report in found for m in report["marketplaceIds"]}

    assert markets() == {"ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"}
    assert api.login("na-demo", "FE") and markets() == {"A1VC38T7YXB528"}
    assert api.login("eu-demo", "EU") and len(markets()) == 3


def test_tokens_survive_a_restart_of_the_server(api: Api, world: World) -> None:
    again = TestClient(create_app(world.root, UNTIL, api.clock))

    answer = again.get(REPORTS, params={"reportTypes": V2_TYPE}, headers=api.headers)
    assert answer.status_code == 200


def test_altered_token_is_refused(api: Api) -> None:
    token = api.headers["x-amz-access-token"]

    for wrong in (token[:-8] + "AAAAAAAA", "Atza|x", "nonsense"):
        api.headers = {"x-amz-access-token": wrong}
        assert api.list().status_code == 403


def test_token_endpoint_can_fail_on_demand(api: Api) -> None:
    api.fault(kind="server_error", operation="token")

    assert api.token("Atzr|sandbox-eu-demo-EU").status_code == 500
    assert api.token("Atzr|sandbox-eu-demo-EU").status_code == 200
