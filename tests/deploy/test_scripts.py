"""The shell scripts of deploy/, run as they are."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cryptography.fernet import Fernet

from acorn.ports import free_port
from config.home import CHECKOUT
from tests.deploy.compose import example_variables
from tests.deploy.programs import listens, redis_folder, wait_until

DEPLOY = CHECKOUT / "deploy"
PASSWORD = r'p"a\ss #$1 word'


def new_env() -> dict[str, str]:
    """What `deploy/new-env` prints, as variables."""
    done = subprocess.run([DEPLOY / "new-env"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line[:1].isupper()]
    return dict(line.split("=", 1) for line in lines)


def test_new_env_makes_every_secret_anew_and_leaves_the_rest_to_people() -> None:
    first, second = new_env(), new_env()
    asked = {"ACORN_AIRFLOW_HOST", "ACORN_SUPERSET_HOST", "ACORN_TLS"}

    made = {name: value for name, value in first.items() if value}

    assert first.keys() == example_variables().keys()
    assert first.keys() - made.keys() == asked
    assert len(set(made.values())) == len(made)  # no two alike
    assert all(len(value) >= 44 for value in made.values())
    assert not set(made.values()) & set(second.values())
    Fernet(made["ACORN_AIRFLOW_FERNET_KEY"])  # raises unless it is a key


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    process = subprocess.Popen(
        [DEPLOY / "redis.sh", "--port", str(port), "--bind", "127.0.0.1"],
        env=_with_redis() | {"ACORN_REDIS_PASSWORD": PASSWORD, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: listens(port), 10, "Redis listens")
        yield port, process
    finally:
        process.terminate()
        process.wait(timeout=10)


def _with_redis() -> dict[str, str]:
    return {"PATH": f"{redis_folder()}{os.pathsep}{os.environ['PATH']}"}


def _ping(port: int, password: str) -> str:
    done = subprocess.run(
        ["redis-cli", "-p", str(port), "ping"],
        env=_with_redis() | {"REDISCLI_AUTH": password},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def test_redis_answers_to_the_password_alone(redis) -> None:
    port, _ = redis

    assert _ping(port, PASSWORD).strip() == "PONG"
    assert "WRONGPASS" in _ping(port, "wrong")


def test_redis_password_shows_in_no_list_of_processes(redis, tmp_path: Path) -> None:
    _, process = redis
    seen = psutil.Process(process.pid)
    settings = [path for path in tmp_path.iterdir() if path.is_file()]

    assert seen.name() == "redis-server"  # it became Redis: signals reach it
    assert not any("ss" in word and "word" in word for word in seen.cmdline())
    assert [oct(path.stat().st_mode)[-3:] for path in settings] == ["600"]


def test_redis_does_not_start_without_a_password() -> None:
    done = subprocess.run(
        [DEPLOY / "redis.sh"], env=_with_redis(), capture_output=True, text=True
    )

    assert done.returncode != 0
    assert "ACORN_REDIS_PASSWORD" in done.stderr
