"""Text for Postgres' COPY, as fast as plain Python makes it.

Format text, NULL '': a backslash is an escape and must be doubled; CR, LF and TAB
inside a value are written as \\r, \\n, \\t. Each line gets its _file_id and
_line_number in front, the raw tables' first two columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def escape_lines(text: str, lines: Sequence[str]) -> Sequence[str]:
    """Lines of tab-separated values, escaped; most blocks have nothing to escape."""
    if "\\" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\r", "\\r").split("\n")
    return lines


def escape_values(values: Iterable[str]) -> str:
    """One row of values that may contain anything."""
    return "\t".join(value.translate(_ESCAPES) for value in values)


def copy_rows(
    file_id: int, line_numbers: Iterable[int], escaped_lines: Iterable[str]
) -> bytes:
    """Rows ready for COPY; empty when there are none."""
    head = f"{file_id}\t"
    rows = [
        f"{head}{number}\t{line}\n"
        for number, line in zip(line_numbers, escaped_lines, strict=True)
    ]
    return "".join(rows).encode()
