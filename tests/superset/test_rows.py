"""Which rows people get: by store, in every format, from the cache or not."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.superset.server import SupersetServer
from tests.superset.visitor import Tile, Visitor

pytestmark = pytest.mark.integration

SignIn = Callable[[str], Visitor]
OF_OPERATIONS = {"na-demo/US", "na-demo/CA"}


@pytest.mark.parametrize("format", ["json", "csv", "xlsx"])
def test_operations_gets_its_two_stores_only(
    superset: SupersetServer, sign_in: SignIn, tile: Tile, format: str
) -> None:
    everything = set(
        superset.rows("select store_code from reports.settlement_reconciliation")
    )

    assert everything > OF_OPERATIONS
    assert sign_in("operations").stores(tile, format) == OF_OPERATIONS
    for name in ("finance", "management", "admin"):
        assert sign_in(name).stores(tile, format) == everything


@pytest.mark.parametrize(
    ("names", "row_limit"),  # another limit is another question to the cache
    [(("finance", "operations"), 9_001), (("operations", "finance"), 9_002)],
)
def test_cache_serves_nobody_the_rows_of_another(
    sign_in: SignIn, tile: Tile, names: tuple[str, str], row_limit: int
) -> None:
    def ask(name: str) -> tuple[bool, set[str]]:
        answer = sign_in(name).ask(tile, row_limit=row_limit).json()["result"][0]
        return bool(answer["is_cached"]), {row["store_code"] for row in answer["data"]}

    first = [ask(name) for name in names]
    again = [ask(name) for name in names]

    assert [is_cached for is_cached, _ in first] == [False, False]
    assert [is_cached for is_cached, _ in again] == [True, True]
    assert [stores for _, stores in again] == [stores for _, stores in first]
    stores = dict(zip(names, (found for _, found in again), strict=True))
    assert stores["operations"] == OF_OPERATIONS < stores["finance"]


def test_publication_ends_what_is_cached(
    superset: SupersetServer, sign_in: SignIn, tile: Tile
) -> None:
    def is_cached() -> bool:
        answer = sign_in("finance").ask(tile, row_limit=9_003)
        return bool(answer.json()["result"][0]["is_cached"])

    before = [is_cached(), is_cached()]
    _publish_again(superset)
    deadline = time.monotonic() + 30  # half of what an answer is kept at most
    while is_cached() and time.monotonic() < deadline:
        time.sleep(0.2)

    assert before == [False, True]
    assert time.monotonic() < deadline


def test_answer_from_before_a_publication_is_not_found_after_it(
    superset: SupersetServer, sign_in: SignIn, tile: Tile
) -> None:
    """The question waits for a lock, and reports are published meanwhile."""
    from config.warehouse import connect

    finance = sign_in("finance")

    def is_cached() -> bool:
        answer = finance.ask(tile, row_limit=9_005)
        return bool(answer.json()["result"][0]["is_cached"])

    with ThreadPoolExecutor(1) as beside, superset.in_environment():
        with connect("owner") as holder:
            holder.execute("set local role transformer")
            holder.execute("lock table reports.settlement_reconciliation")
            waiting = beside.submit(is_cached)
            _await_waiting(superset)
            _publish_again(superset)
            time.sleep(1.1)  # the cache looks for publications once a second
        assert waiting.result() is False
    assert [is_cached(), is_cached()] == [False, True]


def _await_waiting(superset: SupersetServer) -> None:
    deadline = time.monotonic() + 30
    while not superset.rows(
        "select pid from pg_locks where not granted"
        " and relation = 'reports.settlement_reconciliation'::regclass"
    ):
        assert time.monotonic() < deadline, "the question never came"
        time.sleep(0.05)


def _publish_again(superset: SupersetServer) -> None:
    """The last publication once more, as of now."""
    from config.warehouse import connect

    with superset.in_environment(), connect("owner") as connection:
        connection.execute(
            """
            insert into ops.publications
                (build_id, report, row_count, content_sha256, as_of)
            select build_id, report, row_count, content_sha256, as_of
            from ops.publications
            order by publication_id desc limit 1
            """
        )


def test_rule_of_superset_alone_holds_the_stores(
    superset: SupersetServer, sign_in: SignIn, tile: Tile
) -> None:
    """The statement as sent, run by a role that row security lets see everything."""
    answer = sign_in("operations").ask(tile, force=True).json()["result"][0]

    seen = set(superset.rows(answer["query"], role="analyst"))

    assert seen == OF_OPERATIONS


def test_way_around_the_rule_is_refused(sign_in: SignIn, tile: Tile) -> None:
    query = tile.request(row_limit=9_004)["queries"][0]
    way_out = {"where": "1 = 1) or (1 = 1", "having": ""}

    answer = sign_in("operations").ask(tile, queries=[query | {"extras": way_out}])

    assert answer.status_code == 400, answer.text


def test_every_dataset_with_stores_is_under_the_rule(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    with_stores = {
        entry["id"]
        for entry in admin.result("/api/v1/dataset/?q=(page_size:100)")
        if "store_code"
        in {
            column["column_name"]
            for column in admin.result(f"/api/v1/dataset/{entry['id']}")["columns"]
        }
    }
    rules = admin.result("/api/v1/rowlevelsecurity/")
    rule = admin.result(f"/api/v1/rowlevelsecurity/{rules[0]['id']}")

    assert len(rules) == 1 and with_stores
    assert {table["id"] for table in rule["tables"]} == with_stores
    assert rule["filter_type"] == "Base"  # for every role but those it names
    assert [role["name"] for role in rule["roles"]] == ["Admin"]
