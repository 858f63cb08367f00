"""People of company.yml as users of Superset, and its administrator.

A person is known by an address under `people.acorn.invalid`. Users that an
administrator made in Superset's pages have other addresses and are left alone.
"""

from __future__ import annotations

from superset import security_manager
from superset.extensions import db
from werkzeug.security import check_password_hash

_DOMAIN = "people.acorn.invalid"  # a domain that cannot exist: nobody gets mail there


class NameTaken(Exception):
    """A user made by hand has a person's name; the message says what to do."""


def ensure_admin(name: str, password: str) -> None:
    """The administrator, with this password."""
    _ensure_user(name, "Admin", password)
    db.session.commit()


def ensure_people(people: list[dict[str, str]], admin_name: str) -> None:
    """Give each person a role and a password; close the users of those who left.

    Whoever left is shut out whatever roles somebody gave them since; of the users that
    we made, only the administrator `admin_name` need not be in company.yml.

    Raises:
        NameTaken: a user that is not ours has the name.
    """
    for person in people:
        _ensure_user(person["name"], person["role"], person["password"])
    kept = {person["name"] for person in people} | {admin_name}
    for user in security_manager.get_all_users():
        is_gone = user.email.endswith(f"@{_DOMAIN}") and user.username not in kept
        if is_gone and (user.active or user.roles):
            user.active = False  # ends open sessions too
            user.roles = []
    db.session.commit()


def _ensure_user(name: str, role_name: str, password: str) -> None:
    role = security_manager.find_role(role_name)
    user = security_manager.find_user(name)
    if user is None:
        security_manager.add_user(
            username=name,
            first_name=name.capitalize(),
            last_name="",
            email=f"{name}@{_DOMAIN}",
            role=role,
            password=password,
        )
        return
    if not user.email.endswith(f"@{_DOMAIN}"):
        raise NameTaken(
            f"Superset has a user {name!r} that company.yml did not make. Rename one "
            f"of the two, or delete the user in Superset's list of users."
        )
    if not user.active:
        user.active = True
    if user.roles != [role]:
        user.roles = [role]
    if not check_password_hash(user.password, password):
        security_manager.reset_password(user.id, password)
