"""How long hypothesis searches, and whether it tries the same examples each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_FACTOR = int(os.environ.get("ACORN_PROPERTY_FACTOR", "1"))


def search(examples: int) -> settings:
    """That many examples, always the same; times $ACORN_PROPERTY_FACTOR, then new ones.

    Deadlines are off: other processes share the machine. A failing example is shown as
    found, since making it smaller may mean hundreds of loads: each message tells which
    file of the example it is about.
    """
    return settings(
        max_examples=examples * _FACTOR,
        derandomize=_FACTOR == 1,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
