"""Whom a reader sees in Superset's pages: themselves.

Lists of users and roles stand behind the filters of the list of dashboards. A reader
may open that list, but has no business with other people's names and addresses.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Query


def only_self(query: Query) -> Query:
    """Superset's filter of users to choose from."""
    manager = _security_manager()
    if manager.is_admin():
        return query
    return query.filter(manager.user_model.id == manager.current_user.id)


def only_own_roles(query: Query) -> Query:
    """Superset's filter of roles to choose from."""
    manager = _security_manager()
    if manager.is_admin():
        return query
    own = [role.id for role in manager.get_user_roles()]
    return query.filter(manager.role_model.id.in_(own))


def _security_manager() -> Any:
    # Superset reads its settings, which name the two above, before it is complete.
    from superset import security_manager

    return security_manager
