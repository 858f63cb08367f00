"""Answers checked against the published API models, where those are present."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sandbox.sp_api.throttle import LIMITS
from tests.sandbox.conftest import REPORTS, Api
from tests.sandbox.test_lifecycle import BODY

MODELS = Path(__file__).resolve().parents[3] / "shared" / "spapi-models"
SELLERS = "/sellers/v1/marketplaceParticipations"


def load(name: str) -> dict[str, Any]:
    path = MODELS / name
    if not path.exists():
        pytest.skip("the API models are not on this machine")
    model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return model


def check(model: dict[str, Any], definition: str, body: object) -> None:
    schema = {"$ref": f"#/definitions/{definition}", **model}
    jsonschema.Draft4Validator(schema).validate(body)


def operations(model: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        o["operationId"]: o
        for path in model["paths"].values()
        for o in path.values()
        if isinstance(o, dict)
    }


def test_report_answers_follow_the_model(api: Api) -> None:
    model = load("reports_2021-06-30.json")
    created = api.post(REPORTS, BODY).json()
    listed = api.list(pageSize=3).json()
    document = api.document().json()
    one = api.get(f"{REPORTS}/{created['reportId']}").json()

    check(model, "CreateReportSpecification", BODY)
    check(model, "CreateReportResponse", created)
    check(model, "GetReportsResponse", listed)
    check(model, "Report", one)
    check(model, "ReportDocument", document)
    known = set(model["definitions"]["Report"]["properties"])
    assert all(set(report) <= known for report in [*listed["reports"], one])


def test_error_answers_follow_the_model(api: Api) -> None:
    model = load("reports_2021-06-30.json")
    answers = [
        api.client.get(REPORTS),
        api.list(pageSize=0),
        api.get(f"{REPORTS}/1"),
        api.client.post(REPORTS, content="x", headers=api.headers),
    ]

    for answer in answers:
        check(model, "ErrorList", answer.json())
        documented = operations(model)["createReport"]["responses"]
        assert str(answer.status_code) in documented


def test_participations_follow_the_model(api: Api) -> None:
    model = load("sellers.json")

    check(model, "GetMarketplaceParticipationsResponse", api.get(SELLERS).json())


def test_rates_and_bursts_are_those_of_the_models() -> None:
    for name in ("reports_2021-06-30.json", "sellers.json"):
        for operation, content in operations(load(name)).items():
            if operation in LIMITS:
                limit = LIMITS[operation]
                row = f"| {limit.rate:g} | {limit.burst} |"
                assert row in content["description"], operation
