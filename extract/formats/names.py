"""Column names as documents write them, and as raw tables do."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
# Names that Postgres keeps for itself in every table.
_SYSTEM_COLUMNS = frozenset(("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"))


def normalise_name(name: str) -> str:
    """Trimmed, unquoted, lower case, `_` for `-` and blanks."""
    return re.sub(r"[-\s]+", "_", name.strip().strip('"').strip().lower())


def raw_column(name: str) -> str:
    """The name that a column of a document has, or will get, in a raw table.

    A new column of Amazon's must be a plain Postgres name: other signs become `_`.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", normalise_name(name))[:50].strip("_")
    is_free = _PLAIN.fullmatch(plain) and plain not in _SYSTEM_COLUMNS
    return plain if is_free else f"column_{plain}"
