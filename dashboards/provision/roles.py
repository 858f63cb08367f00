"""The three roles of readers, each with what opening a dashboard needs and no more.

Which dashboards a role opens is set on the dashboards. Data comes through a dashboard
only: no role holds a dataset, a schema or the database by itself.
"""

from __future__ import annotations

from typing import Any

from superset import security_manager
from superset.extensions import db

ROLES = ("finance", "operations", "management")

# (permission, what it is for). None of them writes anything but the reader's own state
# of a dashboard's filters and links to it.
_READER = (
    ("can_read", "Dashboard"),  # the list and the page
    ("can_read", "Chart"),  # chart data, as JSON, CSV and Excel
    ("can_csv", "Superset"),  # the download buttons
    ("can_dashboard", "Superset"),
    ("can_dashboard_permalink", "Superset"),
    ("can_view_chart_as_table", "Dashboard"),
    ("can_read", "DashboardFilterStateRestApi"),
    ("can_write", "DashboardFilterStateRestApi"),
    ("can_read", "DashboardPermalinkRestApi"),
    ("can_write", "DashboardPermalinkRestApi"),
    ("can_share_dashboard", "Superset"),
    ("can_time_range", "Api"),
    ("can_read", "CurrentUserRestApi"),
    ("can_read", "Theme"),
    ("can_read", "CssTemplate"),
    ("can_read", "EmbeddedDashboard"),
    ("can_language_pack", "Superset"),  # texts of the pages in Chinese
    ("can_log", "Superset"),  # who opened what, kept in Superset's database
    ("menu_access", "Dashboards"),
)


class PermissionUnknown(Exception):
    """Superset has no permission of that name; the message names it."""


def ensure_roles() -> None:
    """Give each role exactly the permissions above.

    Raises:
        PermissionUnknown: this version of Superset calls one of them otherwise.
    """
    wanted = [_permission(name, view) for name, view in _READER]
    for name in ROLES:
        role = security_manager.add_role(name)
        if {p.id for p in role.permissions} != {p.id for p in wanted}:
            role.permissions = list(wanted)
    db.session.commit()


def _permission(name: str, view: str) -> Any:
    found = security_manager.find_permission_view_menu(name, view)
    if found is None:
        raise PermissionUnknown(
            f"Superset knows no permission {name} on {view}. Compare "
            f"dashboards/provision/roles.py with this version of Superset."
        )
    return found
