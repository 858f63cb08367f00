"""Progress for people: one line a step, live on a terminal, plain in a pipe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

_LABEL_WIDTH = 14


class Step:
    """A step under way; `detail` is what its line says in the end."""

    def __init__(self) -> None:
        self.detail = ""


class Progress:
    """Prints steps with the seconds they took."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, label: str, doing: str) -> Iterator[Step]:
        """Show `doing` while the block runs, then one line with its outcome."""
        step = Step()
        began = time.monotonic()
        try:
            if self.console.is_terminal:
                with self.console.status(f"{label}: {doing}"):
                    yield step
            else:
                yield step
        except BaseException:
            self.say(f"  {label:<{_LABEL_WIDTH}} failed")
            raise
        seconds = time.monotonic() - began
        self.say(f"  {label:<{_LABEL_WIDTH}} {step.detail}  ({seconds:.1f} s)")

    @contextmanager
    def live(self) -> Iterator[Callable[[str], None]]:
        """A last line that changes, on a terminal; nothing in a pipe."""
        if not self.console.is_terminal:
            yield lambda text: None
            return
        with self.console.status("starting") as status:
            yield lambda text: status.update(text[: self.console.width - 4])

    def say(self, text: str = "") -> None:
        """Print a line as it is: no markup."""
        self.console.print(text, markup=False)
