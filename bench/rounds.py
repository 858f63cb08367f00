"""Contenders take turns: one round runs each once, the next in the other order.

Ratios are formed within a round, between runs that lie close together, and only then
is the median taken: what slows the machine for a minute slows both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.processes import Measure

_FIGURES = ("wall_s", "startup_s", "client_cpu_s", "server_cpu_s", "cpu_s")


@dataclass(frozen=True)
class Spread:
    """Median, least and greatest of one figure over the rounds."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True)
class Rounds:
    """All measures of one comparison, by contender, in the order of the rounds."""

    name: str
    measures: dict[str, list[Measure]]

    @classmethod
    def run(
        cls,
        name: str,
        contenders: Mapping[str, Callable[[], Measure]],
        rounds: int,
        say: Callable[[str], None],
    ) -> Rounds:
        measures: dict[str, list[Measure]] = {contender: [] for contender in contenders}
        for number in range(rounds):
            order = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
            for contender in order:
                measure = contenders[contender]()
                measures[contender].append(measure)
                say(
                    f"  {name}, round {number + 1} of {rounds}: {contender}:"
                    f" {measure.wall_s:.2f} s, CPU {measure.client_cpu_s:.2f} client"
                    f" + {measure.server_cpu_s:.2f} server"
                )
        return cls(name, measures)

    def figure(self, contender: str, name: str) -> Spread | None:
        """A figure of `Measure`, or one that the client answered."""
        values = [_value(measure, name) for measure in self.measures[contender]]
        known = [value for value in values if value is not None]
        return Spread.of(known) if known else None

    def ratio(
        self, contender: str, base: str, name: str, base_name: str | None = None
    ) -> Spread:
        """A figure of one contender over that of another, round by round."""
        pairs = zip(self.measures[contender], self.measures[base], strict=True)
        return Spread.of(
            [
                (_value(one, name) or 0.0)
                / max(_value(other, base_name or name) or 0.0, 1e-6)
                for one, other in pairs
            ]
        )

    def as_json(self) -> dict[str, Any]:
        """Every measure of every round, with medians and spreads."""
        return {
            contender: {
                "rounds": [asdict(measure) for measure in measures],
                **{
                    name: asdict(spread)
                    for name in (*_FIGURES, "peak_client_mb")
                    if (spread := self.figure(contender, name))
                },
            }
            for contender, measures in self.measures.items()
        }


def _value(measure: Measure, name: str) -> float | None:
    if name in measure.answer:
        return float(measure.answer[name])
    if name == "work_s":  # without start-up
        return measure.wall_s - (measure.startup_s or 0.0)
    value = getattr(measure, name)
    return None if value is None else float(value)
