"""docker-compose.yml as Python sees it: variables filled in, merges done, judged.

The rules are those of docs/deployment.md; `faults` lists what breaks one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from config.home import CHECKOUT

COMPOSE_FILE = CHECKOUT / "docker-compose.yml"
EXAMPLE_FILE = CHECKOUT / ".env.example"
# Compose specification, "Interpolation": ${NAME:?error}, ${NAME:-default}; $$ is $.
_VARIABLE = re.compile(r"\$\$|\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")
_SERVICE_KEYS = set(
    "build cap_add cap_drop command depends_on entrypoint env_file environment"
    " healthcheck image init logging mem_limit networks ports profiles read_only"
    " restart security_opt shm_size stop_grace_period tmpfs user volumes".split()
)
_ONE_SHOT = {"setup"}
_OWN_USER = {"postgres", "redis"}  # images of others; ours say USER themselves


class VariableMissing(Exception):
    """Compose would refuse to start for want of this variable."""


def example_variables() -> dict[str, str]:
    """Every variable that .env.example wants set, with its value (none)."""
    lines = EXAMPLE_FILE.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match("[A-Z][A-Z_]*=", line))


def filled_in() -> dict[str, str]:
    """The same, each with a value that tells which it is."""
    return {name: f"value-of-{name.lower()}" for name in example_variables()}


def load_compose(variables: dict[str, str]) -> dict[str, Any]:
    """The file as compose would see it with these variables.

    Raises:
        VariableMissing: one that has to be set is not.
    """

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        if kind == "-":
            return str(rest)
        raise VariableMissing(name)

    document = yaml.safe_load(_VARIABLE.sub(value, COMPOSE_FILE.read_text()))
    plain: dict[str, Any] = json.loads(json.dumps(document))  # aliases share objects
    return plain


def required_variables() -> set[str]:
    """Names that the file wants set."""
    found = _VARIABLE.findall(COMPOSE_FILE.read_text())
    return {name for name, kind, _ in found if kind == "?"}


def optional_variables() -> set[str]:
    """Names that the file has a default for."""
    found = _VARIABLE.findall(COMPOSE_FILE.read_text())
    return {name for name, kind, _ in found if kind == "-"}


def client() -> list[str] | None:
    """A compose client of version 2 or newer, if there is one."""
    own = CHECKOUT / ".venv-tools/compose/usr/libexec/docker/cli-plugins"
    for command in (["docker", "compose"], [str(own / "docker-compose")]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version"], capture_output=True)
            if done.returncode == 0:
                return command
    return None


def faults(document: dict[str, Any]) -> list[str]:
    """What is wrong with the file, one sentence each."""
    services = document["services"]
    found = [
        fault
        for name, service in services.items()
        for fault in (
            *_hardening(name, service),
            *_operation(name, service),
            *_references(name, service, document),
        )
    ]
    publishing = {name for name, service in services.items() if service.get("ports")}
    if publishing != {"proxy"}:
        found.append(f"only the proxy publishes ports, found {sorted(publishing)}")
    if not document["networks"]["data"].get("internal"):
        found.append("network data has a way out")
    return found


def _hardening(name: str, service: dict[str, Any]) -> list[str]:
    wrong = []
    if service.get("read_only") is not True:
        wrong.append(f"{name}: the root file system is writable")
    if service.get("cap_drop") != ["ALL"]:
        wrong.append(f"{name}: keeps capabilities")
    if "no-new-privileges:true" not in service.get("security_opt", []):
        wrong.append(f"{name}: may gain privileges")
    user = service.get("user")
    if name in _OWN_USER and user in (None, "root", "0"):
        wrong.append(f"{name}: runs as root")
    if name not in _OWN_USER and user is not None:
        wrong.append(f"{name}: does not run as the user of its image")
    return wrong


def _operation(name: str, service: dict[str, Any]) -> list[str]:
    wrong = [
        f"{name}: unknown key {key}" for key in sorted(service.keys() - _SERVICE_KEYS)
    ]
    image, _, tag = service.get("image", "").rpartition(":")
    if not image or not re.search(r"\d+\.\d+", tag):
        wrong.append(f"{name}: its image is pinned to no version")
    if not re.fullmatch(r"\d+[mg]", str(service.get("mem_limit"))):
        wrong.append(f"{name}: has no memory limit")
    wanted = "no" if name in _ONE_SHOT else "unless-stopped"
    if service.get("restart") != wanted:
        wrong.append(f"{name}: restart is {service.get('restart')}, wanted {wanted}")
    check = service.get("healthcheck", {})
    if name not in _ONE_SHOT and not {"test", "interval", "timeout"} <= check.keys():
        wrong.append(f"{name}: has no whole health check")
    return wrong


def _references(
    name: str, service: dict[str, Any], document: dict[str, Any]
) -> list[str]:
    wrong = []
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("./"):
            # A folder of deploy/site may be made later; what we ship is there.
            shipped = CHECKOUT / source
            if not source.startswith("./deploy/site") and not shipped.exists():
                wrong.append(f"{name}: {source} does not exist")
        elif source not in document["volumes"]:
            wrong.append(f"{name}: volume {source} is not declared")
    for network in service.get("networks", []):
        if network not in document["networks"]:
            wrong.append(f"{name}: network {network} is not declared")
    for other, needed in service.get("depends_on", {}).items():
        if other not in document["services"]:
            wrong.append(f"{name}: waits for {other}, which is no service")
        elif needed["condition"] == "service_started":
            wrong.append(f"{name}: does not wait until {other} is ready")
    return wrong


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    """What the service's `environment` sets."""
    return {name: str(value) for name, value in service["environment"].items()}


def dotenv_path(folder: Path, variables: dict[str, str]) -> Path:
    """A .env of these variables, for the client."""
    path = folder / "compose.env"
    path.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return path


def clean_environment() -> dict[str, str]:
    """Ours without anything that compose would take for a setting."""
    foreign = ("ACORN_", "COMPOSE_", "AIRFLOW")
    return {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
