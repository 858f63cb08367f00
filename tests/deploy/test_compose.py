"""docker-compose.yml: complete, closed, and refused without its secrets.

No engine is needed. The client, where there is one, reads the file as it would before a
start; our own rules are shown to bite on seeded mistakes.
"""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acorn.postgres import _SETTINGS as POSTGRES_SETTINGS
from config.home import CHECKOUT
from tests.deploy.compose import (
    EXAMPLE_FILE,
    VariableMissing,
    clean_environment,
    client,
    dotenv_path,
    example_variables,
    faults,
    filled_in,
    load_compose,
    optional_variables,
    required_variables,
)

PROFILES = ("", "sandbox", "scale", "sandbox,scale")


@pytest.fixture
def document() -> dict[str, Any]:
    return load_compose(filled_in())


def test_file_keeps_all_rules(document: dict[str, Any]) -> None:
    assert faults(document) == []


Service = dict[str, Any]
MISTAKES: dict[str, Callable[[Service], Any]] = {
    "scheduler: the root file system is writable": lambda s: s["scheduler"].pop(
        "read_only"
    ),
    "worker: keeps capabilities": lambda s: s["worker"].update(cap_drop=[]),
    "redis: may gain privileges": lambda s: s["redis"].pop("security_opt"),
    "postgres: runs as root": lambda s: s["postgres"].pop("user"),
    "superset: does not run as the user": lambda s: s["superset"].update(user="root"),
    "proxy: unknown key network_mode": lambda s: s["proxy"].update(network_mode="host"),
    "triggerer: unknown key memlimit": lambda s: s["triggerer"].update(memlimit="1g"),
    "redis: its image is pinned to no": lambda s: s["redis"].update(image="redis:8"),
    "postgres: its image is pinned": lambda s: s["postgres"].update(image="postgres"),
    "api-server: has no memory limit": lambda s: s["api-server"].pop("mem_limit"),
    "setup: restart is always": lambda s: s["setup"].update(restart="always"),
    "worker: has no whole health": lambda s: s["worker"]["healthcheck"].pop("test"),
    "sandbox: volume lost is not": lambda s: s["sandbox"]["volumes"].append("lost:/x"),
    "redis: ./lost.sh does not": lambda s: s["redis"]["volumes"].append("./lost.sh:/x"),
    "worker: network lost": lambda s: s["worker"]["networks"].append("lost"),
    "worker: waits for lost": lambda s: s["worker"]["depends_on"].update(
        lost={"condition": "service_healthy"}
    ),
    "setup: does not wait until postgres": lambda s: s["setup"]["depends_on"].update(
        postgres={"condition": "service_started"}
    ),
    "only the proxy publishes": lambda s: s["postgres"].update(ports=["5432:5432"]),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_a_seeded_mistake_is_found(document: dict[str, Any], told: str) -> None:
    MISTAKES[told](document["services"])

    found = faults(document)

    assert len(found) == 1 and found[0].startswith(told)


def test_example_lists_what_has_to_be_set_and_gives_no_value() -> None:
    example = example_variables()

    assert set(example) == required_variables()
    assert set(example.values()) == {""}
    told = set(re.findall("^# ([A-Z_]+)=", EXAMPLE_FILE.read_text(), re.MULTILINE))
    assert told >= optional_variables()


def test_every_variable_of_the_example_is_explained() -> None:
    lines = EXAMPLE_FILE.read_text().splitlines()
    unexplained = [
        line
        for before, line in itertools.pairwise(lines)
        if re.match("(# )?[A-Z_]+=", line) and not before.startswith("# ")
    ]

    assert unexplained == ["ACORN_SUPERSET_HOST="]  # one text speaks of both hosts


@pytest.mark.parametrize("name", sorted(example_variables()))
def test_file_is_refused_without_a_variable(name: str) -> None:
    variables = filled_in()
    del variables[name]

    with pytest.raises(VariableMissing, match=name):
        load_compose(variables)


def test_no_password_stands_in_the_file(document: dict[str, Any]) -> None:
    """Every value of a secret's name is the variable of .env, nowhere a literal."""
    secret = re.compile("PASSWORD|SECRET|KEY")
    values = {
        value
        for service in document["services"].values()
        for name, value in service.get("environment", {}).items()
        if secret.search(name)
    }

    assert values <= set(filled_in().values()) and len(values) > 10


def test_services_get_only_the_secrets_they_need(document: dict[str, Any]) -> None:
    holders: dict[str, set[str]] = {}
    for service, content in document["services"].items():
        for name in content.get("environment", {}):
            holders.setdefault(name, set()).add(service)
    tasks = {"setup", "scheduler", "dag-processor", "triggerer", "worker"}

    assert holders["ACORN_POSTGRES_PASSWORD"] == {"setup"}
    assert holders["ACORN_OWNER_PASSWORD"] == {"setup"}
    assert holders["ACORN_AIRFLOW_ADMIN_PASSWORD"] == {"setup"}
    assert holders["ACORN_LOADER_PASSWORD"] == tasks
    assert holders["ACORN_TRANSFORMER_PASSWORD"] == tasks
    assert holders["ACORN_BI_PASSWORD"] == {"setup", "superset"}
    assert holders["ACORN_AIRFLOW_PASSWORD"] == tasks | {"api-server"}


def test_postgres_runs_with_the_local_servers_settings(
    document: dict[str, Any],
) -> None:
    local = _settings(POSTGRES_SETTINGS)
    flags = [flag[2:] for flag in document["services"]["postgres"]["command"][1:]]

    assert dict(flag.split("=", 1) for flag in flags) == local


def _settings(text: str) -> dict[str, str]:
    pairs = re.findall(r"^(\w+) = '?([^'#\n]*?)'?\s*(?:#.*)?$", text, re.MULTILINE)
    # In a container the image decides where it listens, and the network who comes.
    elsewhere = {"listen_addresses", "unix_socket_directories"}
    return {name: value for name, value in pairs if name not in elsewhere}


@pytest.mark.parametrize("profiles", PROFILES)
def test_client_accepts_the_file(profiles: str, tmp_path: Path) -> None:
    done = _config(tmp_path, filled_in(), profiles)

    assert done.returncode == 0, done.stderr
    assert ("worker:" in done.stdout) == ("scale" in profiles)
    assert ("sandbox.serve" in done.stdout or "- sandbox\n" in done.stdout) == (
        "sandbox" in profiles
    )


def test_client_refuses_a_missing_secret(tmp_path: Path) -> None:
    variables = filled_in()
    del variables["ACORN_BI_PASSWORD"]

    done = _config(tmp_path, variables, "")

    assert done.returncode != 0
    assert "ACORN_BI_PASSWORD" in done.stderr and ".env.example" in done.stderr


def _config(
    folder: Path, variables: dict[str, str], profiles: str
) -> subprocess.CompletedProcess[str]:
    command = client()
    if command is None:
        pytest.skip("no compose client here; .ci/tools installs one where it can")
    env_file = dotenv_path(folder, variables)
    return subprocess.run(
        [*command, "--env-file", str(env_file), "config"],
        cwd=CHECKOUT,
        env=clean_environment() | {"COMPOSE_PROFILES": profiles},
        capture_output=True,
        text=True,
    )
