"""The bucket of a line, by a reading of its own of the rule table.

A rule names transaction-type, amount-type and amount-description; `*` stands for
anything, alone or at the end. A description that is named beats one that is open,
then the amount-type decides, then the transaction-type; exact beats a beginning, a
longer beginning a shorter one, the newer rule the older.
"""

from __future__ import annotations

import csv
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.independent.settlement import Triple

UNCLASSIFIED = "unclassified"
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True)
class Rule:
    """One row of the table, its texts already comparable."""

    parts: Triple
    bucket: str
    valid_from: date

    def fits(self, triple: Triple) -> bool:
        return all(map(_fits, self.parts, triple))

    @property
    def rank(self) -> tuple[int, int, int, int, date]:
        transaction_type, amount_type, description = map(_firmness, self.parts)
        length = len(self.parts[2])
        return description, amount_type, transaction_type, length, self.valid_from


def read_rules(path: Path) -> list[Rule]:
    """The rules of settlement_line_rules.csv."""
    columns = ("transaction_type", "amount_type", "amount_description")
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Rule(
                parts=comparable(row[name] for name in columns),
                bucket=row["bucket"],
                valid_from=date.fromisoformat(row["valid_from"]),
            )
            for row in csv.DictReader(file)
        ]


def bucket_of(triple: Triple, day: date, rules: Iterable[Rule]) -> str:
    """The bucket of a line posted that day."""
    comparable_triple = comparable(triple)
    fitting = [
        rule
        for rule in rules
        if rule.valid_from <= day and rule.fits(comparable_triple)
    ]
    best = max(fitting, key=lambda rule: rule.rank, default=None)
    return best.bucket if best else UNCLASSIFIED


def comparable(parts: Iterable[str]) -> Triple:
    """Texts without case and outer blanks; `_`, `-` and blank are one sign."""
    first, second, third = (
        part.replace("_", " ").replace("-", " ").translate(_LOWER).strip(" ")
        for part in parts
    )
    return first, second, third


def _fits(pattern: str, text: str) -> bool:
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern


def _firmness(pattern: str) -> int:
    return 0 if pattern == "*" else 1 if pattern.endswith("*") else 2
