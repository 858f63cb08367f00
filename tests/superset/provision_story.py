"""Provision again and again, in one process; tell what Superset's tables held.

Run by test_provision.py inside Superset's environment, with the orders on its standard
input. Prints one JSON object: what each run changed, and what was left afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import yaml

# Written by the web server beside us, or saying nothing: every import writes the links
# of charts to dashboards anew, and notes that it looked.
_UNSTABLE = {"logs", "ab_user_session", "rate_limit"}
_LINKS = {"dashboard_slices", "rls_filter_tables", "rls_filter_roles", "ab_user_role"}
_UNSTABLE_COLUMNS = {
    *("last_login", "login_count", "fail_login_count"),
    *("changed_on", "last_saved_at", "changed_by_fk"),
}


def main() -> None:
    orders = json.load(sys.stdin)
    from superset.app import create_app

    with create_app().app_context():
        print("STORY " + json.dumps(_tell(orders), default=str), flush=True)


def _tell(orders: dict[str, Any]) -> dict[str, Any]:
    from superset.extensions import db

    from dashboards.bundle import DASHBOARDS, build_bundle
    from dashboards.provision.assets import AssetRefused, import_bundle
    from dashboards.provision.steps import provision

    url = os.environ["ACORN_SUPERSET_WAREHOUSE_URL"]
    bundle = build_bundle()

    def run(who: dict[str, Any], what: dict[str, str]) -> None:
        provision(who, what, DASHBOARDS, url)

    story: dict[str, Any] = {}
    before = _tables()
    run(orders, bundle)
    story["second_run"] = _changes(before, _tables())

    leaver = {"name": "leaver", "role": "finance", "password": "left long ago"}
    run(orders | {"people": [*orders["people"], leaver]}, bundle | _extra_chart(bundle))
    db.session.execute("update row_level_security_filters set clause = 'true'")
    db.session.execute("update slices set slice_name = 'spoilt' where id > 0")
    _make_by_hand()
    _make_administrator("leaver")  # which keeps nobody in who left
    story["with_extras"] = _names()
    run(orders, bundle)
    story["without_extras"] = _names()
    _remove_by_hand()
    story["restored"] = _changes(_without_users(before), _without_users(_tables()))

    before = _tables()
    path = next(name for name in bundle if name.startswith("charts/"))
    try:
        broken = bundle | {path: "slice_name: lacks all else"}
        import_bundle(broken, DASHBOARDS, url, orders["admin"]["name"])
    except AssetRefused as error:
        db.session.rollback()
        story["refusal"], story["refused_file"] = str(error), path
    story["after_refusal"] = _changes(before, _tables())
    return story


def _extra_chart(bundle: dict[str, str]) -> dict[str, str]:
    path = next(name for name in bundle if name.startswith("charts/"))
    chart = yaml.safe_load(bundle[path])
    chart |= {"uuid": "11111111-2222-4333-8444-555555555555", "slice_name": "Orphan"}
    return {"charts/orphan.yaml": yaml.safe_dump(chart)}


def _make_by_hand() -> None:
    from superset.extensions import db
    from superset.models.slice import Slice

    of_ours = db.session.query(Slice).first()
    chart = Slice(slice_name="By hand", viz_type="table", params="{}")
    chart.datasource_id, chart.datasource_type = of_ours.datasource_id, "table"
    db.session.add(chart)
    db.session.commit()


def _make_administrator(name: str) -> None:
    from superset import security_manager
    from superset.extensions import db

    security_manager.find_user(name).roles = [security_manager.find_role("Admin")]
    db.session.commit()


def _remove_by_hand() -> None:
    from superset.extensions import db
    from superset.models.slice import Slice

    db.session.delete(db.session.query(Slice).filter_by(slice_name="By hand").one())
    db.session.commit()


def _names() -> dict[str, Any]:
    from superset.extensions import db

    charts = db.session.execute("select slice_name from slices order by 1")
    users = db.session.execute("select username from ab_user where active order by 1")
    rules = db.session.execute("select clause from row_level_security_filters")
    return {
        "charts": [row[0] for row in charts],
        "users": [row[0] for row in users],
        "clauses": [row[0] for row in rules],
    }


def _tables() -> dict[str, list[dict[str, Any]]]:
    """Every row of Superset's database."""
    from sqlalchemy import inspect
    from superset.extensions import db

    db.session.expire_all()
    names = set(inspect(db.engine).get_table_names()) - _UNSTABLE
    content = {}
    for name in sorted(names):
        skipped = _UNSTABLE_COLUMNS | ({"id"} if name in _LINKS else set())
        rows = [
            {k: _plain(v) for k, v in row.items() if k not in skipped}
            for row in db.session.execute(f'select * from "{name}"').mappings()
        ]
        content[name] = sorted(rows, key=str)
    db.session.rollback()
    return content


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _without_users(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in tables.items() if name != "ab_user"}


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Rows that only one of the two has, as text."""

    def texts(rows: list[dict[str, Any]]) -> set[str]:
        return {str(row) for row in rows}

    return [
        f"{name}: {row[:300]}"
        for name in sorted({*before, *after})
        for row in texts(before.get(name, [])) ^ texts(after.get(name, []))
    ]


if __name__ == "__main__":
    main()
