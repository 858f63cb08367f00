"""Stay inside Amazon's usage plans, and wait well when it says no all the same.

Amazon counts calls with a token bucket per application, seller and operation
(Usage Plans and Rate Limits in the SP-API). We keep the same bucket on our side, so
that a call is made when it will be let in. Three things keep the two in step:

- The bucket begins as the calls of the last day in ops.api_calls left it. Each task is
  a new process; one that began with a full bucket would run into 429.
- Refilling counts from a call's answer. Amazon counted the call before it answered, so
  our bucket never holds more than Amazon's.
- `x-amzn-RateLimit-Limit` names the rate that applies to this seller; it replaces the
  published one.

Airflow runs one mapped task per account and region, and `reports.only_fetcher` holds
a lock, so that a backfill beside the daily run waits: one process at a time uses a
bucket.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from extract.api_calls import Answer, CallLog

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class UsagePlan:
    """Calls a second in the long run, and calls at once after a rest."""

    rate: float
    burst: int


# Default plans of the API models reports_2021-06-30.json and sellers.json.
USAGE_PLANS = {
    "getReport": UsagePlan(2.0, 15),
    "getReports": UsagePlan(0.0222, 10),
    "getReportDocument": UsagePlan(0.0167, 15),
    "getMarketplaceParticipations": UsagePlan(0.016, 15),
}
LONGEST_WAIT_SECONDS = 300.0
# Token calls and downloads have no published plan; after a fault they wait from here.
_UNPLANNED_WAIT_SECONDS = 1.0
_HISTORY = timedelta(days=1)
# Float sums end a hair below one token; a shorter sleep might not move the clock.
_SHORTEST_WAIT_SECONDS = 0.001


class TokenBucket:
    """One operation's tokens. Every `now` is in seconds of one clock."""

    def __init__(self, plan: UsagePlan, now: float) -> None:
        self.rate = plan.rate
        self._burst = plan.burst
        self._tokens = float(plan.burst)
        self._updated_at = now

    def seconds_until_free(self, now: float) -> float:
        """How long to wait before one more call is let in."""
        self._refill(now)
        if self._tokens >= 1:
            return 0.0
        return max((1 - self._tokens) / self.rate, _SHORTEST_WAIT_SECONDS)

    def take(self, now: float) -> None:
        """Make a call."""
        self._refill(now)
        self._tokens = max(0.0, self._tokens - 1)

    def settle(self, now: float, status: int | None, rate: float | None) -> None:
        """Learn from the call's answer, that is there `now`."""
        self._updated_at = max(self._updated_at, now)
        if status == 429:
            self._tokens = 0.0
        if rate is not None:
            self.rate = rate

    def _refill(self, now: float) -> None:
        elapsed = max(0.0, now - self._updated_at)  # a clock may be set back
        self._tokens = min(self._burst, self._tokens + elapsed * self.rate)
        self._updated_at = max(self._updated_at, now)


class Throttle:
    """The buckets of one account and region."""

    def __init__(
        self,
        log: CallLog,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._log = log
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._buckets: dict[str, TokenBucket] = {}

    def wait_for_turn(self, operation: str) -> None:
        """Sleep until the operation's bucket holds a token, and take it."""
        bucket = self._bucket(operation)
        if bucket is None:
            return
        while (wait := bucket.seconds_until_free(self._clock())) > 0:
            logger.info("%s: waiting %.1f s for the usage plan", operation, wait)
            self._sleep(wait)
        bucket.take(self._clock())

    def settle(self, operation: str, answer: Answer) -> None:
        """Take over status and rate of an answer that just came."""
        bucket = self._bucket(operation)
        if bucket is not None:
            bucket.settle(self._clock(), answer.http_status, answer.rate_limit)

    def back_off(self, operation: str, attempt: int) -> None:
        """Sleep after failed `attempt` (1, 2, ...), longer each time.

        At least the time of one token, doubled with each attempt, up to about five
        minutes; up to a quarter is added by chance, so that several sellers of one
        application do not come back all at once.
        """
        bucket = self._bucket(operation)
        one_token = 1 / bucket.rate if bucket else _UNPLANNED_WAIT_SECONDS
        wait = min(one_token * 2 ** (attempt - 1), LONGEST_WAIT_SECONDS)
        wait = max(wait, one_token) * (1 + self._jitter() / 4)
        logger.info("%s: attempt %s failed, next in %.1f s", operation, attempt, wait)
        self._sleep(wait)

    def _bucket(self, operation: str) -> TokenBucket | None:
        plan = USAGE_PLANS.get(operation)
        if plan is not None and operation not in self._buckets:
            self._buckets[operation] = self._restored(operation, plan)
        return self._buckets.get(operation)

    def _restored(self, operation: str, plan: UsagePlan) -> TokenBucket:
        """The bucket as the recorded calls left it."""
        bucket = TokenBucket(plan, self._clock() - _HISTORY.total_seconds())
        for call in self._log.past_calls(operation, _HISTORY):
            bucket.take(call.ended_at.timestamp())
            bucket.settle(call.ended_at.timestamp(), call.http_status, call.rate_limit)
        return bucket
