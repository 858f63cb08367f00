"""The services of docker-compose.yml as processes of this machine.

Each runs the command, environment and health check that the file gives it. Only what
names another host or a container's folder is put in its place here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from acorn.ports import free_port
from acorn.processes import stop_tree
from config.company import DEMO_COMPANY
from config.home import CHECKOUT
from tests.deploy.compose import clean_environment, environment_of, load_compose
from tests.deploy.foreign_server import ForeignServer
from tests.deploy.programs import listens, redis_folder, wait_until

_ACORN = (sys.executable, "-m", "acorn")  # as deploy/acorn does in the image
_HEALTHY_SECONDS = 300.0  # longer than on a quiet machine by far


@dataclass
class Services:
    """Starts services and knows where they are; stops all in the end."""

    folder: Path
    server: ForeignServer
    variables: dict[str, str]  # as in .env
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    web_port: int = field(default_factory=free_port)
    superset_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    log_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        chosen = {
            "ACORN_EXECUTOR": "CeleryExecutor",
            "ACORN_COMPANY": str(DEMO_COMPANY),
        }
        self.services: dict[str, Any] = load_compose(self.variables | chosen)[
            "services"
        ]

    def home(self, name: str) -> Path:
        """ACORN_HOME of a service. The worker is on a machine of its own."""
        return self.folder / ("worker" if name == "worker" else "main")

    def environment(self, name: str) -> dict[str, str]:
        """What compose gives the service, addresses of this machine put in."""
        here = {
            "ACORN_HOME": str(self.home(name)),
            "ACORN_ARCHIVE": str(self.folder / "archive"),
            "ACORN_BIND": "127.0.0.1",
            "ACORN_DATABASE_URL": self.server.url(),
            "ACORN_AIRFLOW_URL": f"http://127.0.0.1:{self.web_port}",
            "ACORN_REDIS_ADDRESS": f"127.0.0.1:{self.redis_port}",
        }
        told = environment_of(self.services[name])
        own = {
            "ACORN_AIRFLOW_PORT": str(self.web_port),
            "ACORN_SUPERSET_PORT": str(self.superset_port),
            "ACORN_WORKER_LOG_PORT": str(self.log_port),
            "PYTHONPATH": str(CHECKOUT),  # as the image sets it
        }
        put_in = {key: value for key, value in here.items() if key in told}
        return clean_environment() | told | put_in | own

    def run(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a service that ends by itself."""
        return subprocess.run(
            [*_ACORN, *self.services[name]["command"]],
            env=self.environment(name) | more,
            cwd="/",
            capture_output=True,
            text=True,
        )

    def start(self, name: str) -> None:
        """Start a service; it stops with the others."""
        self._start(
            name, [*_ACORN, *self.services[name]["command"]], self.environment(name)
        )

    def start_redis(self) -> None:
        """Redis by its own entrypoint."""
        path = f"{redis_folder()}{os.pathsep}{os.environ['PATH']}"
        told = environment_of(self.services["redis"])
        script = CHECKOUT / "deploy" / "redis.sh"
        where = ("--port", str(self.redis_port), "--bind", "127.0.0.1")
        own = {"PATH": path, "TMPDIR": str(self.folder)}
        self._start("redis", [str(script), *where], told | own)
        wait_until(lambda: listens(self.redis_port), 10, "Redis listens")

    def await_health(self, *names: str) -> None:
        """Ask the services' own health checks until all pass."""
        for name in names:

            def is_healthy(name: str = name) -> bool:
                return self.is_healthy(name)

            # Asking costs a second of computing: not too often.
            told = f"{name} is healthy, log {self.folder / name}.log"
            wait_until(is_healthy, _HEALTHY_SECONDS, told, every=2)

    def is_healthy(self, name: str) -> bool:
        """The health check of docker-compose.yml."""
        kind, program, *arguments = self.services[name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "acorn")
        done = subprocess.run(
            [*_ACORN, *arguments], env=self.environment(name), capture_output=True
        )
        return done.returncode == 0

    def stop(self) -> None:
        """Stop side by side, as compose does; Redis and the API server come last.

        They were started first. Without them an ending task waits in vain.
        """
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(_stop, self.processes[2:]))
        for process in reversed(self.processes[:2]):
            _stop(process)

    def _start(self, name: str, command: list[str], env: dict[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                command, env=env, cwd="/", stdout=output, stderr=subprocess.STDOUT
            )
        self.processes.append(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        stop_tree(psutil.Process(process.pid), 10)
    process.wait()
