"""`python -m tests.chaos --seed N --faults 200`: the campaign, and its table.

Exit code 1 if anything differs from the run without faults or does not recover. What
such a case left is kept in --keep, with the command that repeats it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from queue import Empty
from typing import Any

from tests.chaos.outcome import Outcome, table
from tests.chaos.worker import work

LONG = ("first", "next", "fetch")
SHORT = ("short",)
_EVIDENCE = Path(tempfile.gettempdir()) / "acorn-chaos-evidence"
_FAULTS_PER_CASE = {LONG: 3, SHORT: 12}


def main() -> int:
    """Run a campaign; 0 when all recovered and nothing differs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _options()
    began = time.monotonic()
    if options.only is None:
        cases = list(range(-(-options.faults // _FAULTS_PER_CASE[options.stories])))
    else:
        cases = [options.only]
    options.workers = min(options.workers, len(cases))
    outcomes = []
    for outcome in _outcomes(options, cases):
        outcomes.append(outcome)
        print(_line(len(outcomes), outcome, began), flush=True)
        if outcome.differing:
            print(_repeat(options, outcome), flush=True)
    print(table(outcomes))
    print(
        f"{len(outcomes)} faults, {len(cases)} cases, seed {options.seed}, "
        f"{options.workers} at a time, {(time.monotonic() - began) / 60:.1f} min"
    )
    is_whole = {outcome.case for outcome in outcomes} == set(cases)
    if not is_whole:
        print("Some cases did not end: see above.")
    return 0 if is_whole and not any(o.differing for o in outcomes) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--short", action="store_true", help="12 faults, one story")
    parser.add_argument("--workers", type=int, default=2, help="servers at a time")
    parser.add_argument("--only", type=int, help="the one case to run")
    parser.add_argument("--until", type=date.fromisoformat, help="the world's last day")
    parser.add_argument("--keep", type=Path, default=_EVIDENCE)
    options = parser.parse_args()
    options.until = options.until or datetime.now(UTC).date()
    options.stories = SHORT if options.short else LONG
    if options.short:
        options.faults = 12
        options.workers = 1
    return options


def _outcomes(options: argparse.Namespace, cases: list[int]) -> Iterator[Outcome]:
    """What the workers report, as it comes."""
    context = multiprocessing.get_context("spawn")
    reports = context.Queue()
    workers = [
        context.Process(
            target=work, args=[options, cases[n :: options.workers], reports]
        )
        for n in range(options.workers)
    ]
    for worker in workers:
        worker.start()
    try:
        yield from _reports(workers, reports)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _reports(workers: list[Any], reports: Any) -> Iterator[Outcome]:
    while True:
        is_over = not any(worker.is_alive() for worker in workers)
        try:
            report = reports.get(timeout=0.5)
        except Empty:
            if is_over:
                return
            continue
        if isinstance(report, str):
            print(report, flush=True)
        else:
            yield report


def _line(number: int, outcome: Outcome, began: float) -> str:
    minutes = (time.monotonic() - began) / 60
    mark = "DIFFERS" if outcome.differing else "ok"
    return (
        f"{minutes:5.1f} min {number:>4} case {outcome.case:<3} {outcome.story:<6}"
        f"{mark:<8}{outcome.seconds:5.1f} s  {outcome.kind}: {outcome.command}: "
        f"{outcome.told}"
    )


def _repeat(options: argparse.Namespace, outcome: Outcome) -> str:
    told = "\n".join(f"      {text}" for text in outcome.differing)
    return (
        f"{told}\n      kept in {options.keep / f'case-{outcome.case}'}; again: "
        f".venv/bin/python -m tests.chaos --seed {options.seed} "
        f"--until {options.until} {'--short ' * options.short}--only {outcome.case}"
    )


if __name__ == "__main__":
    sys.exit(main())
