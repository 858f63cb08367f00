"""What a suite is: rules with a name, and for a feed the rows they judge."""

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
    """Rules that are checked together."""

    name: str
    rules: tuple[Rule, ...]

    def rule(self, check_name: str) -> Rule:
        """The rule of that name."""
        return next(rule for rule in self.rules if rule.check_name == check_name)


@dataclass(frozen=True)
class FeedSuite(Suite):
    """The rules of one feed. `prepare` runs before, in a transaction of its own."""

    rows: RowsQuery
    prepare: Callable[[Connection[Any], Sequence[int]], None] = _nothing_to_prepare
