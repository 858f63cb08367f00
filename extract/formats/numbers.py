"""Amounts in a file's own notation: which sign is the decimal one, and reading them.

Amazon writes amounts in the marketplace's notation (`95,00` in comma countries, `95.00`
elsewhere), whatever the file's dates look like. The style holds for a whole file: it
is never guessed by row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from extract.errors import ContractError

DecimalStyle = Literal["point", "comma"]

# One or two digits after the last sign, or a sign that repeats: no doubt left.
_CERTAIN: dict[DecimalStyle, re.Pattern[str]] = {
    "point": re.compile(r"\.\d{1,2}[ \xa0]*$|,\d{3},\d{3}\b", re.MULTILINE),
    "comma": re.compile(r",\d{1,2}[ \xa0]*$|\.\d{3}\.\d{3}\b", re.MULTILINE),
}
# Three digits after the only sign: a group of thousands, if nothing else decides,
# since no settlement currency has three decimals.
_LIKELY: dict[DecimalStyle, re.Pattern[str]] = {
    "point": re.compile(r"^[ +-]*[1-9]\d{0,2},\d{3}[ \xa0]*$", re.MULTILINE),
    "comma": re.compile(r"^[ +-]*[1-9]\d{0,2}\.\d{3}[ \xa0]*$", re.MULTILINE),
}
# Any field that could be evidence, among the fields of many lines. One pattern per
# sign: one that begins with a fixed sign is searched ten times faster.
_END = r"[ \xa0]*(?:[\t\n]|\Z)"
_HINT: dict[DecimalStyle, tuple[str, re.Pattern[str]]] = {
    "point": (".", re.compile(rf"\.\d{{1,3}}{_END}")),
    "comma": (",", re.compile(rf",\d{{1,3}}{_END}")),
}
_SPACES = str.maketrans("", "", " \xa0\u202f\u2009'\u2019")
_SHAPE: dict[DecimalStyle, re.Pattern[str]] = {
    "point": re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"),
    "comma": re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"),
}


@dataclass
class DecimalEvidence:
    """What the amounts seen so far say: per style the first line and value."""

    certain: dict[DecimalStyle, tuple[int, str]] = field(default_factory=dict)
    likely: dict[DecimalStyle, tuple[int, str]] = field(default_factory=dict)

    def add(self, values: Sequence[str], line_numbers: Sequence[int]) -> None:
        """Take in one column of some lines."""
        text = "\n".join(values)
        self._look_for(_CERTAIN, self.certain, text, line_numbers)
        if not self.certain:
            self._look_for(_LIKELY, self.likely, text, line_numbers)

    def may_change_by(self, text: str) -> bool:
        """Whether any field of these lines could be evidence not seen so far."""
        return any(
            sign in text and hint.search(text) is not None
            for style, (sign, hint) in _HINT.items()
            if style not in self.certain
        )

    @staticmethod
    def _look_for(
        patterns: dict[DecimalStyle, re.Pattern[str]],
        seen: dict[DecimalStyle, tuple[int, str]],
        text: str,
        line_numbers: Sequence[int],
    ) -> None:
        for style, pattern in patterns.items():
            if style in seen:
                continue
            if found := pattern.search(text):
                row = text.count("\n", 0, found.start())
                seen[style] = (line_numbers[row], text.split("\n")[row].strip())

    def decide(self) -> DecimalStyle:
        """The file's style; `point` when all amounts are whole numbers.

        Raises:
            ContractError: both styles are there; the message names a line of each.
        """
        evidence = self.certain or self.likely
        if len(evidence) == 2:
            (one_line, one), (other_line, other) = evidence["point"], evidence["comma"]
            raise ContractError(
                "one_decimal_style",
                "Amounts of this file are written in two ways. Fetch the report again.",
                line_number=max(one_line, other_line),
                expected="decimal points or decimal commas in all of the file",
                found=f"{one} in line {one_line} and {other} in line {other_line}",
            )
        return next(iter(evidence), "point")


def parse_amount(text: str, style: DecimalStyle) -> Decimal:
    """The amount, exactly as written.

    Raises:
        ValueError: `text` is no number in that style.
    """
    plain = text.translate(_SPACES).replace("\u2212", "-")
    if not _SHAPE[style].fullmatch(plain):
        raise ValueError(f"{text!r} is no amount with a decimal {style}")
    group, decimal = (",", ".") if style == "point" else (".", ",")
    return Decimal(plain.replace(group, "").replace(decimal, "."))
