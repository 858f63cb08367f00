"""The token bucket on our side, with a clock that only moves when told to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from extract.amazon.calls import Caller
from extract.amazon.throttle import USAGE_PLANS, Throttle, TokenBucket, UsagePlan
from extract.api_calls import Answer, CallLog, PastCall
from extract.errors import CredentialError, TransientError

START = 1_800_000_000.0
SECONDS_PER_TOKEN = 1 / USAGE_PLANS["getReports"].rate


@dataclass
class Clock:
    """Time that passes by sleeping only."""

    now: float = START
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class Log(CallLog):
    """A log in memory: what was called before, and nothing is written."""

    def __init__(self, past: list[PastCall] | None = None) -> None:
        self._past = past or []

    def past_calls(self, operation: str, within: timedelta) -> list[PastCall]:
        return self._past

    def recorded(self, operation: str, attempt: int = 1):  # type: ignore[no-untyped-def]
        return nullcontext(Answer())


def throttle_at(clock: Clock, log: Log | None = None, jitter: float = 0.0) -> Throttle:
    return Throttle(log or Log(), clock, clock.sleep, lambda: jitter)


def call_times(throttle: Throttle, clock: Clock, count: int) -> list[float]:
    times = []
    for _ in range(count):
        throttle.wait_for_turn("getReports")
        times.append(clock.now)
        throttle.settle("getReports", Answer(200))
    return times


def test_a_burst_goes_out_at_once_and_then_one_call_per_token():
    clock = Clock()

    times = call_times(throttle_at(clock), clock, 13)

    assert times[:10] == [START] * 10
    assert times[10:] == pytest.approx(
        [START + n * SECONDS_PER_TOKEN for n in (1, 2, 3)]
    )


def test_the_rate_that_amazon_names_replaces_the_published_one():
    clock = Clock()
    throttle = throttle_at(clock)
    throttle.wait_for_turn("getReports")
    throttle.settle("getReports", Answer(200, rate_limit=0.5))

    times = call_times(throttle, clock, 12)

    assert times[-1] - times[-2] == pytest.approx(2.0)


def test_refilling_counts_from_the_answer():
    """Amazon may have counted a slow call when it answered, not when we sent it."""
    bucket = TokenBucket(UsagePlan(rate=1.0, burst=1), now=0.0)
    bucket.take(0.0)
    bucket.settle(5.0, 200, None)

    assert bucket.seconds_until_free(5.0) == pytest.approx(1.0)


def test_a_new_process_goes_on_with_the_bucket_of_the_last():
    clock = Clock()
    now = datetime.fromtimestamp(START, UTC)
    spent = [PastCall(now - timedelta(seconds=s), 200, None) for s in range(10, 0, -1)]

    times = call_times(throttle_at(clock, Log(spent)), clock, 1)

    assert times[0] - START == pytest.approx(SECONDS_PER_TOKEN, abs=10.1)
    assert times[0] > START


def test_a_long_rest_fills_the_bucket_again():
    clock = Clock()
    yesterday = datetime.fromtimestamp(START, UTC) - timedelta(hours=8)
    log = Log([PastCall(yesterday, 429, 0.0222)])

    assert call_times(throttle_at(clock, log), clock, 10) == [START] * 10


def test_a_429_empties_the_bucket():
    clock = Clock()
    throttle = throttle_at(clock)
    throttle.wait_for_turn("getReports")
    throttle.settle("getReports", Answer(429))

    throttle.wait_for_turn("getReports")

    assert clock.now - START == pytest.approx(SECONDS_PER_TOKEN)


def test_back_off_doubles_from_one_token_up_to_about_five_minutes():
    clock = Clock()
    throttle = throttle_at(clock)

    for attempt in range(1, 8):
        throttle.back_off("getReports", attempt)

    expected = [SECONDS_PER_TOKEN * factor for factor in (1, 2, 4)]
    assert clock.naps == pytest.approx([*expected, 300, 300, 300, 300])


def test_back_off_is_never_shorter_for_its_jitter():
    clock = Clock()
    throttle = throttle_at(clock, jitter=1.0)

    throttle.back_off("getReports", 1)

    assert clock.naps == pytest.approx([SECONDS_PER_TOKEN * 1.25])


def test_a_clock_set_back_neither_breaks_nor_fills_the_bucket():
    bucket = TokenBucket(UsagePlan(rate=1.0, burst=1), now=100.0)
    bucket.take(100.0)

    assert bucket.seconds_until_free(50.0) == pytest.approx(1.0)


def caller(clock: Clock, attempts: int = 8) -> Caller:
    return Caller(Log(), throttle_at(clock), attempts)


def failing(times: int, fault: Exception) -> Callable[[Answer], str]:
    left = [times]

    def send(answer: Answer) -> str:
        answer.http_status = 429 if isinstance(fault, TransientError) else 403
        if left[0]:
            left[0] -= 1
            raise fault
        return "done"

    return send


def test_a_throttled_call_is_made_again_until_it_passes():
    clock = Clock()

    answer = caller(clock).call("getReports", failing(3, TransientError("429")))

    assert answer == "done"
    assert clock.naps == pytest.approx([SECONDS_PER_TOKEN * n for n in (1, 2, 4)])


def test_attempts_are_bounded_and_the_error_says_how_it_goes_on():
    clock = Clock()

    with pytest.raises(TransientError, match="failed 4 times, last: 429 .* goes on"):
        caller(clock, attempts=4).call("getReports", failing(99, TransientError("429")))

    assert len(clock.naps) == 3


def test_a_refusal_that_waiting_cannot_help_is_not_repeated():
    clock = Clock()

    with pytest.raises(CredentialError):
        caller(clock).call("getReports", failing(99, CredentialError("no role")))

    assert clock.naps == []
