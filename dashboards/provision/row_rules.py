"""The rule of rows in Superset: of a store, a person sees their own only.

Postgres holds the same by itself (row security over `ops.store_access`); this is a
second, independent layer. The rule is of the kind that holds for every role but those
it names, so that a new role is closed until somebody opens it.
"""

from __future__ import annotations

from superset import security_manager
from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
from superset.extensions import db

RULE_NAME = "Stores of the signed-in person"
STORE_COLUMN = "store_code"
# The name stands inside a literal: a quote in it is doubled, as SQL asks.
_PERSON = "'{{ current_username() | replace(\"'\", \"''\") }}'"
_CLAUSE = (
    f"(select reports.sees_all_stores({_PERSON}))"
    f" or store_code in (select reports.stores_of({_PERSON}))"
)


def ensure_row_rule() -> None:
    """One rule over every dataset that has stores, and nothing else."""
    tables = [
        table
        for table in db.session.query(SqlaTable)
        if any(column.column_name == STORE_COLUMN for column in table.columns)
    ]
    wanted = {
        "description": "Holds for every role but Admin. Made by Acorn.",
        "filter_type": "Base",
        "clause": _CLAUSE,
        "group_key": None,
        "roles": [security_manager.find_role("Admin")],
        "tables": sorted(tables, key=lambda table: table.id),
    }
    rule = db.session.query(RowLevelSecurityFilter).filter_by(name=RULE_NAME).first()
    if rule is None:
        db.session.add(RowLevelSecurityFilter(name=RULE_NAME, **wanted))
    for name, value in wanted.items() if rule else ():
        if _settled(getattr(rule, name)) != _settled(value):
            setattr(rule, name, value)
    db.session.commit()


def _settled(value: object) -> object:
    """A value to compare: the order of linked objects says nothing."""
    if isinstance(value, list):
        return sorted(item.id for item in value)
    return getattr(value, "value", value)
