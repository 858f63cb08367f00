"""Speak for a person to Postgres, as Superset does."""

from __future__ import annotations

from typing import Any

import psycopg

from config.home import secret
from dashboards.person_setting import signed


def speak_for(connection: psycopg.Connection[Any], person: str) -> None:
    """From now on a session of `bi` is asked by `person`."""
    claim = signed(person, secret("superset_person_key"))
    connection.execute("select set_config('acorn.person', %s, false)", [claim])
