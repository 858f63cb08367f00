"""What the local stack is made of: processes, ports, and the settings of one run.

`ACORN_HOME/run/settings.json` holds the choices of the run that is up (ports, no
secrets), so that the supervisor and every later command read the same.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from acorn.airflow import airflow_environment
from acorn.command_error import CommandError
from acorn.executor import CELERY, executor
from acorn.ports import free_port, is_free
from acorn.processes import run_folder, write_json
from acorn.superset import superset_command, superset_environment
from config.addresses import bind_address, is_behind_tls
from config.company import is_demo
from config.home import CHECKOUT, acorn_home

DEFAULT_WEB_PORT = 8080
DEFAULT_SUPERSET_PORT = 8088
# Airflow's parts: subcommand, and the seconds they are given to end. `-s`: no server
# of log files, for the API server reads them itself. A running task may end; what takes
# longer is killed and runs again later.
_AIRFLOW: dict[str, tuple[tuple[str, ...], float]] = {
    "api-server": (("api-server",), 15),
    "scheduler": (("scheduler", "-s"), 30),
    "dag-processor": (("dag-processor",), 15),
    "triggerer": (("triggerer", "-s"), 15),
    "worker": (("celery", "worker"), 30),
}


class PortTaken(CommandError):
    """A port is in use; the message names the user of it and the remedy."""


@dataclass(frozen=True)
class StackSettings:
    """The choices of one run of the stack."""

    web_port: int
    sandbox_port: int | None  # None: the company is a real one, no sandbox
    sandbox_order_count: int | None = None
    sandbox_seed: int | None = None
    sandbox_until: str | None = None  # last day of the demo world, ISO
    superset_port: int = DEFAULT_SUPERSET_PORT

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def superset_url(self) -> str:
        return f"http://127.0.0.1:{self.superset_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def save(self) -> None:
        """Write them down for the supervisor and later commands."""
        run_folder().mkdir(parents=True, exist_ok=True)
        write_json(_settings_file(), asdict(self))


@dataclass(frozen=True)
class Part:
    """One process of the stack, kept alive by the supervisor."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    stop_seconds: float  # asked to end; killed after this long
    stop_stage: int = 1  # parts of one stage stop together, lower stages first

    @property
    def log(self) -> Path:
        return log_file(self.name)


def log_file(name: str) -> Path:
    """Where the output of a part goes."""
    return acorn_home() / "logs" / f"{name}.log"


def saved_settings() -> StackSettings | None:
    """The settings of the last run, if there was one."""
    if not _settings_file().exists():
        return None
    return StackSettings(**json.loads(_settings_file().read_text()))


def build_parts(settings: StackSettings) -> list[Part]:
    """The processes in the order they start."""
    return [build_part(name, settings) for name in present_parts(settings)]


def build_part(name: str, settings: StackSettings) -> Part:
    """One process; it needs the secrets of this part and of no other."""
    if name == "sandbox":
        return _sandbox(settings)
    if name == "superset":
        return _superset(settings)
    subcommand, stop_seconds = _AIRFLOW[name]
    command = (sys.executable, "-m", "airflow", *subcommand)
    if name == "api-server" and is_behind_tls():
        command = (*command, "--proxy-headers")
    environment = airflow_environment(settings.web_port, settings.sandbox_port)
    # Ending tasks still report to the API server, so it stops after the others.
    stage = 2 if name == "api-server" else 1
    return Part(name, command, environment, stop_seconds, stage)


def part_names() -> tuple[str, ...]:
    """Every part there may be, in the order they start."""
    return ("sandbox", *_AIRFLOW, "superset")


def present_parts(settings: StackSettings) -> list[str]:
    """The parts that this stack is made of, in the order they start."""
    absent = set()
    if settings.sandbox_port is None:
        absent.add("sandbox")
    if executor() != CELERY:
        absent.add("worker")
    return [name for name in part_names() if name not in absent]


def choose_web_port(asked: int | None) -> int:
    """Airflow's port: as asked, else $ACORN_AIRFLOW_PORT, else 8080.

    Raises:
        PortTaken: somebody listens there.
    """
    return _choose("airflow", asked, DEFAULT_WEB_PORT)


def choose_superset_port(asked: int | None) -> int:
    """Superset's port: as asked, else $ACORN_SUPERSET_PORT, else 8088.

    Raises:
        PortTaken: somebody listens there.
    """
    return _choose("superset", asked, DEFAULT_SUPERSET_PORT)


def _choose(name: str, asked: int | None, default: int) -> int:
    variable = f"ACORN_{name.upper()}_PORT"
    port = asked or int(os.environ.get(variable) or default)
    if not is_free(port):
        raise PortTaken(
            f"Port {port} on 127.0.0.1 is taken{_holder(port)}. Nothing was started. "
            f"Choose another: `acorn up --{name}-port {free_port()}`, or set "
            f"{variable}."
        )
    return port


def choose_sandbox_port() -> int | None:
    """Port of the sandbox: $ACORN_SANDBOX_PORT, the last one if free, else a free one.

    Raises:
        PortTaken: the port that was asked for is in use.
    """
    if not is_demo():
        return None
    asked = os.environ.get("ACORN_SANDBOX_PORT")
    if asked:
        if not is_free(int(asked)):
            raise PortTaken(
                f"ACORN_SANDBOX_PORT {asked} on 127.0.0.1 is taken"
                f"{_holder(int(asked))}. Nothing was started. Set another, or unset it."
            )
        return int(asked)
    last = saved_settings()
    if last and last.sandbox_port and is_free(last.sandbox_port):
        return last.sandbox_port
    return free_port()


def _sandbox(settings: StackSettings) -> Part:
    # The sandbox answers as Amazon would: it gets no setting or secret of ours.
    passed = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ACORN_", "AIRFLOW_"))
    }
    return Part(
        "sandbox",
        (
            *(sys.executable, "-m", "sandbox.serve"),
            *("--host", bind_address(), "--port", str(settings.sandbox_port)),
            *("--seed", str(settings.sandbox_seed)),
            *("--orders", str(settings.sandbox_order_count)),
            *("--until", str(settings.sandbox_until)),
            *("--rate-scale", "60"),
            *("--data-dir", str(acorn_home() / "sandbox")),
        ),
        passed | {"PYTHONPATH": str(CHECKOUT)},
        stop_seconds=5,
        stop_stage=2,
    )


def _superset(settings: StackSettings) -> Part:
    return Part(
        "superset",
        superset_command(settings.superset_port),
        superset_environment(),
        stop_seconds=15,
    )


def _settings_file() -> Path:
    return run_folder() / "settings.json"


def _holder(port: int) -> str:
    """Who listens on a port, as far as this user may see."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        if connection.status != psutil.CONN_LISTEN or connection.pid is None:
            continue
        if connection.laddr and connection.laddr.port == port:
            name = psutil.Process(connection.pid).name()
            return f" by {name} (pid {connection.pid})"
    return ""
