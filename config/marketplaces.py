"""Amazon's marketplaces: ids, regions, currencies, zones. The list is a dbt seed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from config.home import CHECKOUT

SEED = CHECKOUT / "dbt_project" / "seeds" / "amazon" / "marketplaces.csv"


@dataclass(frozen=True)
class Marketplace:
    """One Amazon store front."""

    code: str
    name_en: str
    name_zh: str
    marketplace_id: str
    settlement_name: str  # marketplace-name in settlement rows, any case
    currency_code: str
    time_zone: str
    region: str  # NA, EU or FE: one endpoint and one refresh token each


@cache
def marketplaces() -> dict[str, Marketplace]:
    """Every known marketplace by its code (US, DE, JP, ...)."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return {
            row["marketplace_code"]: Marketplace(
                code=row["marketplace_code"],
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                marketplace_id=row["marketplace_id"],
                settlement_name=row["settlement_name"],
                currency_code=row["currency_code"],
                time_zone=row["time_zone"],
                region=row["region"],
            )
            for row in csv.DictReader(file)
        }
