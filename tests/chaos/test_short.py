"""A dozen faults of the campaign that `make chaos` runs at length."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from config.home import CHECKOUT

_FAULTS = 12
_FEWEST_STRUCK = 8  # a process killed at a random time may have ended before
_LONGEST_SECONDS = 900


@pytest.mark.integration
def test_books_are_the_same_after_a_dozen_faults(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.chaos", "--short", "--seed", "3"),
            *("--keep", str(tmp_path)),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    totals = re.search(r"\*\*all\*\* \| (\d+) \| (\d+) \| (\d+) \| (\d+)", done.stdout)
    assert totals, done.stdout
    tried, struck, recovered, differing = map(int, totals.groups())
    assert (tried, recovered, differing) == (_FAULTS, _FAULTS, 0), done.stdout
    assert struck >= _FEWEST_STRUCK, done.stdout
