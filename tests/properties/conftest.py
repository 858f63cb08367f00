"""One warehouse for all examples: a settlement number tells them apart."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import TEMPLATE, Warehouse


@pytest.fixture(scope="module")
def shared_warehouse(
    postgres_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    """A warehouse that every example of a module adds to."""
    from acorn.postgres import admin_connection

    name = f"properties_{uuid.uuid4().hex[:12]}"
    with admin_connection("postgres") as server:
        server.execute(f"create database {name} template {TEMPLATE} owner owner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACORN_WAREHOUSE_DATABASE", name)
        patch.setenv("ACORN_ARCHIVE", str(tmp_path_factory.mktemp("archive")))
        yield Warehouse(database=name, home=postgres_home)
    with admin_connection("postgres") as server:
        server.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def next_settlement_id() -> Callable[[], str]:
    """A number that no settlement had so far, always as long as the placeholder."""
    numbers = count(10_000_000_000)
    return lambda: str(next(numbers))


@pytest.fixture(scope="session")
def compiled_models(
    postgres_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The SQL that dbt makes of the models that read text and rules."""
    from config.company import DEMO_COMPANY, load_company
    from deliver.dbt import run
    from deliver.project import dbt_vars

    names = ("stg_amazon__settlement_lines_v2", "int_finance__line_buckets")
    target = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACORN_WAREHOUSE_DATABASE", TEMPLATE)
        variables = dbt_vars(load_company(DEMO_COMPANY))
        run(["compile", "--select", *names], variables, target)
    found = {path.stem: path.read_text() for path in target.rglob("compiled/**/*.sql")}
    return {name: found[name] for name in names}
