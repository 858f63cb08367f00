"""Superset's own tables and its list of permissions."""

from __future__ import annotations

from flask import current_app
from flask_migrate import upgrade
from superset import appbuilder, security_manager
from superset.extensions import db


def complete_database() -> None:
    """Migrate the tables to this version of Superset, then write its permissions.

    The same as `superset db upgrade` and `superset init`, without starting twice.
    """
    upgrade(directory=current_app.extensions["migrate"].directory)
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    db.session.commit()
