"""What came of a fault, and the table of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.kinds import KINDS


@dataclass(frozen=True)
class Outcome:
    """One fault and what came of it. `differing` empty: recovered, nothing differs."""

    case: int
    kind: str
    story: str
    command: str
    told: str
    has_struck: bool
    differing: tuple[str, ...]
    seconds: float


def table(outcomes: Sequence[Outcome]) -> str:
    """By kind: tried, struck in time, recovered, differing; as Markdown."""
    rows = [
        "| fault | tried | struck | recovered | differing |",
        "|---|--:|--:|--:|--:|",
    ]
    for kind in (*KINDS, None):
        own = [o for o in outcomes if kind in (o.kind, None)]
        differing = sum(bool(o.differing) for o in own)
        struck = sum(o.has_struck for o in own)
        rows.append(
            f"| {kind or '**all**'} | {len(own)} | {struck} | {len(own) - differing} "
            f"| {differing} |"
        )
    return "\n".join(rows)
