"""Cases: a warehouse lives through faults, one per command, and is looked at.

A story is a saved state and the commands that follow. Its commands run once without
faults; the hashes then are what every case of the story must show, after each command.
"""

from __future__ import annotations

import difflib
import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

from acorn.postgres import ensure_postgres
from deliver.project import project_sha256
from sandbox.serve import running
from sandbox.sp_api.app import create_app
from tests.chaos.faults import Victim, inflict
from tests.chaos.jobs import Command
from tests.chaos.kinds import BUILD, INTAKE
from tests.chaos.outcome import Outcome
from tests.chaos.rules import broken_books_rules, broken_intake_rules
from tests.chaos.runner import Runner
from tests.chaos.stage import Stage, open_stage
from tests.chaos.state import books_hashes, intake_hashes, rows_of
from tests.chaos.stories import BUILD_COMMAND, Checkpoint, Story, script


class Campaign:
    """A stage with its stories, ready for cases."""

    def __init__(self, stage: Stage, seed: int, until: date, url: str) -> None:
        self.stage = stage
        self.seed = seed
        self._until = until
        self._url = url
        self._runner = Runner(stage, stage.folder)
        self._project = project_sha256()
        self.stories: list[Story] = []

    def tell_stories(
        self, say: Callable[[str], object], names: tuple[str, ...]
    ) -> None:
        """Run each story without faults; `next` begins where `first` ends."""
        for name in names:
            state, commands = script(name, self.stage.world, self._until, self._url)
            began = time.monotonic()
            self.stage.begin(state)
            runner = self._runner.in_folder(self.stage.folder / f"story-{name}")
            runner.warm_up()
            points = [_checkpoint(runner, command) for command in commands]
            self.stories.append(Story(name, state, tuple(points)))
            say(f"story {name}: {time.monotonic() - began:.0f} s without faults")
            if name == "first":
                self.stage.save("published")

    def run_case(self, number: int, keep: Path) -> list[Outcome]:
        """One fault for each command of a story; stops where something differs.

        Raises:
            RuntimeError: somebody works on the dbt project, so hashes mean nothing.
        """
        if project_sha256() != self._project:
            raise RuntimeError("dbt_project changed meanwhile: work on a copy of it")
        story = self.stories[number % len(self.stories)]
        chance = random.Random(f"{self.seed} {number}")
        kinds = [
            *_deal(INTAKE, self.seed, number, len(story.checkpoints) - 1),
            *_deal(BUILD, self.seed, number, 1),
        ]
        self.stage.begin(story.state, is_clock_ours="clock jump" in kinds)
        folder = self.stage.folder / f"case-{number}"
        runner = self._runner.in_folder(folder)
        outcomes = []
        for kind, point in zip(kinds, story.checkpoints, strict=True):
            began = time.monotonic()
            done = inflict(kind, Victim(point.command, point.shape, runner, chance))
            told = done.told
            differing = []
            if done.has_to_run_again:
                code = runner.start(done.again).wait()
                told += f", then run again: exit code {code}"
                if code not in done.again.good_codes:
                    differing.append(f"running it again failed with {code}")
            else:
                # A server that crashed as the command ended well is started by whoever
                # comes next.
                ensure_postgres()
            differing += _differences(point, folder)
            outcomes.append(
                Outcome(
                    case=number,
                    kind=kind,
                    story=story.name,
                    command=str(point.command),
                    told=told,
                    has_struck=done.has_struck,
                    differing=tuple(differing),
                    seconds=time.monotonic() - began,
                )
            )
            if differing:
                break
        _keep_or_drop(folder, keep / f"case-{number}", outcomes)
        return outcomes


def _deal(deck: tuple[str, ...], seed: int, number: int, count: int) -> list[str]:
    """Cards of a shuffled deck, dealt again and again: each kind has its share."""
    cards = []
    for position in range(number * count, (number + 1) * count):
        turn, place = divmod(position, len(deck))
        shuffled = list(deck)
        random.Random(f"{seed} deck {turn}").shuffle(shuffled)
        cards.append(shuffled[place])
    return cards


def _checkpoint(runner: Runner, command: Command) -> Checkpoint:
    shape = runner.measure(command)
    hashes, broken = _look(command)
    if broken:
        raise RuntimeError(f"{command} without faults breaks rules: {broken}")
    return Checkpoint(command, shape, hashes, {name: rows_of(name) for name in hashes})


def _look(command: Command) -> tuple[dict[str, str], list[str]]:
    if command == BUILD_COMMAND:
        return intake_hashes() | books_hashes(), [
            *broken_intake_rules(),
            *broken_books_rules(),
        ]
    return intake_hashes(), broken_intake_rules()


def _differences(point: Checkpoint, folder: Path) -> list[str]:
    try:
        hashes, broken = _look(point.command)
    except Exception as error:  # a server that is down is a finding, too
        return [f"cannot be looked at: {type(error).__name__}: {error}"]
    for name in sorted(hashes.keys() | point.hashes.keys()):
        if hashes.get(name) != point.hashes.get(name):
            broken.append(f"{name} differs")
            now = rows_of(name) if name in hashes else []
            lines = difflib.unified_diff(
                point.rows.get(name, []), now, "without faults", "now", "", "", 0, ""
            )
            (folder / f"{name}.diff").write_text("\n".join(lines))
    return broken


def _keep_or_drop(folder: Path, keep: Path, outcomes: list[Outcome]) -> None:
    """Keep what a differing case left to read; drop it otherwise."""
    if any(outcome.differing for outcome in outcomes):
        told = [asdict(outcome) for outcome in outcomes]
        (folder / "outcomes.json").write_text(json.dumps(told, indent=2))
        shutil.copytree(folder, keep, dirs_exist_ok=True)
        server_log = folder.parent / "home" / "postgres" / "server.log"
        shutil.copy(server_log, keep)
    shutil.rmtree(folder)


@contextmanager
def open_campaign(seed: int, until: date) -> Iterator[Campaign]:
    """A stage, and a stand-in for Amazon that serves its world."""
    with open_stage(seed, until) as stage:
        app = create_app(stage.world, until, rate_scale=3600.0)
        with running(app) as url:
            yield Campaign(stage, seed, until, url)
