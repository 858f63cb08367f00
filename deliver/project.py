"""What a build depends on besides the data: the dbt project and company.yml."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from config.company import Company
from deliver.dbt import PROJECT

_SUFFIXES = {".sql", ".yml", ".csv"}
# A changed line rule is found per batch by its rules_key and restates those batches
# alone (int_finance__settlement_batches); any other change writes everything again.
_RESTATED_BY_KEY = PROJECT / "seeds" / "amazon" / "settlement_line_rules.csv"


def project_sha256() -> str:
    """Hash of models, macros, tests and seeds, line rules left out."""
    digest = sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in _SUFFIXES and path != _RESTATED_BY_KEY:
            digest.update(f"{path.relative_to(PROJECT)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def dbt_vars(company: Company) -> dict[str, Any]:
    """The settings that models read. A change of any writes everything again."""
    return {
        "base_currency": company.base_currency,
        "time_zone": company.time_zone,
        "fx_providers": list(company.fx.providers),
        "fx_longest_gap_days": company.fx.longest_gap_days,
        "settlement_gap_minutes": company.thresholds.settlement_gap_minutes,
    }
