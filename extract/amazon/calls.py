"""One call to Amazon at a time: throttled, recorded, tried again when it may help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from extract.amazon.throttle import Throttle
from extract.api_calls import Answer, CallLog
from extract.errors import TransientError

# With the back-off of getReports (45, 90, 180, 300, ... s) about half an hour.
ATTEMPTS = 8

Result = TypeVar("Result")


class Caller:
    """Makes the calls of one account and region."""

    def __init__(
        self, log: CallLog, throttle: Throttle, attempts: int = ATTEMPTS
    ) -> None:
        self.log = log
        self.throttle = throttle
        self._attempts = attempts

    def call(
        self,
        operation: str,
        send: Callable[[Answer], Result],
        prepare: Callable[[], object] = lambda: None,
    ) -> Result:
        """Call `send` until it succeeds; `prepare` runs before each attempt.

        Raises:
            TransientError: the attempts are used up. Whatever was stored before this
                call is kept, and the next run goes on from there.
            ExtractError: any other refusal, at once.
        """
        for attempt in range(1, self._attempts + 1):
            prepare()
            try:
                return self.once(operation, send, attempt)
            except TransientError as error:
                if attempt == self._attempts:
                    raise TransientError(
                        f"{operation} failed {attempt} times, last: {error} What was "
                        f"fetched so far is kept; the next run goes on from there."
                    ) from error
            self.throttle.back_off(operation, attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def once(
        self, operation: str, send: Callable[[Answer], Result], attempt: int = 1
    ) -> Result:
        """One recorded attempt, made when the usage plan allows it."""
        self.throttle.wait_for_turn(operation)
        with self.log.recorded(operation, attempt) as answer:
            try:
                return send(answer)
            finally:
                self.throttle.settle(operation, answer)
