"""The suites of gate A by feed. A new feed is one more module and one more entry."""

from __future__ import annotations

from expectations.suites.amazon_settlement import AMAZON_SETTLEMENT
from expectations.suites.fx_rates import ECB_FX_RATES, MANUAL_FX_RATES
from expectations.suites.product_map import MANUAL_PRODUCT_MAP
from expectations.suites.suite import FeedSuite

SUITES: dict[str, FeedSuite] = {
    suite.name: suite
    for suite in (
        AMAZON_SETTLEMENT,
        ECB_FX_RATES,
        MANUAL_FX_RATES,
        MANUAL_PRODUCT_MAP,
    )
}
