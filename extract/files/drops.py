"""The drop folders: people put files into ACORN_HOME/drops/<account code>/.

A file is taken once it has stopped growing. Names that begin with a dot or end in
`.part` are left alone: programs that copy use them until they are done. Afterwards a
file moves to `drops/.done/<account code>/`, accepted or not, and is never deleted: the
archive and the ledger say what became of it. One that could not be taken in at all
stays where it is.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from config.company import load_company
from config.home import acorn_home
from expectations.records import Verdict
from extract.importing import import_files

DONE_FOLDER = ".done"
# How long size and time of a file must stay the same before it counts as whole.
STILL_SECONDS = 2.0


def import_drops(folder: Path | None = None) -> list[Verdict]:
    """Import what lies in the drop folders of all accounts; a verdict for each file.

    Two at once take turns: a file must not be put away under the other's hands.
    """
    drops = folder or acorn_home() / "drops"
    drops.mkdir(parents=True, exist_ok=True)
    verdicts: list[Verdict] = []
    with (drops / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for account in load_company().accounts:
            for path in pending_drops(drops / account.code):
                found = import_files([path], account.code)
                verdicts += found
                if all(verdict.batch_id for verdict in found):
                    _put_away(path, drops / DONE_FOLDER / account.code)
    return verdicts


def pending_drops(
    folder: Path, wait: Callable[[float], object] = time.sleep
) -> list[Path]:
    """Files in `folder` that nobody is writing any more, oldest name first."""
    before = _sizes(folder)
    if not before:
        return []
    wait(STILL_SECONDS)
    after = _sizes(folder)
    return sorted(path for path in before if after.get(path) == before[path])


def _sizes(folder: Path) -> dict[Path, tuple[int, int]]:
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or path.suffix == ".part" or not path.is_file():
            continue
        state = path.stat()
        found[path] = (state.st_size, state.st_mtime_ns)
    return found


def _put_away(path: Path, done: Path) -> None:
    """Move under the same name, with the time in front when that name is taken."""
    done.mkdir(parents=True, exist_ok=True)
    target = done / path.name
    if target.exists():
        target = done / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}_{path.name}"
    os.replace(path, target)
