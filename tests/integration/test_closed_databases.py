"""Who may connect to which database of the server: nobody without need."""

from __future__ import annotations

import pytest

from acorn.postgres import admin_connection
from acorn.warehouse import ensure_database, ensure_warehouse
from config.warehouse import ROLES, WarehouseUnavailable, connect

pytestmark = pytest.mark.integration


def test_database_lets_in_its_owner_only(postgres_home, monkeypatch):
    with admin_connection("postgres") as server:
        try:
            ensure_database(server, "of_another_part", owner="loader")
            monkeypatch.setenv("ACORN_WAREHOUSE_DATABASE", "of_another_part")
            connect("loader").close()
            for role in {*ROLES} - {"loader"}:
                with pytest.raises(WarehouseUnavailable, match="permission denied"):
                    connect(role)
        finally:
            server.execute("drop database of_another_part with (force)")


def test_warehouse_lets_in_its_roles_and_no_other_login(warehouse):
    ensure_warehouse()
    for role in ROLES:
        warehouse.connect(role).close()
    with admin_connection(warehouse.database) as server:
        found = server.execute(
            "select has_database_privilege('public', current_database(), 'connect')"
        )
        assert found.fetchone() == (False,)
