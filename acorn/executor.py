"""Where Airflow's tasks run: beside the scheduler, or on Celery workers.

ACORN_EXECUTOR is the one switch. With CeleryExecutor the scheduler hands tasks to
workers on any machine through Redis at ACORN_REDIS_ADDRESS (host:port), which asks for
the secret `redis_password`. The warehouse does not notice the difference.
"""

from __future__ import annotations

import os
import socket
from typing import Any
from urllib.parse import quote

from acorn.command_error import CommandError
from config.home import secret

LOCAL, CELERY = "LocalExecutor", "CeleryExecutor"
# Airflow's own default. Unlike its other servers this one has no setting for the
# address it listens on, so it runs only where workers are.
_LOG_SERVER_PORT = 8793


class ExecutorUnknown(CommandError):
    """ACORN_EXECUTOR names none of the two."""


def executor() -> str:
    """LocalExecutor, unless $ACORN_EXECUTOR says CeleryExecutor.

    Raises:
        ExecutorUnknown: it says something else.
    """
    chosen = os.environ.get("ACORN_EXECUTOR") or LOCAL
    if chosen not in (LOCAL, CELERY):
        raise ExecutorUnknown(
            f"ACORN_EXECUTOR is {chosen!r}; it may be {LOCAL} or {CELERY}."
        )
    return chosen


def executor_settings() -> dict[str, dict[str, Any]]:
    """Airflow's settings by section that depend on where tasks run."""
    if executor() == LOCAL:
        # The log servers would listen on every address. On one machine the API
        # server reads the files itself; port 0 leads to no other stack's server.
        return {
            "core": {"executor": LOCAL},
            "logging": {"worker_log_server_port": 0, "trigger_log_server_port": 0},
        }
    port = int(os.environ.get("ACORN_WORKER_LOG_PORT") or _LOG_SERVER_PORT)
    return {
        "core": {"executor": CELERY},
        "logging": {"worker_log_server_port": port, "trigger_log_server_port": 0},
        "celery": {"broker_url": broker_url(), "worker_concurrency": 4},
    }


def broker_url() -> str:
    """Redis, password included: never print it."""
    where = os.environ.get("ACORN_REDIS_ADDRESS") or "127.0.0.1:6379"
    return f"redis://:{quote(secret('redis_password'), safe='')}@{where}/0"


def worker_answers() -> bool:
    """Whether the Celery worker of this host answers through Redis."""
    from celery import Celery  # type: ignore[import-untyped]
    from kombu.exceptions import OperationalError

    name = f"celery@{socket.gethostname()}"
    with Celery(broker=broker_url(), set_as_current=False) as client:
        try:
            return bool(client.control.ping(destination=[name], timeout=3))
        except OperationalError:  # no Redis
            return False
