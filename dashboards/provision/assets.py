"""Datasets, charts and dashboards as the bundle has them; others of ours go away."""

from __future__ import annotations

from typing import Any

import yaml
from superset import security_manager
from superset.commands.exceptions import CommandInvalidError, ImportFailedError
from superset.commands.importers.v1.assets import ImportAssetsCommand
from superset.connectors.sqla.models import SqlaTable
from superset.extensions import db
from superset.models.dashboard import Dashboard
from superset.models.slice import Slice
from superset.utils.core import override_user

# What the warehouse may be used for, whatever the bundle says: reading by dashboards.
_READ_ONLY = {
    "allow_dml": False,
    "allow_ctas": False,
    "allow_cvas": False,
    "allow_file_upload": False,
    "allow_run_async": False,
    "expose_in_sqllab": False,
}


class AssetRefused(Exception):
    """Superset refused the bundle; the message names the files and why."""


def import_bundle(
    bundle: dict[str, str],
    dashboards: list[dict[str, Any]],
    warehouse_url: str,
    admin_name: str,
) -> None:
    """Make Superset hold what the bundle holds, and open each dashboard to its roles.

    Raises:
        AssetRefused: a file is refused; nothing was changed.
    """
    contents = {
        path: _connected(text, warehouse_url) if path.startswith("databases/") else text
        for path, text in bundle.items()
    }
    with override_user(security_manager.find_user(admin_name)):
        try:
            ImportAssetsCommand(contents).run()
        except (CommandInvalidError, ImportFailedError) as error:
            raise AssetRefused(_told(error)) from error
        _open_dashboards(dashboards)
        _prune(bundle)
    db.session.commit()


def _connected(text: str, warehouse_url: str) -> str:
    entry = yaml.safe_load(text) | _READ_ONLY | {"sqlalchemy_uri": warehouse_url}
    return yaml.safe_dump(entry, allow_unicode=True)


def _told(error: Exception) -> str:
    """What is wrong with which file; Superset hides it in the error's cause."""
    cause = error.__cause__ or error
    if isinstance(cause, CommandInvalidError):
        faults = [str(fault.messages) for fault in cause._exceptions]
    else:
        faults = [f"{type(cause).__name__}: {cause}"]
    return "\n".join(["Superset refused the dashboards:", *faults])


def _open_dashboards(dashboards: list[dict[str, Any]]) -> None:
    for wanted in dashboards:
        found = db.session.query(Dashboard).filter_by(uuid=wanted["uuid"]).one()
        roles = [security_manager.find_role(name) for name in wanted["roles"]]
        if {role.id for role in found.roles} != {role.id for role in roles}:
            found.roles = roles


def _prune(bundle: dict[str, str]) -> None:
    """Delete what an earlier bundle made and this one does not have."""
    kept = {yaml.safe_load(text).get("uuid") for text in bundle.values()}
    for model in (Dashboard, Slice, SqlaTable):  # users of a thing before the thing
        managed = db.session.query(model).filter_by(is_managed_externally=True)
        for asset in managed:
            if str(asset.uuid) not in kept:
                db.session.delete(asset)
        db.session.flush()
