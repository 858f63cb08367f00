"""`python -m bench quick|full`: measure, and write bench/results/<name>.json and .md.

Correctness is checked in every round and fails the run; whether a goal is met is a word
in the table. Work files lie in --work, below the system's temporary folder; generated
data is kept there for the next run, everything else is made anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.delivery import measure_delivery
from bench.gate import measure_gate
from bench.goals import Results
from bench.increments import measure_increments
from bench.load import measure_load
from bench.machine import describe_machine, describe_versions
from bench.rebuild import measure_rebuild
from bench.report import write_results
from bench.rounds import Rounds
from bench.server import bench_server, log_statement_times, server_settings
from bench.stages import Stages
from bench.world import ensure_world
from config.home import CHECKOUT

PARTS = ("load", "gate", "rebuild", "increment", "delivery")


@dataclass(frozen=True)
class Profile:
    """How much to measure: rounds per size, amounts as sizes."""

    command: str
    rounds: dict[int, int]
    increment_rounds: int
    delivery_rounds: int


PROFILES = {
    "quick": Profile("bench-quick", {100_000: 3}, 2, 0),
    "full": Profile("bench", {1_000_000: 5, 5_000_000: 3}, 5, 5),
}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--work", type=Path, default=_default_work())
    parser.add_argument("--results", type=Path, default=CHECKOUT / "bench" / "results")
    options = parser.parse_args()
    profile = PROFILES[options.profile]
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.0f} s]{text}", flush=True)

    options.work.mkdir(parents=True, exist_ok=True)
    options.work.chmod(0o755)  # Postgres may run as another user
    about: dict[str, object] = {
        "command": profile.command,
        "machine": describe_machine(),
        "versions": describe_versions(),
    }

    def save(results: Results) -> None:
        about["server"] = about.get("server") or server_settings()
        write_results(options.results, options.profile, about, results)

    run(profile, options.work, set(options.only), say, save)
    print((options.results / f"{options.profile}.md").read_text())


def run(
    profile: Profile,
    work: Path,
    parts: set[str],
    say: Callable[[str], None],
    save: Callable[[Results], None],
) -> Results:
    """Measure the parts asked for. What there is is saved before the stack is used."""
    for leftover in ("home", "stack", "archives", "duckdb"):
        shutil.rmtree(work / leftover, ignore_errors=True)
    found: dict[str, dict[int, Rounds]] = {"load": {}, "gate": {}, "rebuild": {}}
    increment = None
    with bench_server(work) as postmaster:
        log_statement_times()
        sizes: dict[str, Stages] = {}
        for amounts, rounds in profile.rounds.items():
            say(f" {amounts:,} amounts")
            stages = _stages(work, amounts, profile, postmaster, say)
            sizes[f"{amounts:,}"] = stages
            if "load" in parts:
                found["load"][amounts] = measure_load(stages, rounds)
            if "gate" in parts:
                found["gate"][amounts] = measure_gate(stages, rounds)
            if "rebuild" in parts:
                folder = work / "duckdb" / str(amounts)
                found["rebuild"][amounts] = measure_rebuild(stages, folder, rounds)
        if "increment" in parts:
            increment = measure_increments(sizes, profile.increment_rounds)
        results = Results(**found, increment=increment, delivery=[])
        save(results)
    if "delivery" in parts and profile.delivery_rounds:
        deliveries = measure_delivery(work, profile.delivery_rounds, say)
        results = replace(results, delivery=deliveries)
        save(results)
    return results


def _stages(
    work: Path,
    amounts: int,
    profile: Profile,
    postmaster: int,
    say: Callable[[str], None],
) -> Stages:
    # One settlement more than rounds: the first increment is not measured.
    newcomers = profile.increment_rounds + 1
    world = ensure_world(work / "worlds" / str(amounts), amounts, newcomers)
    archive = work / "archives" / str(amounts)
    return Stages(world, archive, postmaster, say)


def _default_work() -> Path:
    return Path(tempfile.gettempdir()) / f"acorn-bench-{os.getuid()}"


if __name__ == "__main__":
    main()
