"""The tags DAGs may carry: one domain and one tier always, a source on ingests."""

from __future__ import annotations

from typing import Final

DOMAIN_FINANCE: Final = "domain:finance"
DOMAIN_PLATFORM: Final = "domain:platform"

# Tier 1: the books are late while it is down. Tier 2: it can wait a day.
TIER_1: Final = "tier:1"
TIER_2: Final = "tier:2"

SOURCE_AMAZON: Final = "source:amazon"
SOURCE_ECB: Final = "source:ecb"
SOURCE_MANUAL: Final = "source:manual"

ALL: Final = frozenset(
    {
        *(DOMAIN_FINANCE, DOMAIN_PLATFORM),
        *(TIER_1, TIER_2),
        *(SOURCE_AMAZON, SOURCE_ECB, SOURCE_MANUAL),
    }
)
