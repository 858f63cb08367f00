"""One part of the stack in the foreground, as a container runs it.

The command and the environment are those of the local stack: `acorn.parts` makes both.
What differs in containers, addresses above all, comes by the variables that
`config.addresses` and `acorn.executor` name.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import NoReturn

from acorn import stack_setup
from acorn.command_error import CommandError
from acorn.executor import CELERY, executor
from acorn.foreign_server import require_fit_server
from acorn.parts import (
    DEFAULT_SUPERSET_PORT,
    DEFAULT_WEB_PORT,
    StackSettings,
    build_part,
    part_names,
    present_parts,
)
from acorn.progress import Progress
from acorn.secrets import NAMES
from acorn.world import choose_world
from config.company import DEMO_COMPANY, is_demo, load_company
from config.home import CHECKOUT, SecretMissing, secret

_SANDBOX_PORT = 8800


class NotAPart(CommandError):
    """There is no such part with these settings; the message lists those there are."""


def service_settings() -> StackSettings:
    """The choices of a stack in containers: fixed ports, each part on its own host."""
    return StackSettings(
        web_port=int(os.environ.get("ACORN_AIRFLOW_PORT") or DEFAULT_WEB_PORT),
        superset_port=int(
            os.environ.get("ACORN_SUPERSET_PORT") or DEFAULT_SUPERSET_PORT
        ),
        sandbox_port=_SANDBOX_PORT if is_demo() else None,
    )


def part_settings(name: str) -> StackSettings:
    """The same for one part; the sandbox also remembers what its world is made of.

    Raises:
        NotAPart: these settings make no such part.
    """
    settings = service_settings()
    if name not in present_parts(settings):
        raise NotAPart(_why_not(name))
    if name == "sandbox":
        return replace(settings, **choose_world(order_count=None))
    return settings


def _why_not(part: str) -> str:
    if part == "worker":
        reason = f"tasks run by {executor()}; set ACORN_EXECUTOR={CELERY}"
    elif part == "sandbox":
        reason = f"only the demo company has one; set ACORN_COMPANY={DEMO_COMPANY}"
    else:
        reason = f"there are {', '.join(part_names())}"
    return f"No part {part!r} here: {reason}."


def run_part(name: str) -> NoReturn:
    """Become that part: signals and exit code are its own.

    Raises:
        NotAPart: these settings make none.
    """
    part = build_part(name, part_settings(name))
    os.chdir(CHECKOUT)
    os.execve(part.command[0], part.command, part.environment)


def set_up() -> None:
    """Set up the Postgres that ACORN_DATABASE_URL names; may run again.

    Raises:
        SecretMissing: passwords or keys are not set; the message lists all of them.
        ServerUnfit: the server is not named, not reached, or cannot be set up.
    """
    _require_secrets()
    require_fit_server()
    stack_setup.set_up(service_settings(), Progress())


def _require_secrets() -> None:
    people = [person.secret_name for person in load_company().people]
    missing = []
    for name in (*NAMES, *people):
        try:
            secret(name)
        except SecretMissing:
            missing.append(f"ACORN_{name.upper()}")
    if missing:
        raise SecretMissing(
            f"Not set: {', '.join(missing)}. `.env.example` says what each is for; "
            f"a password may be any long random text."
        )
