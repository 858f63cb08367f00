"""Great Expectations' project files survive a gate that did not come to its end."""

from __future__ import annotations

import pytest

from expectations.context import open_project, project_folder

pytestmark = pytest.mark.integration


class Killed(BaseException):
    """Like a kill: nothing in our code catches it."""


@pytest.fixture
def folder(warehouse, monkeypatch, tmp_path):
    # The secrets and the address are the server's; the project is this test's own.
    for name in ("secrets.json", "postgres.json"):
        (tmp_path / name).write_bytes((warehouse.home / name).read_bytes())
    monkeypatch.setenv("ACORN_HOME", str(tmp_path))
    return project_folder()


def add_suite(project, name: str) -> None:
    import great_expectations as gx

    project.suites.add(gx.ExpectationSuite(name=name))


def test_file_that_a_killed_gate_cut_short_stops_no_later_gate(folder):
    with pytest.raises(Killed), open_project("loader"):
        settings = folder / "great_expectations.yml"
        settings.write_text(settings.read_text()[:1500])
        raise Killed

    with open_project("loader") as project:
        add_suite(project, "later")

    assert (folder / "expectations" / "later.json").exists()


def test_gate_that_ended_leaves_the_project_to_the_next(folder):
    with open_project("loader") as project:
        add_suite(project, "earlier")

    with open_project("loader") as project:
        assert [suite.name for suite in project.suites.all()] == ["earlier"]
