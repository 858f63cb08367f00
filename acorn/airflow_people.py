"""Who signs in to Airflow: the admin, and people of company.yml with an Airflow role.

Airflow's own role Op may edit connections: it could point Amazon's address at a server
of its own and be sent the password. So Op of company.yml is the role OPERATOR here: it
reads what a Viewer reads, and starts, pauses, clears and backfills.
"""

from __future__ import annotations

import json
from typing import Any

from config.company import load_company
from config.home import secret

ADMIN_USER = "admin"
OPERATOR = "Acorn Op"
_ROLES = {"Admin": "Admin", "Op": OPERATOR, "Viewer": "Viewer"}
# The mark of users made from company.yml; those an admin made by hand lack it.
EMAIL_DOMAIN = "localhost"
# Action and resource, by Flask-AppBuilder's names.
OPERATOR_GRANTS = (
    ("can_edit", "DAGs"),  # pause
    ("can_create", "DAG Runs"),
    ("can_edit", "DAG Runs"),
    ("can_create", "Task Instances"),
    ("can_edit", "Task Instances"),  # clear
    ("can_create", "Backfills"),
    ("can_edit", "Backfills"),  # pause, cancel
    ("can_create", "Assets"),  # tell of an event by hand
    ("can_edit", "HITL Detail"),
)
# The list of plugins is where the UI learns of the pages in its menu.
VIEWER_GRANTS = (("can_read", "Plugins"),)


class NameTaken(Exception):
    """A user made by hand has a person's name; the message says what to do."""


def sign_ins() -> list[dict[str, str]]:
    """Name, Airflow role and password of everybody who may sign in.

    Raises:
        SecretMissing: somebody has no password yet.
    """
    admin = {
        "name": ADMIN_USER,
        "role": "Admin",
        "password": secret("airflow_admin_password"),
    }
    people = [
        {
            "name": person.name,
            "role": _ROLES[person.airflow],
            "password": secret(person.secret_name),
        }
        for person in load_company().people
        if person.airflow
    ]
    return [admin, *people]


def grants_and_sign_ins() -> str:
    """All that set-up writes about people, to tell whether it has changed."""
    return json.dumps([OPERATOR_GRANTS, VIEWER_GRANTS, sign_ins()])


def set_up_roles(security: Any) -> None:
    """Make OPERATOR what this file says; let viewers see the pages in the menu.

    `security` is Airflow's security manager. At each start of the API server Airflow
    gives its own roles their permissions back, and leaves other roles alone.
    """
    wanted = {*security.VIEWER_PERMISSIONS, *VIEWER_GRANTS, *OPERATOR_GRANTS}
    security.bulk_sync_roles(
        [
            {"role": "Viewer", "perms": VIEWER_GRANTS},
            {"role": OPERATOR, "perms": sorted(wanted)},
        ]
    )
    role = security.find_role(OPERATOR)
    for permission in list(role.permissions):
        if (permission.action.name, permission.resource.name) not in wanted:
            security.remove_permission_from_role(role, permission)


def set_up_users(security: Any, users: list[dict[str, str]]) -> None:
    """Create or update these users; deactivate those that company.yml had before.

    Raises:
        NameTaken: a user that is not ours has a name; nobody was changed.
        RuntimeError: Airflow did not take a user.
    """
    for user in users:
        _require_ours(security.find_user(username=user["name"]))
    for user in users:
        _set_up_user(security, **user)
    names = {user["name"] for user in users}
    for known in security.get_all_users():
        is_gone = _is_ours(known) and known.username not in names
        if is_gone and known.active:
            known.active = False
            _require(security.update_user(known), f"deactivate {known.username}")
            print(f"User {known.username} is not in company.yml: deactivated")


def _is_ours(user: Any) -> bool:
    return bool(user.email == f"{user.username}@{EMAIL_DOMAIN}")


def _require_ours(known: Any) -> None:
    if known is not None and not _is_ours(known):
        raise NameTaken(
            f"Airflow has a user {known.username!r} that company.yml did not make. "
            f"Rename one of the two, or delete the user in Airflow's list of users."
        )


def _set_up_user(security: Any, name: str, role: str, password: str) -> None:
    email, roles = f"{name}@{EMAIL_DOMAIN}", [security.find_role(role)]
    known = security.find_user(username=name)
    if known is None:
        made = security.add_user(name, name, "", email, roles, password)
        _require(made, f"create {name}")
    else:
        known.roles, known.active = roles, True
        _require(security.update_user(known), f"update {name}")
        _require(security.reset_password(known.id, password), f"password of {name}")
    print(f"User {name} has role {role}")


def _require(done: object, what: str) -> None:
    if not done:
        raise RuntimeError(f"Airflow did not {what}; its log above says why.")
