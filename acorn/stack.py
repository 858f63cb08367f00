"""The local stack: start it, stop it, say how it is.

`up` starts Postgres, sets up warehouse, Airflow and Superset, and leaves a supervisor
running. When the stack is up already, no part is touched; what has changed in
company.yml is taken over. `down` stops what this ACORN_HOME started and nothing else.
All ports are on 127.0.0.1.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from acorn import processes, supervisor
from acorn.command_error import CommandError
from acorn.parts import (
    StackSettings,
    build_parts,
    choose_sandbox_port,
    choose_superset_port,
    choose_web_port,
    log_file,
    part_names,
    saved_settings,
)
from acorn.postgres import ensure_postgres, is_external, is_running, stop_postgres
from acorn.progress import Progress
from acorn.secrets import ensure_secrets
from acorn.sign_in import say_where
from acorn.stack_health import sick_parts, tell_sick
from acorn.stack_setup import catch_up, set_up
from acorn.superset import superset_python
from acorn.world import choose_world
from config.home import CHECKOUT, acorn_home
from config.warehouse import server_address

_HEALTHY_WITHIN_SECONDS = 240.0
_MOST_RESTARTS = 3  # of a part during `up`; then waiting longer is no use
_STOP_SECONDS = 75.0  # more than the parts' own limits, one stage after the other
_RECOVERS_WITHIN_SECONDS = 45.0


class StackFailed(CommandError):
    """The stack did not come up; the message says which part and where its log is."""


@dataclass(frozen=True)
class UpOptions:
    """What `acorn up` may be told. None: the documented default."""

    airflow_port: int | None = None
    order_count: int | None = None  # size of the demo company's world
    superset_port: int | None = None


def up(options: UpOptions | None = None) -> StackSettings:
    """Start the stack, or take over what has changed if it is up; answer where it is.

    Raises:
        PortTaken: a web port is in use; nothing was started.
        SupersetMissing: Superset's environment is not built; nothing was started.
        StackFailed: a part did not become healthy; all was stopped again.
    """
    asked = options or UpOptions()
    progress = Progress()
    superset_python()
    with _one_at_a_time():
        world = choose_world(asked.order_count)
        running = _running_settings()
        if running is not None and _gets_well(running, progress):
            is_news = catch_up(running, progress)
            progress.say(
                f"Acorn is up already: Airflow {running.web_url}, "
                f"Superset {running.superset_url}. "
                + ("What had changed is taken over." if is_news else "Nothing changed.")
            )
            return running
        # An unwell stack, or what a killed supervisor left behind, holds our ports.
        _stop_processes(progress)
        settings = _choose_settings(asked, running, world)
        was_running = is_running()
        try:
            _start_all(settings, progress)
        except BaseException:
            _stop_processes(progress)
            if not was_running:
                stop_postgres()
            raise
        return settings


def down() -> bool:
    """Stop what this ACORN_HOME started; False when nothing ran."""
    progress = Progress()
    if not acorn_home().exists():
        progress.say("Nothing runs: no stack was ever started here.")
        return False
    with _one_at_a_time():
        stopped = _stop_processes(progress)
        if not is_external():
            with progress.step("Postgres", "stopping") as step:
                was_up = stop_postgres()
                step.detail = "stopped" if was_up else "was not running"
                stopped = stopped or was_up
    progress.say("Acorn is down." if stopped else "Nothing was running.")
    return stopped


def _choose_settings(
    asked: UpOptions, running: StackSettings | None, world: dict[str, Any]
) -> StackSettings:
    """Ports as asked, else those of the stack that is being started again."""
    web_port = asked.airflow_port or (running.web_port if running else None)
    superset_port = asked.superset_port or (running.superset_port if running else None)
    return StackSettings(
        web_port=choose_web_port(web_port),
        superset_port=choose_superset_port(superset_port),
        sandbox_port=choose_sandbox_port(),
        **world,
    )


def _running_settings() -> StackSettings | None:
    return saved_settings() if processes.find(supervisor.NAME) else None


def _gets_well(settings: StackSettings, progress: Progress) -> bool:
    """Whether all parts are well, or soon are: the supervisor may be at work on one."""
    deadline = time.monotonic() + _RECOVERS_WITHIN_SECONDS
    while sick := sick_parts(settings):
        if time.monotonic() > deadline:
            progress.say(f"Not well: {', '.join(sick)}. Starting the stack again.")
            return False
        time.sleep(1)
    return True


def _start_all(settings: StackSettings, progress: Progress) -> None:
    ensure_secrets()
    progress.say(f"Starting Acorn in {acorn_home()}")
    with progress.step("Postgres", "starting") as step:
        ensure_postgres()
        host, port = server_address()
        step.detail = f"ready on {host}:{port}"
    is_first = set_up(settings, progress)
    settings.save()
    _start_supervisor()
    _await_health(settings, progress)
    say_where(settings, is_first, progress)


def _start_supervisor() -> None:
    log = log_file(supervisor.NAME)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "acorn.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            start_new_session=True,
        )
    processes.remember(supervisor.NAME, started.pid)


def _await_health(settings: StackSettings, progress: Progress) -> None:
    began = datetime.now(UTC)
    deadline = time.monotonic() + _HEALTHY_WITHIN_SECONDS
    names = ", ".join(part.name for part in build_parts(settings))
    with progress.step("Parts", f"waiting for {names}") as step:
        while sick := sick_parts(settings, since=began):
            is_over = time.monotonic() > deadline or not processes.find(supervisor.NAME)
            if is_over or any(_keeps_dying(name) for name in sick):
                raise StackFailed(tell_sick(sick))
            time.sleep(0.3)
        step.detail = f"healthy: {names}"


def _keeps_dying(name: str) -> bool:
    record = processes.recall(name)
    return record is not None and record.restart_count >= _MOST_RESTARTS


def _stop_processes(progress: Progress) -> bool:
    """Stop the supervisor, which stops the parts; then parts that outlived one."""
    stopped = processes.find(supervisor.NAME) is not None
    if stopped:
        with progress.step("Parts", "stopping") as step:
            processes.stop(supervisor.NAME, timeout_seconds=_STOP_SECONDS)
            step.detail = "stopped"
    for name in reversed(part_names()):
        if processes.stop(name, timeout_seconds=15):
            progress.say(f"  {name} had outlived its supervisor; stopped")
            stopped = True
    return stopped


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    acorn_home().mkdir(parents=True, exist_ok=True)
    with (acorn_home() / "stack.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"Another `acorn up` or `acorn down` works on {acorn_home()}. "
                f"Wait until it is done."
            ) from None
        yield
