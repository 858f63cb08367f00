"""Databases at each stage of the pipeline, made once and copied for each round.

empty      a warehouse without any data
archived   files in the archive and the ledger, nothing loaded
loaded     rows in raw, gate A has not looked
accepted   gate A accepted all; rates and products are in
built      marts built and reports published
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from acorn.postgres import admin_connection
from bench.processes import PROCESS_MAIN, Measure, run_client
from bench.server import (
    EMPTY,
    copy_database,
    has_database,
    rename_database,
    warehouse,
)
from bench.world import SettlementFile, World

_ORDER = ("empty", "archived", "loaded", "accepted", "built")


@dataclass(frozen=True)
class Stages:
    """The templates of one world, and steps of Acorn run on copies of them."""

    world: World
    archive: Path
    postmaster: int
    say: Callable[[str], None]

    def start(self, stage: str, name: str) -> None:
        """A database `name` as it is at that stage."""
        copy_database(self._template(stage), name)

    def step(
        self,
        step: str,
        database: str,
        files: tuple[SettlementFile, ...] = (),
        archive: Path | None = None,
    ) -> Measure:
        """Run a step of Acorn on a database, in a process of its own."""
        documents = [
            {"path": str(self.world.source(file)), "account": file.account_code}
            for file in files
        ]
        return self._run(step, database, documents, archive or self.archive)

    def _run(
        self,
        step: str,
        database: str,
        documents: list[dict[str, str]],
        archive: Path,
    ) -> Measure:
        command = (PROCESS_MAIN, "-m", "bench.clients.acorn_step", step)
        with warehouse(database, archive) as variables:
            return run_client(
                command, variables, self.postmaster, json.dumps(documents)
            )

    def _template(self, stage: str) -> str:
        if stage == "empty":
            return EMPTY
        name = f"bench_{stage}_{self.world.amount_count}"
        if has_database(name):
            return name
        self.say(f"  preparing: {self.world.amount_count:,} amounts, {stage}")
        unfinished = f"{name}_unfinished"
        before = _ORDER[_ORDER.index(stage) - 1]
        copy_database(self._template(before), unfinished)
        getattr(self, f"_make_{stage}")(unfinished)
        with admin_connection(unfinished) as connection:
            connection.execute("vacuum analyze")
        rename_database(unfinished, name)
        return name

    def _make_archived(self, database: str) -> None:
        self.step("archive", database, self.world.history)

    def _make_loaded(self, database: str) -> None:
        self.step("load", database)

    def _make_accepted(self, database: str) -> None:
        self.step("gate", database)
        documents = [
            {"path": str(path), "account": "na-demo"}
            for path in (self.world.rates, self.world.product_map)
        ]
        self._run("import", database, documents, self.archive)

    def _make_built(self, database: str) -> None:
        self.step("dbt", database)
        self.step("publish", database)
