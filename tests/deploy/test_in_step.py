"""Containers run what the local stack runs.

Both come from `acorn.parts`. What may differ is listed here, by name; any other
difference fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from acorn.parts import (
    DEFAULT_SUPERSET_PORT,
    DEFAULT_WEB_PORT,
    build_part,
    build_parts,
    part_names,
)
from acorn.secrets import NAMES, ensure_secrets
from acorn.service import part_settings, service_settings
from config.company import DEMO_COMPANY
from config.home import CHECKOUT
from tests.deploy.compose import (
    clean_environment,
    environment_of,
    example_variables,
    filled_in,
    load_compose,
)

# Settings that hold an address or a place: other values in containers, and only these.
ADDRESSES = {
    "ACORN_ARCHIVE",
    "ACORN_ECB_URL",
    "ACORN_HOME",
    "AIRFLOW_HOME",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__API__BASE_URL",
    "AIRFLOW__API__HOST",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
    "ACORN_SUPERSET_METADATA_URL",
    "ACORN_SUPERSET_WAREHOUSE_URL",
    "SUPERSET_HOME",
}
# What a proxy in front changes.
PROXY = {"ACORN_BEHIND_TLS", "AIRFLOW__FAB__ENABLE_PROXY_FIX"}
# Which of these `acorn run` was told by; the parts themselves read the settings above.
TOLD = {
    "ACORN_AIRFLOW_PUBLIC_URL",
    "ACORN_AIRFLOW_URL",
    "ACORN_BIND",
    "ACORN_COMPANY",
    "ACORN_DATABASE_URL",
    "ACORN_EXECUTOR",
    "ACORN_REDIS_ADDRESS",
    "ACORN_SANDBOX_URL",
    "FORWARDED_ALLOW_IPS",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    demo = {"ACORN_COMPANY": str(DEMO_COMPANY), "ACORN_EXECUTOR": "CeleryExecutor"}
    return load_compose(filled_in() | demo)


@pytest.fixture(scope="module")
def local_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `acorn up` makes it, with the secrets that the containers are given."""
    home = tmp_path_factory.mktemp("home")
    with patch.dict(os.environ, {"ACORN_HOME": str(home)}):
        stored = json.loads(ensure_secrets().read_text())
    given = {name: filled_in()[f"ACORN_{name.upper()}"] for name in NAMES}
    redis = {"redis_password": filled_in()["ACORN_REDIS_PASSWORD"]}
    (home / "secrets.json").write_text(json.dumps(stored | given | redis))
    (home / "postgres.json").write_text('{"host": "127.0.0.1", "port": 1}')
    return home


def describe(part: str, variables: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Command and environment of a part, made in an environment of these variables."""
    with patch.dict(os.environ, clean_environment() | variables, clear=True):
        made = build_part(part, part_settings(part))
    inherited = {"PATH", "PYTHONPATH", *clean_environment()}
    return list(made.command), {
        name: value for name, value in made.environment.items() if name not in inherited
    }


def in_container(
    compose: dict[str, Any], part: str, folder: Path
) -> tuple[list[str], dict[str, str]]:
    told = environment_of(compose["services"][part])
    # The containers' folders are not here.
    image = "/srv/acorn/"
    variables = {k: v.replace(image, f"{CHECKOUT}/") for k, v in told.items()}
    variables["ACORN_HOME"] = str(folder)
    return describe(part, variables)


def differing(first: dict[str, str], second: dict[str, str]) -> set[str]:
    """Names whose values differ, or that one side lacks."""
    return {n for n in first.keys() | second.keys() if first.get(n) != second.get(n)}


def test_each_part_has_a_service_and_each_service_a_part(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    running = {
        name: service["command"][1]
        for name, service in services.items()
        if service.get("command", [None])[0] == "run"
    }

    assert set(running) == set(running.values()) == set(part_names())
    assert set(services) - set(running) == {"postgres", "setup", "proxy", "redis"}
    assert services["setup"]["command"] == ["setup"]


@pytest.mark.parametrize("part", part_names())
def test_part_runs_alike_here_and_there(
    part: str, compose: dict[str, Any], local_home: Path, tmp_path: Path
) -> None:
    celery = {"ACORN_EXECUTOR": "CeleryExecutor"}
    here = describe(part, {"ACORN_HOME": str(local_home)} | celery)
    there = in_container(compose, part, tmp_path)

    own = {n for n in differing(here[1], there[1]) if not _is_secret_given(n)}
    assert own <= ADDRESSES | PROXY | TOLD
    assert _without_addresses(here[0]) == _without_addresses(there[0])


def _is_secret_given(name: str) -> bool:
    """Whether it is a secret that containers get by variable, the local stack by file.

    The demo's credentials hold the sandbox's address.
    """
    return name in example_variables() or name.startswith("AIRFLOW_CONN_AMAZON_")


def _without_addresses(command: list[str]) -> list[str]:
    """The command, hosts and folders apart."""
    bare = [word.replace("0.0.0.0", "127.0.0.1") for word in command]
    bare = [word for word in bare if word != "--proxy-headers"]
    return [word for word in bare if not word.startswith("/") or word == bare[0]]


@pytest.mark.parametrize("part", part_names())
def test_health_check_asks_what_the_local_stack_asks(
    part: str, compose: dict[str, Any]
) -> None:
    test = compose["services"][part]["healthcheck"]["test"]

    assert test == ["CMD", "acorn", "healthy", part]


def test_parts_stop_in_the_local_stacks_order(
    compose: dict[str, Any], local_home: Path
) -> None:
    """Compose stops a service before those it depends on."""
    services = compose["services"]
    local = {"ACORN_HOME": str(local_home), "ACORN_EXECUTOR": "CeleryExecutor"}
    with patch.dict(os.environ, clean_environment() | local, clear=True):
        early = {p.name for p in build_parts(service_settings()) if p.stop_stage == 1}

    before = {
        name for name in part_names() if "api-server" in services[name]["depends_on"]
    }
    assert before == early - {"superset"}  # which has nothing to report


def test_a_setting_changed_in_compose_alone_is_noticed(
    compose: dict[str, Any], local_home: Path, tmp_path: Path
) -> None:
    altered = json.loads(json.dumps(compose))
    altered["services"]["scheduler"]["environment"]["DBT_THREADS"] = "9"
    here = describe("scheduler", {"ACORN_HOME": str(local_home)})
    there = in_container(altered, "scheduler", tmp_path)

    surplus = differing(here[1], there[1]) - ADDRESSES - PROXY - TOLD

    assert "DBT_THREADS" in surplus
    assert "AIRFLOW__CORE__EXECUTOR" in surplus  # here LocalExecutor: not told Celery


def test_a_service_without_a_secret_does_not_start(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    variables = environment_of(compose["services"]["scheduler"])
    del variables["ACORN_AIRFLOW_FERNET_KEY"]
    done = subprocess.run(
        [sys.executable, "-m", "acorn", "run", "scheduler"],
        env=clean_environment() | variables | {"ACORN_HOME": str(tmp_path)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "ACORN_AIRFLOW_FERNET_KEY" in done.stderr


def test_worker_without_celery_says_what_to_set(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    variables = environment_of(compose["services"]["worker"])
    variables |= {"ACORN_EXECUTOR": "LocalExecutor", "ACORN_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "acorn", "run", "worker"],
        env=clean_environment() | variables,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "set ACORN_EXECUTOR=CeleryExecutor" in done.stderr


def test_addresses_name_services_and_their_ports(compose: dict[str, Any]) -> None:
    told = environment_of(compose["services"]["scheduler"])
    proxy = (CHECKOUT / "deploy" / "Caddyfile").read_text()

    assert told["ACORN_AIRFLOW_URL"] == f"http://api-server:{DEFAULT_WEB_PORT}"
    assert told["ACORN_SANDBOX_URL"] == "http://sandbox:8800"
    assert f":api-server:{DEFAULT_WEB_PORT}}}" in proxy
    assert f":superset:{DEFAULT_SUPERSET_PORT}}}" in proxy


def test_images_hold_every_folder_of_code() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:].strip("/") for line in ignored if line.startswith("!")}
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    folders = {
        path.split("/")[0] for path in listed if "/" in path and path.endswith(".py")
    }

    assert folders - {"tests", "bench", "docs"} <= let_in
    assert all((CHECKOUT / name).exists() for name in let_in)


def test_images_build_with_the_uv_of_the_makefile() -> None:
    def version(name: str, marker: str) -> str:
        lines = (CHECKOUT / name).read_text().splitlines()
        return next(line for line in lines if line.startswith(marker))[len(marker) :]

    assert version("Dockerfile", "ARG UV_VERSION=") == version(
        "Makefile", "UV_VERSION := "
    )
    assert version("Dockerfile", "ARG PYTHON_IMAGE=python:").startswith("3.11.")


def test_container_paths_are_those_of_the_image(compose: dict[str, Any]) -> None:
    told = environment_of(compose["services"]["scheduler"])
    mounts = [
        volume.split(":")[1] for volume in compose["services"]["scheduler"]["volumes"]
    ]
    made = (CHECKOUT / "Dockerfile").read_text()

    for place in (told["ACORN_HOME"], told["ACORN_ARCHIVE"]):
        assert place in mounts
    for mount in mounts:
        assert mount == "/etc/acorn" or mount in made
    assert os.path.join(told["ACORN_HOME"], "airflow/logs") in mounts
