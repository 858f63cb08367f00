"""Token buckets per seller and operation, with the published rates and bursts.

Rates and bursts are the defaults of the Reports and Sellers models. `scale` speeds
both clocks up for the demo; the answer's header then names the scaled rate.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """Requests per second and how many may come at once."""

    rate: float
    burst: int


LIMITS: dict[str, Limit] = {
    "createReport": Limit(0.0167, 15),
    "getReports": Limit(0.0222, 10),
    "getReport": Limit(2.0, 15),
    "cancelReport": Limit(0.0222, 10),
    "getReportDocument": Limit(0.0167, 15),
    "getMarketplaceParticipations": Limit(0.016, 15),
}


class Throttle:
    """All buckets of the server."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def rate(self, operation: str) -> float:
        """The applied rate of an operation, in requests per second."""
        return LIMITS[operation].rate * self._scale

    def header(self, operation: str) -> str:
        """The applied rate as the answer's header writes it."""
        return f"{self.rate(operation):.4f}".rstrip("0").rstrip(".")

    def take(self, seller: str, operation: str, now: float) -> bool:
        """Take one token; False when the bucket is empty."""
        burst = float(LIMITS[operation].burst)
        level, seen = self._buckets.get((seller, operation), (burst, now))
        level = min(burst, level + max(now - seen, 0.0) * self.rate(operation))
        allowed = level >= 1.0
        self._buckets[seller, operation] = (level - 1.0 if allowed else level, now)
        return allowed
