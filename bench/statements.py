"""Statement times as the server measured them, read from its log.

The server logs each statement of Acorn's roles with its duration. dbt writes the
model's name in a comment before each of its statements.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_ENTRY = re.compile(r"^\S+ \S+ \S+ \[\d+\] [A-Z]+:  ")
_DURATION = re.compile(
    r"LOG:  duration: ([\d.]+) ms(?:  (?:statement|parse|bind|execute)[^:]*: (.*))?",
    re.DOTALL,
)
_NODE = re.compile(r'"node_id": "(\w+)\.acorn\.([\w.]+)"')


class StatementLog:
    """The part of the log that was written since this object was made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = path.stat().st_size if path.exists() else 0

    def model_seconds(self) -> dict[str, float]:
        """Seconds of statements by dbt model, longest first; tests and seeds apart."""
        return self._by_node("model")

    def test_seconds(self) -> dict[str, float]:
        """Seconds of statements by dbt test, longest first."""
        return self._by_node("test")

    def seconds_of(self, words: str) -> float:
        """Seconds of the statements that contain these words."""
        return sum(seconds for seconds, text in self._statements() if words in text)

    def _by_node(self, kind: str) -> dict[str, float]:
        seconds: dict[str, float] = defaultdict(float)
        for duration, text in self._statements():
            if (node := _NODE.search(text)) and node[1] == kind:
                seconds[node[2]] += duration
        return dict(sorted(seconds.items(), key=lambda item: -item[1]))

    def _statements(self) -> Iterator[tuple[float, str]]:
        for entry in self._entries():
            if found := _DURATION.search(entry):
                yield float(found[1]) / 1000, found[2] or ""

    def _entries(self) -> Iterator[str]:
        """Log entries; the lines of a statement follow its first one."""
        entry: list[str] = []
        with self._path.open(errors="replace") as log:
            log.seek(self._start)
            for line in log:
                if _ENTRY.match(line) and entry:
                    yield "".join(entry)
                    entry = []
                entry.append(line)
        yield "".join(entry)
