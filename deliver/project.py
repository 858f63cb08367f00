"""What a build depends on besides the data: the dbt project and company.yml."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from config.company import Company
from deliver import dbt

_SUFFIXES = {".sql", ".yml", ".csv"}
# A changed line rule is found per batch by its rules_key and restates those batches
# alone (int_finance__settlement_batches); any other change writes everything again.
_RESTATED_BY_KEY = Path("seeds", "amazon", "settlement_line_rules.csv")


def project_sha256() -> str:
    """Hash of models, macros, tests and seeds, line rules left out."""
    digest = sha256()
    for path in sorted(dbt.PROJECT.rglob("*")):
        name = path.relative_to(dbt.PROJECT)
        if path.suffix in _SUFFIXES and name != _RESTATED_BY_KEY:
            digest.update(f"{name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def dbt_vars(company: Company) -> dict[str, Any]:
    """The settings that models read. A change of any writes everything again."""
    return {
        "base_currency": company.base_currency,
        "time_zone": company.time_zone,
        "fx_providers": list(company.fx.providers),
        "fx_longest_gap_days": company.fx.longest_gap_days,
        "accounts": [
            {"code": a.code, "name_en": a.name.en, "name_zh": a.name.zh}
            for a in company.accounts
        ],
        "settlement_gap_minutes": company.thresholds.settlement_gap_minutes,
    }
