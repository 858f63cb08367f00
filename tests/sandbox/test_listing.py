"""getReports: filters, pages, the 90-day window, paging faults."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import REPORTS, V1_TYPE, V2_TYPE, Api


def pages(api: Api, **parameters: Any) -> list[list[str]]:
    """The report ids of all pages."""
    answer = api.list(**parameters).json()
    found = [[r["reportId"] for r in answer["reports"]]]
    while "nextToken" in answer:
        answer = api.get(REPORTS, nextToken=answer["nextToken"]).json()
        found.append([r["reportId"] for r in answer["reports"]])
    return found


def test_page_size_is_10_unless_given(api: Api) -> None:
    answer = api.get(REPORTS, reportTypes=f"{V2_TYPE},{V1_TYPE}").json()

    assert len(answer["reports"]) == 10
    assert answer["nextToken"]


def test_pages_cover_everything_once(api: Api) -> None:
    whole = pages(api)[0]
    parts = pages(api, pageSize=5)

    assert [i for page in parts for i in page] == whole
    assert len(set(whole)) == len(whole)


def test_next_token_must_be_the_only_parameter(api: Api) -> None:
    token = api.list(pageSize=5).json()["nextToken"]

    assert api.get(REPORTS, nextToken=token, pageSize=5).status_code == 400
    assert api.get(REPORTS, nextToken=token, reportTypes=V2_TYPE).status_code == 400
    assert api.get(REPORTS, nextToken="made-up").status_code == 400


def test_next_token_of_another_seller_is_refused(api: Api) -> None:
    token = api.list(pageSize=5).json()["nextToken"]
    api.login("eu-demo", "EU")

    assert api.get(REPORTS, nextToken=token).status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"reportTypes": ""},
        {"pageSize": 0},
        {"pageSize": 101},
        {"pageSize": "ten"},
        {"processingStatuses": "BAD_VALUE"},
        {"createdSince": "yesterday"},
        {"reportTypes": ",".join(f"T{n}" for n in range(11))},
    ],
)
def test_bad_parameters_are_400(api: Api, parameters: dict[str, Any]) -> None:
    answer = api.list(**parameters)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidInput"


def test_filters_narrow_the_list(api: Api) -> None:
    def count(**parameters: Any) -> int:
        return len(api.list(**parameters).json()["reports"])

    assert count(reportTypes=V1_TYPE) == 2
    assert count(marketplaceIds="A2EUQ1WTGCTBG2") < count()
    assert count(processingStatuses="CANCELLED,FATAL") == 0
    assert count(createdSince="2026-10-01T00:00:00Z") < count()
    assert (
        count(createdUntil="2026-07-01T00:00:00+00:00", createdSince="2026-06-01") == 0
    )


def test_reports_vanish_after_90_days(api: Api) -> None:
    before = len(api.list().json()["reports"])
    api.clock.pass_by(30 * 86_400)
    api.login()

    after = api.list(createdSince="2026-01-01T00:00:00Z").json()["reports"]
    assert 0 < len(after) < before


def test_reports_of_the_future_are_not_there_yet(api: Api) -> None:
    before = len(api.list().json()["reports"])
    api.clock.pass_by(-40 * 86_400)
    api.login()

    assert 0 < len(api.list().json()["reports"]) < before


def test_duplicate_listing_has_the_same_bytes(api: Api, world: Any) -> None:
    twice = next(e for e in world.files if len(e["reports"]) == 2)
    api.login(twice["account_code"], twice["region"])
    listed = {r["reportId"] for r in api.list().json()["reports"]}

    assert set(twice["report_ids"]) <= listed


def test_repeated_page_still_leads_to_all_reports(api: Api) -> None:
    whole = set(pages(api)[0])
    api.fault(kind="repeat_page")
    found = pages(api, pageSize=5)

    assert found[0] == found[1]
    assert {i for page in found for i in page} == whole


def test_shuffled_pages_hold_the_same_reports(api: Api) -> None:
    whole = pages(api)[0]
    api.fault(kind="shuffle_pages")
    found = [i for page in pages(api, pageSize=5) for i in page]

    assert found != whole and sorted(found) == sorted(whole)
