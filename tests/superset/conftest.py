"""One Superset for all tests that ask for `superset`, and its visitors.

It starts once: `tests/conftest.py` gives the whole folder to one worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.superset.server import SupersetServer, running_superset
from tests.superset.visitor import Tile, Visitor


@pytest.fixture(scope="session")
def superset(
    postgres_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SupersetServer]:
    """A provisioned Superset over published reports of a small demo company."""
    with running_superset(tmp_path_factory.mktemp("superset")) as server:
        yield server


@pytest.fixture(scope="session")
def sign_in(superset: SupersetServer) -> Callable[[str], Visitor]:
    """Visitors by name, each signed in once: sign-ins are limited by the minute."""
    visitors: dict[str, Visitor] = {}

    def visitor(name: str) -> Visitor:
        if name not in visitors:
            visitors[name] = superset.sign_in(name)
            assert visitors[name].is_in, f"{name} was not let in"
        return visitors[name]

    return visitor


@pytest.fixture(scope="session")
def tile(sign_in: Callable[[str], Visitor]) -> Tile:
    """A tile with stores on the dashboard that every role opens."""
    return Tile(sign_in("admin"), "settlements")
