"""A rule of a gate: what it is called, why it is there, and the SQL that finds faults.

Rules are data; `as_expectation` turns one into a Great Expectations expectation. Every
expectation answers at most one row per batch, or one for the books: Great Expectations
hands out no more than 200 unexpected rows, and a batch at fault must not be lost behind
another's many lines.

SQL here has no percent sign, no brace and no colon before a word: Great Expectations
and SQLAlchemy would read those as theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Any

from expectations.records import Severity

if TYPE_CHECKING:
    from great_expectations.expectations.core.unexpected_rows_expectation import (
        UnexpectedRowsExpectation,
    )

_QUERY = Template("""
select
    batch_id,
    min(line_number) as line_number,
    sum(fault_count) as fault_count,
    (array_agg(expected order by line_number, expected))[1] as expected,
    array_to_string(
        (array_agg(observed order by line_number, observed))[1 : $examples], '; '
    ) as observed
from (
    select
        $key as batch_id,
        cast($line as bigint) as line_number,
        cast($count as bigint) as fault_count,
        cast($expected as text) as expected,
        cast($observed as text) as observed
    from {batch}
    where $fault
) as fault
group by batch_id
order by batch_id
""")


@dataclass(frozen=True)
class Rule:
    """One check. The parts after `why` are SQL expressions over the suite's rows."""

    check_name: str
    why: str
    fault: str
    expected: str
    observed: str
    line: str = "null"
    count: str = "1"
    severity: Severity = "critical"
    # Gate B judges the books as a whole: one answer, with the first few examples.
    is_about_books: bool = False
    # Whether a person may release a batch that fails it. What would break the books
    # or could not be read by the models, nobody may.
    is_waivable: bool = False

    def query(self) -> str:
        """The statement that answers one row per batch at fault, or one for all."""
        return _QUERY.substitute(
            key="cast(null as bigint)" if self.is_about_books else "batch_id",
            examples="3" if self.is_about_books else "1",
            line=self.line,
            count=self.count,
            expected=self.expected,
            observed=self.observed,
            fault=self.fault,
        )

    def as_expectation(self) -> UnexpectedRowsExpectation:
        """The rule as Great Expectations runs it and shows it in Data Docs."""
        from great_expectations.expectations.core.unexpected_rows_expectation import (
            UnexpectedRowsExpectation,
        )
        from great_expectations.expectations.metadata_types import FailureSeverity

        return UnexpectedRowsExpectation(
            unexpected_rows_query=self.query(),
            description=f"{self.check_name}: {self.why}",
            severity=FailureSeverity(self.severity),
            meta={"check_name": self.check_name},
        )


@dataclass(frozen=True)
class Fault:
    """One batch that one rule found fault with, as the checkpoint saw it."""

    rule: Rule
    batch_id: int | None  # None: a fault of the books as a whole
    line_number: int | None
    fault_count: int
    expected: str
    observed: str

    @staticmethod
    def from_row(rule: Rule, row: dict[str, Any]) -> Fault:
        return Fault(
            rule=rule,
            batch_id=_integer(row["batch_id"]),
            line_number=_integer(row["line_number"]),
            fault_count=int(row["fault_count"]),
            expected=str(row["expected"]),
            observed=str(row["observed"]),
        )


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
