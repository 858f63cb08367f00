"""Named boundaries of the product's steps, and what happens there, in a child process.

A boundary is before or after the n-th call of one function. In the child the function
is replaced by one that counts and strikes; the product's code stays as it is.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import io
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Literal

# The end of every transaction: before it nothing is committed, after it everything.
TRANSACTION_END = "psycopg:Transaction.__exit__"
# A file was opened for writing, so it is empty or cut short if we end here.
FILE_BEGUN = "io:open"
INTAKE_STEPS = (
    "extract.archive:_keep",
    "extract.archive:_sync_folder",
    "extract.archive:_insert_file",
    "extract.archive:_record_sighting",
    "extract.archive:archive_document",
    "extract.load.loader:_load_one",
    "extract.load.loader:_add_new_columns",
    "extract.load.loader:_copy",
    "extract.load.ledger:claim",
    "extract.load.ledger:record_facts",
    "extract.load.ledger:settle_loaded",
    "extract.load.ledger:settle_quarantined",
    "expectations.gate_a:_prepare",
    "expectations.checkpoints:find_faults",
    "expectations.verdicts:decide",
    "expectations.verdicts:_write_results",
    "expectations.verdicts:_set_status",
    "extract.amazon.reports:list_reports",
    "extract.amazon.documents:download_document",
    "extract.amazon.worklist:WorkList.store_page",
    "extract.amazon.worklist:WorkList.mark",
    TRANSACTION_END,
    FILE_BEGUN,
)
BUILD_STEPS = (
    "deliver.build:_begin",
    "deliver.build:_freeze_visible_batches",
    "deliver.dbt:run",
    "deliver.build:_finish",
    "expectations.gate_b:sum_up",
    "expectations.checkpoints:find_faults",
    "expectations.gate_b:_record",
    "deliver.publish:_create",
    "deliver.publish:_take_over_changes",
    "deliver.publish:_record",
    TRANSACTION_END,
    FILE_BEGUN,
)
_OURS = ("acorn", "config", "dags", "deliver", "expectations", "extract", "tests.chaos")


@dataclass(frozen=True)
class Boundary:
    """Before or after the n-th call (from 1) of a step."""

    step: str
    moment: Literal["before", "after"]
    call: int

    def __str__(self) -> str:
        return f"{self.moment} call {self.call} of {self.step}"


def count_calls(steps: tuple[str, ...]) -> Counter[str]:
    """Count the calls of these steps in this process from now on."""
    counts: Counter[str] = Counter()
    for step in steps:
        _wrap(step, functools.partial(_counting, counts, step))
    return counts


def strike_at(boundary: Boundary, strike: Callable[[], object]) -> None:
    """Let `strike` happen in this process when the boundary is reached."""
    _wrap(boundary.step, functools.partial(_striking, boundary, strike))


def _counting(counts: Counter[str], step: str, original: Any) -> Any:
    @functools.wraps(original)
    def counted(*values: Any, **named: Any) -> Any:
        if _is_meant(step, values, named):
            counts[step] += 1
        return original(*values, **named)

    return counted


def _striking(boundary: Boundary, strike: Callable[[], object], original: Any) -> Any:
    calls = 0

    @functools.wraps(original)
    def struck(*values: Any, **named: Any) -> Any:
        nonlocal calls
        if not _is_meant(boundary.step, values, named):
            return original(*values, **named)
        calls += 1
        is_now = calls == boundary.call
        if is_now and boundary.moment == "before":
            strike()
        answer = original(*values, **named)
        if is_now and boundary.moment == "after":
            strike()
        return answer

    return struck


def _is_meant(step: str, values: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """All calls, but of `open` only those that write."""
    if step != FILE_BEGUN:
        return True
    mode = named.get("mode", values[1] if len(values) > 1 else "r")
    return any(letter in mode for letter in "wxa")


def _wrap(step: str, wrapper: Callable[[Any], Any]) -> None:
    module_name, path = step.split(":")
    module = importlib.import_module(module_name)
    if step == FILE_BEGUN:
        io.open = builtins.open = wrapper(builtins.open)  # type: ignore[misc]
    elif "." in path:
        owner_name, name = path.split(".")
        owner = getattr(module, owner_name)
        setattr(owner, name, wrapper(getattr(owner, name)))
    else:
        original = getattr(module, path)
        replace_everywhere(original, wrapper(original))


def replace_everywhere(original: FunctionType | type, replacement: Any) -> None:
    """Let every module of ours that imported `original` use `replacement`."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_OURS):
            for known, value in list(vars(module).items()):
                if value is original:
                    setattr(module, known, replacement)
