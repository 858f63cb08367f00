"""One process of a campaign: a server of its own, and some of the cases."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from tests.chaos.campaign import open_campaign


def work(options: argparse.Namespace, cases: list[int], reports: Any) -> None:
    """Run these cases; reports are lines of text and outcomes."""
    # Asked to end, it still stops its server and gives its disk back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with open_campaign(options.seed, options.until) as campaign:
        campaign.tell_stories(reports.put, options.stories)
        for case in cases:
            for outcome in campaign.run_case(case, options.keep):
                reports.put(outcome)
