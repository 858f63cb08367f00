"""Provisioning again: nothing changes, what is gone goes, what is wrong is refused."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from config.home import CHECKOUT
from tests.superset.server import SupersetServer, password_of

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def story(superset: SupersetServer) -> dict[str, Any]:
    """What several runs of the provisioning did; in the end all is as before."""
    from acorn.superset import superset_environment, superset_python

    people = [
        {"name": name, "role": name, "password": password_of(name)}
        for name in ("finance", "operations", "management")
    ]
    admin = {"name": "admin", "password": password_of("admin")}
    with superset.in_environment():
        done = subprocess.run(
            [str(superset_python()), "-m", "tests.superset.provision_story"],
            env=superset_environment(),
            input=json.dumps({"admin": admin, "people": people}),
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
            timeout=600,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    line = next(x for x in done.stdout.splitlines() if x.startswith("STORY "))
    return dict(json.loads(line.removeprefix("STORY ")))


def test_second_run_changes_nothing(story: dict[str, Any]) -> None:
    assert story["second_run"] == []


def test_what_left_the_bundle_is_deleted_and_hand_made_things_stay(
    story: dict[str, Any],
) -> None:
    before, after = story["with_extras"]["charts"], story["without_extras"]["charts"]

    assert "By hand" in before and "By hand" in after
    assert "Orphan" not in after
    assert "spoilt" in before and "spoilt" not in after


def test_rule_of_rows_is_put_right(story: dict[str, Any]) -> None:
    assert story["with_extras"]["clauses"] == ["true"]
    assert "reports.stores_of" in story["without_extras"]["clauses"][0]


def test_who_left_company_yml_is_shut_out_even_as_administrator(
    story: dict[str, Any], superset: SupersetServer
) -> None:
    assert "leaver" in story["with_extras"]["users"]
    assert "leaver" not in story["without_extras"]["users"]
    assert not superset.sign_in("leaver", "left long ago").is_in


def test_all_is_as_it_was(story: dict[str, Any]) -> None:
    assert story["restored"] == []


def test_refused_asset_is_named_and_changes_nothing(story: dict[str, Any]) -> None:
    assert story["refused_file"] in story["refusal"]
    assert "viz_type" in story["refusal"]
    assert story["after_refusal"] == []
