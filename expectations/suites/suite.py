"""What a suite is: the rows it judges and the rules that hold for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from config.company import Company
from expectations.rules import Rule

# The query whose rows a suite judges, limited to these batches.
RowsQuery = Callable[[Sequence[int], Company], sql.Composed]


def _nothing_to_prepare(connection: Connection[Any], batch_ids: Sequence[int]) -> None:
    """Most feeds are judged on their raw rows."""


@dataclass(frozen=True)
class Suite:
    """The rules of one feed, or of the books."""

    name: str
    rows: RowsQuery
    rules: tuple[Rule, ...]
    prepare: Callable[[Connection[Any], Sequence[int]], None] = _nothing_to_prepare

    def rule(self, check_name: str) -> Rule:
        """The rule of that name."""
        return next(rule for rule in self.rules if rule.check_name == check_name)
