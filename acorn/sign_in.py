"""Where the local stack's pages are and how to sign in, as `up` and `demo` tell it."""

from __future__ import annotations

from acorn import airflow_people, superset
from acorn.parts import StackSettings
from acorn.progress import Progress
from config.company import load_company
from config.home import acorn_home, secret


def say_where(settings: StackSettings, is_first: bool, progress: Progress) -> None:
    """Print the addresses; with the administrators' passwords the first time only."""
    kept = acorn_home() / "secrets.json"
    progress.say()
    for name, url, user, password in (
        ("Superset", settings.superset_url, superset.ADMIN_USER, "superset_admin"),
        ("Airflow", settings.web_url, airflow_people.ADMIN_USER, "airflow_admin"),
    ):
        shown = f"{user} / {secret(f'{password}_password')}" if is_first else user
        progress.say(f"  {name:<10}{url}   {shown}")
    people = [person.name for person in load_company().people]
    if people:
        progress.say(f"  {'People':<10}{', '.join(people)}")
    told = "shown once; all passwords are" if is_first else "all passwords are"
    progress.say(f"  {'':<10}({told} in {kept})")
    progress.say("Stop it with `acorn down`.")
