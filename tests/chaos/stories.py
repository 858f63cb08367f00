"""Stories: a saved state, and the commands that make a warehouse of it.

first   the first half of all files, into an empty warehouse, then a build
next    the other half, with the faulty files, into what `first` published
fetch   two sellers' reports from the stand-in for Amazon, into the same
short   everything in eleven deliveries, into an empty warehouse
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.chaos.jobs import Command
from tests.chaos.runner import Shape

BUILD_COMMAND = Command("build")
ACCOUNTS = ("na-demo", "eu-demo")


@dataclass(frozen=True)
class Checkpoint:
    """A command of a story, how it ran without faults, and what stood afterwards."""

    command: Command
    shape: Shape
    hashes: dict[str, str]
    rows: dict[str, list[str]]


@dataclass(frozen=True)
class Story:
    name: str
    state: str
    checkpoints: tuple[Checkpoint, ...]


def script(name: str, world: Path, until: date, url: str) -> tuple[str, list[Command]]:
    """The state a story begins with, and its commands."""
    if name == "fetch":
        return "published", [*_fetches(until, url), BUILD_COMMAND]
    if name == "short":
        imports = [*_imports(world, "na-demo", 5), *_imports(world, "eu-demo", 6)]
        return "empty", [*imports, BUILD_COMMAND]
    half = ("first", "next").index(name)
    imports = [_imports(world, account, 2)[half] for account in ACCOUNTS]
    return ("empty", "published")[half], [*imports, BUILD_COMMAND]


def _imports(world: Path, account: str, parts: int) -> list[Command]:
    """The account's files in as many deliveries; rates come with the first."""
    paths = [str(path) for path in sorted((world / account).iterdir())]
    if account == ACCOUNTS[0]:
        paths.insert(0, str(world / "fx" / "eurofxref-hist.xml"))
    size = -(-len(paths) // parts)
    return [
        Command("import", (account, *paths[start : start + size]))
        for start in range(0, len(paths), size)
    ]


def _fetches(until: date, url: str) -> list[Command]:
    now = datetime.combine(until, datetime.min.time(), UTC)
    window = ((now - timedelta(days=85)).isoformat(), now.isoformat())
    return [
        Command("fetch", ("na-demo", "FE", url, *window)),
        Command("fetch", ("eu-demo", "EU", url, *window)),
    ]
