"""The kinds of fault and how each is inflicted on one command.

A fault is a kind and its particulars, drawn from a seeded generator; the particulars
are known before it strikes, so that it can be told and repeated.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tests.chaos.interception import Boundary
from tests.chaos.jobs import Command
from tests.chaos.runner import Child, Runner, Shape


@dataclass(frozen=True)
class Inflicted:
    """What was done, whether it struck, and what has to run afterwards."""

    told: str
    has_struck: bool
    again: Command
    has_to_run_again: bool


@dataclass(frozen=True)
class Victim:
    """A command, how it ran without faults, and who may draw the particulars."""

    command: Command
    shape: Shape
    runner: Runner
    chance: random.Random


def inflict(kind: str, victim: Victim) -> Inflicted:
    """Run the command under a fault of this kind."""
    return _INFLICT[kind](victim)


def _kill_at_step(victim: Victim) -> Inflicted:
    boundary = _boundary(victim)
    child = victim.runner.start(victim.command, boundary=boundary, strike="kill")
    code = child.wait()
    return _after(victim, code, f"SIGKILL {boundary}", child.was_struck())


def _crash_at_step(victim: Victim) -> Inflicted:
    boundary = _boundary(victim)
    strike = victim.chance.choice(["crash server", "crash server at once"])
    child = victim.runner.start(victim.command, boundary=boundary, strike=strike)
    code = child.wait()
    return _after(victim, code, f"{strike} {boundary}", child.was_struck())


def _kill_at_random(victim: Victim) -> Inflicted:
    seconds = victim.chance.uniform(0.02, victim.shape.seconds)
    child = victim.runner.start(victim.command)
    time.sleep(seconds)
    has_struck = child.kill()
    code = child.wait()
    return _after(victim, code, f"SIGKILL after {seconds:.2f} s", has_struck)


def _crash_at_random(victim: Victim) -> Inflicted:
    seconds = victim.chance.uniform(0.02, victim.shape.seconds)
    what = victim.chance.choice(["SIGKILL", "immediate stop", "SIGKILL of one process"])
    child = victim.runner.start(victim.command)
    time.sleep(seconds)
    is_running = child.is_running()
    has_struck = victim.runner.crash_server(what) and is_running
    code = child.wait()
    return _after(victim, code, f"server: {what} after {seconds:.2f} s", has_struck)


def _kill_at_model(victim: Victim) -> Inflicted:
    number = victim.chance.randint(1, max(1, victim.shape.dbt_nodes - 1))
    target = victim.chance.choice(["build", "dbt"])
    logs = victim.runner.dbt_logs()
    child = victim.runner.start(victim.command)
    while child.is_running() and victim.runner.dbt_nodes(logs) < number:
        time.sleep(0.01)
    has_struck = child.kill() if target == "build" else _kill_dbt(child)
    code = child.wait()
    return _after(victim, code, f"SIGKILL of {target} after node {number}", has_struck)


def _files_full(victim: Victim) -> Inflicted:
    limit = int(2 ** victim.chance.uniform(8, 16))  # 256 bytes to 64 KB
    child = victim.runner.start(victim.command, largest_file=limit)
    return _after(victim, child.wait(), f"files may have {limit} bytes")


def _server_full(victim: Victim) -> Inflicted:
    stage = victim.runner.stage
    if stage.disk is None:
        return Inflicted(
            "no file system can be mounted here", False, victim.command, True
        )
    free = int(victim.shape.disk_bytes * victim.chance.uniform(0, 0.9))
    stage.fill_disk(free)
    child = victim.runner.start(victim.command)
    code = child.wait()
    stage.empty_disk()
    return _after(victim, code, f"server has {free >> 10} KB left")


def _twice(victim: Victim) -> Inflicted:
    return _both(victim, victim.command)


def _dag_twice(victim: Victim) -> Inflicted:
    return _both(victim, victim.runner.as_dag_run(victim.command))


def _both(victim: Victim, command: Command) -> Inflicted:
    seconds = victim.chance.uniform(0, 1)
    first = victim.runner.start(command)
    time.sleep(seconds)
    second = victim.runner.start(command)
    codes = [first.wait(), second.wait()]
    is_one_good = any(code in command.good_codes for code in codes)
    told = f"{command.name} twice, {seconds:.2f} s apart (exit codes {codes})"
    return Inflicted(told, True, command, not is_one_good)


def _clock(victim: Victim) -> Inflicted:
    boundary = _boundary(victim)
    sign, unit = victim.chance.choice([-1, 1]), victim.chance.choice([60, 3600, 86_400])
    seconds = sign * unit * victim.chance.randint(1, 5)
    child = victim.runner.start(
        victim.command, boundary=boundary, strike="clock", clock_seconds=seconds
    )
    code = child.wait()
    victim.runner.set_clock_right()
    return _after(victim, code, f"clock {seconds:+} s {boundary}", child.was_struck())


def _boundary(victim: Victim) -> Boundary:
    """Any step as likely as any other, however often it is called."""
    step = victim.chance.choice(sorted(victim.shape.calls))
    moment = victim.chance.choice(["before", "after"])
    return Boundary(step, moment, victim.chance.randint(1, victim.shape.calls[step]))


def _after(
    victim: Victim, code: int | None, told: str, has_struck: bool | None = None
) -> Inflicted:
    """What came of it; a fault that cannot be watched struck if the command failed."""
    is_good = code in victim.command.good_codes
    # Work that was taken in is handed in again all the same; a build need not be.
    again = victim.command.name != "build" or not is_good
    return Inflicted(
        told=f"{told} (exit code {code})",
        has_struck=not is_good if has_struck is None else has_struck,
        again=victim.command,
        has_to_run_again=again,
    )


def _kill_dbt(child: Child) -> bool:
    try:
        for process in psutil.Process(child.pid).children():
            if "deliver.dbt_process" in process.cmdline():
                process.kill()
                return True
    except psutil.NoSuchProcess:
        pass
    return False


_INFLICT: dict[str, Callable[[Victim], Inflicted]] = {
    "kill at a step": _kill_at_step,
    "kill at a random time": _kill_at_random,
    "kill at a dbt model": _kill_at_model,
    "server crash at a step": _crash_at_step,
    "server crash at a random time": _crash_at_random,
    "disk full, files": _files_full,
    "disk full, server": _server_full,
    "two at once": _twice,
    "two DAG runs at once": _dag_twice,
    "clock jump": _clock,
}
