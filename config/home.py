"""Where state lives: the checkout, ACORN_HOME and the secrets made on first start.

Nothing here creates anything; `acorn/` does, on first start.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


class SecretMissing(Exception):
    """A secret is not set; the message names it and says how to set it."""


def acorn_home() -> Path:
    """The folder that holds all state: $ACORN_HOME, or .acorn/ in the checkout."""
    return Path(os.environ.get("ACORN_HOME") or CHECKOUT / ".acorn").resolve()


def archive_root() -> Path:
    """The folder of immutable originals: $ACORN_ARCHIVE, or archive/ in ACORN_HOME."""
    return Path(os.environ.get("ACORN_ARCHIVE") or acorn_home() / "archive").resolve()


def secret(name: str) -> str:
    """A secret by its name, such as `loader_password`.

    The environment wins (`ACORN_LOADER_PASSWORD`), then the file that first start
    made (`ACORN_HOME/secrets.json`, readable by its owner only).

    Raises:
        SecretMissing: neither holds it.
    """
    variable = f"ACORN_{name.upper()}"
    value = os.environ.get(variable)
    if value:
        return value
    path = acorn_home() / "secrets.json"
    stored = _stored_secrets(path) if path.exists() else {}
    if name not in stored:
        raise SecretMissing(
            f"No value for the secret {name}. Set {variable}, or run `acorn up` once: "
            f"it makes the secrets of a local stack."
        )
    return stored[name]


@cache
def _stored_secrets(path: Path) -> dict[str, str]:
    return dict(json.loads(path.read_text()))
