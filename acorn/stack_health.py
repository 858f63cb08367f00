"""How the stack is: which parts run, answer, and what memory they take."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime

import psutil
import requests

from acorn import processes, supervisor
from acorn.airflow_api import AirflowApi
from acorn.executor import worker_answers
from acorn.parts import (
    StackSettings,
    log_file,
    part_names,
    present_parts,
    saved_settings,
)
from acorn.postgres import is_running
from acorn.progress import Progress
from config.addresses import airflow_url
from config.home import acorn_home
from config.warehouse import WarehouseUnavailable, server_address

# Names of Airflow's parts in its health answer.
_IN_HEALTH = {
    "scheduler": "scheduler",
    "dag-processor": "dag_processor",
    "triggerer": "triggerer",
}


@dataclass(frozen=True)
class PartStatus:
    """One part of the stack as it is now."""

    name: str
    is_healthy: bool
    pid: int | None
    restart_count: int
    memory_mb: int | None  # proportional share of it and its children
    where: str


def sick_parts(settings: StackSettings, since: datetime | None = None) -> list[str]:
    """Parts that do not run or do not answer; heartbeats before `since` count not."""
    sick = [] if is_running() else ["postgres"]
    health = AirflowApi(settings.web_url).health()
    for name in present_parts(settings):
        if processes.find(name) is None or not _answers(name, settings, health, since):
            sick.append(name)
    return sick


def part_answers(name: str, settings: StackSettings) -> bool:
    """Whether one part answers, asked from beside it: the health check of containers.

    Airflow's parts other than the API server are known by their heartbeats, which the
    API server tells.
    """
    health = AirflowApi(airflow_url(settings.web_port)).health()
    return _answers(name, settings, health, since=None)


def tell_sick(names: list[str]) -> str:
    """Why `up` gave up: the ends of the logs of the parts that are not well."""
    told = [f"Not healthy: {', '.join(names)}. All was stopped again."]
    for name in (*names, supervisor.NAME):
        log = log_file(name)
        if log.exists():
            end = log.read_text(errors="replace").splitlines()[-8:]
            told.append("\n".join([f"{log} ends:", *(f"  {line}" for line in end)]))
    return "\n".join(told)


def status() -> bool:
    """Print each part: pid, health, place, memory; True when all are well."""
    progress = Progress()
    settings = saved_settings()
    if settings is None or processes.find(supervisor.NAME) is None:
        left = [name for name in part_names() if processes.find(name)]
        progress.say(f"Acorn is down ({acorn_home()}). Start it with `acorn up`.")
        if left:
            progress.say(f"Left behind: {', '.join(left)}. `acorn down` stops them.")
        return False
    parts = _part_statuses(settings)
    progress.say(f"Acorn in {acorn_home()}")
    progress.say(f"  {'part':<14}{'health':<10}{'pid':>8}{'memory':>10}  where")
    for part in parts:
        health = "healthy" if part.is_healthy else "NOT WELL"
        memory = "-" if part.memory_mb is None else f"{part.memory_mb} MB"
        restarts = f"  ({part.restart_count} restarts)" if part.restart_count else ""
        progress.say(
            f"  {part.name:<14}{health:<10}{part.pid or '-':>8}{memory:>10}"
            f"  {part.where}{restarts}"
        )
    total = sum(part.memory_mb or 0 for part in parts)
    progress.say(f"  {'all':<32}{total:>7} MB  logs in {acorn_home() / 'logs'}")
    return all(part.is_healthy for part in parts)


def _part_statuses(settings: StackSettings) -> list[PartStatus]:
    sick = sick_parts(settings)
    places = {
        "api-server": settings.web_url,
        "sandbox": settings.sandbox_url,
        "superset": settings.superset_url,
    }
    found = [_postgres_status(is_healthy="postgres" not in sick)]
    for name in (supervisor.NAME, *present_parts(settings)):
        record = processes.recall(name)
        process = processes.find(name)
        found.append(
            PartStatus(
                name=name,
                is_healthy=name not in sick and process is not None,
                pid=process.pid if process else None,
                restart_count=record.restart_count if record else 0,
                memory_mb=_memory_mb(process, with_children=name != supervisor.NAME),
                where=places.get(name, str(log_file(name))),
            )
        )
    return found


def _postgres_status(is_healthy: bool) -> PartStatus:
    pid_file = acorn_home() / "postgres" / "data" / "postmaster.pid"
    process = None
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
    except (OSError, ValueError, psutil.NoSuchProcess):
        pass  # external, or just down
    try:
        host, port = server_address()
        where = f"{host}:{port}"
    except WarehouseUnavailable:
        where = "-"
    return PartStatus(
        name="postgres",
        is_healthy=is_healthy,
        pid=process.pid if process else None,
        restart_count=0,
        memory_mb=_memory_mb(process, with_children=True),
        where=where,
    )


def _answers(
    name: str,
    settings: StackSettings,
    health: dict[str, dict[str, str | None]],
    since: datetime | None,
) -> bool:
    if name == "sandbox":
        return _listens(settings.sandbox_port or 0)
    if name == "superset":
        return _is_ok(f"{settings.superset_url}/health")
    if name == "api-server":
        return health.get("metadatabase", {}).get("status") == "healthy"
    if name == "worker":
        return worker_answers()
    component = _IN_HEALTH[name]
    state = health.get(component, {})
    heartbeat = state.get(f"latest_{component}_heartbeat")
    is_recent = since is None or (
        heartbeat is not None and datetime.fromisoformat(heartbeat) >= since
    )
    return state.get("status") == "healthy" and is_recent


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_ok(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False  # no proxy between us and 127.0.0.1
        try:
            return session.get(url, timeout=5).ok
        except requests.RequestException:
            return False


def _memory_mb(process: psutil.Process | None, with_children: bool) -> int | None:
    if process is None:
        return None
    total = 0
    try:
        family = [process]
        if with_children:
            family += process.children(recursive=True)
        for member in family:
            try:
                total += member.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
    except psutil.NoSuchProcess:
        return None
    return round(total / 2**20)
