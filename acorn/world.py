"""The demo company's world: how much the sandbox makes up, chosen once per ACORN_HOME.

A world that changed under a warehouse would contradict what was loaded from it, so
the choice is kept in `ACORN_HOME/world.json`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from acorn.command_error import CommandError
from acorn.processes import write_json
from config.company import is_demo
from config.home import acorn_home

DEFAULT_ORDER_COUNT = 600
_SEED = 1


def choose_world(order_count: int | None) -> dict[str, Any]:
    """Fields of StackSettings that describe the world; none for a real company.

    Raises:
        CommandError: this ACORN_HOME has a world of another size.
    """
    if not is_demo():
        return {}
    if _file().exists():
        world = dict(json.loads(_file().read_text()))
        made = world["sandbox_order_count"]
        if order_count not in (None, made):
            raise CommandError(
                f"The demo world in {acorn_home()} was made with {made} orders and "
                f"stays so. For {order_count} orders set ACORN_HOME to a new folder."
            )
        return world
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    world = {
        "sandbox_order_count": order_count or DEFAULT_ORDER_COUNT,
        "sandbox_seed": _SEED,
        "sandbox_until": yesterday.isoformat(),
    }
    write_json(_file(), world)
    return world


def _file() -> Path:
    return acorn_home() / "world.json"
