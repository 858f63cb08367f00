"""What a gate says: reasons for one batch, the verdict on it, the result on the books.

Plain records, quick to import; Great Expectations is not needed to read a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]
# `duplicate`: the same settlement is in the books already, so this batch is set to
# superseded. Nothing is wrong with it and nothing is left to do. `error`: a file that
# could not be taken in at all, so there is no batch to judge.
VerdictStatus = Literal["accepted", "quarantined", "duplicate", "error"]


@dataclass(frozen=True)
class Reason:
    """One check that did not hold for a batch."""

    check_name: str
    severity: Severity
    line_number: int | None  # first line at fault; None when the file as a whole is
    expected: str
    observed: str
    fault_count: int = 1

    def sentence(self) -> str:
        """`line 7: expected ..., found ... (3 lines)`."""
        place = f"line {self.line_number}: " if self.line_number else ""
        more = f" ({self.fault_count} lines)" if self.fault_count > 1 else ""
        return f"{place}expected {self.expected}, found {self.observed}{more}"


@dataclass(frozen=True)
class Verdict:
    """What gate A decided on one batch."""

    batch_id: int
    file_id: int
    original_name: str
    feed: str
    status: VerdictStatus
    reasons: tuple[Reason, ...] = ()

    @property
    def is_quarantined(self) -> bool:
        return self.status == "quarantined"

    @property
    def critical_reasons(self) -> tuple[Reason, ...]:
        return tuple(r for r in self.reasons if r.severity == "critical")

    def sentence(self) -> str:
        """One line for people: feed, file, what became of it and why."""
        head = f"{self.feed} file {self.original_name} is {self.status}"
        if self.is_quarantined:
            head += f" (batch {self.batch_id})"  # what `acorn release` is told
        told = self.critical_reasons if self.is_quarantined else self.reasons
        if not told:
            return f"{head}."
        return f"{head}: {'; '.join(reason.sentence() for reason in told)}."


@dataclass(frozen=True)
class CheckResult:
    """One check of gate B, held or not."""

    check_name: str
    severity: Severity
    is_success: bool
    expected: str
    observed: str
    fault_count: int = 0


@dataclass(frozen=True)
class GateBResult:
    """Whether the books tie, and every check that says so."""

    is_success: bool
    results: tuple[CheckResult, ...]

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """Critical checks that did not hold."""
        return tuple(
            r for r in self.results if not r.is_success and r.severity == "critical"
        )

    def sentence(self) -> str:
        """One line for people: the books tie, or what keeps them from it."""
        if self.is_success:
            held = sum(result.is_success for result in self.results)
            return f"The books tie: {held} of {len(self.results)} checks held."
        faults = (
            f"{r.check_name}: expected {r.expected}, found {r.observed}"
            for r in self.failures
        )
        return f"The books do not tie: {'; '.join(faults)}."
