"""People of company.yml: who may see which stores, and where they may sign in.

A person signs in to Superset and Airflow by `name`. Rows of reports are theirs by
store: Postgres and Superset read the same list (`ops.store_access`, filled by
`acorn.warehouse.ensure_warehouse`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Literal

from pydantic import field_validator, model_validator

from config.settings import Settings
from config.warehouse import ROLES

ALL_STORES = "all"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
# Logins of Postgres and administrators: a person of that name would get their rights.
_TAKEN = frozenset({"admin", "airflow", "postgres", "public", "superset", *ROLES})


class Person(Settings):
    """One person, or one shared sign-in."""

    name: str
    # Which dashboards: a role of Superset. Left out: no access to Superset.
    dashboards: Literal["finance", "operations", "management"] | None = None
    # `all`, or codes such as brand-na/US; brand-na/* is every store of the account.
    stores: Literal["all"] | tuple[str, ...] = ()
    # A role of Airflow. Left out: no access to Airflow.
    airflow: Literal["Admin", "Op", "Viewer"] | None = None

    @field_validator("name")
    @classmethod
    def _sign_in_name(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is no sign-in name. Use at most 41 small letters, "
                f"digits and -, the first a letter"
            )
        if name in _TAKEN:
            raise ValueError(
                f"{name!r} is a login of Acorn itself. Choose another name"
            )
        return name

    @field_validator("stores", mode="before")
    @classmethod
    def _all_or_list(cls, stores: Any) -> Any:
        if stores == ALL_STORES or isinstance(stores, list | tuple):
            return stores
        raise ValueError(
            f"{stores!r} is neither `all` nor a list such as [brand-na/US, brand-na/CA]"
        )

    @model_validator(mode="after")
    def _sees_something(self) -> Person:
        if self.dashboards and not self.stores:
            raise ValueError(
                f"{self.name} has dashboards but no stores and would see empty ones. "
                f"Add `stores: all`, or a list of stores"
            )
        return self

    @property
    def secret_name(self) -> str:
        """Name of this person's password among the secrets."""
        return f"person_{self.name.replace('-', '_')}_password"

    @property
    def store_patterns(self) -> tuple[str, ...]:
        """Rows of `ops.store_access`: `*`, `brand-na/*` or `brand-na/US`."""
        return ("*",) if self.stores == ALL_STORES else tuple(sorted(set(self.stores)))


def check_people(people: list[Person], stores: Collection[str]) -> None:
    """Hold the people of one company file against its stores.

    Raises:
        ValueError: two people share a name, or somebody has a store that is not there.
    """
    names = [person.name for person in people]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{name} is there {names.count(name)} times. Keep one entry"
            )
    accounts = {f"{store.split('/')[0]}/*" for store in stores}
    for person in people:
        for store in () if person.stores == ALL_STORES else person.stores:
            if store not in {*stores, *accounts}:
                raise ValueError(
                    f"{person.name} has the unknown store {store!r}. Stores of this "
                    f"file: {', '.join(sorted({*stores, *accounts}))}"
                )
