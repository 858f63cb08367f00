"""Stores of the company: code and names, as reports and people's rights know them.

A store is an account on a marketplace, `na-demo/US`. `na-demo/-` stands for rows of the
account whose store is not known, `-/-` for what belongs to no account, such as rates.
dbt names stores alike (`int_finance__stores`), from the same seeds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from config.company import Company
from config.home import CHECKOUT
from config.marketplaces import marketplaces

LABELS = CHECKOUT / "dbt_project" / "seeds" / "finance" / "labels.csv"


@dataclass(frozen=True)
class Store:
    """One row of `ops.stores`, in its order of columns."""

    store_code: str
    account_code: str | None
    marketplace_code: str | None
    marketplace_id: str | None
    settlement_name: str | None
    currency_code: str | None
    is_configured: bool
    name_en: str
    name_zh: str


def labels() -> dict[tuple[str, str], tuple[str, str]]:
    """What people read in English and Chinese, by subject and value."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return {
            (row["subject"], row["value"]): (row["label_en"], row["label_zh"])
            for row in csv.DictReader(file)
        }


def stores(company: Company) -> Iterator[Store]:
    """Every account on every marketplace: money may come from one not configured."""
    unnamed_en, unnamed_zh = labels()["store", "-"]
    for account in company.accounts:
        for market in marketplaces().values():
            yield Store(
                store_code=f"{account.code}/{market.code}",
                account_code=account.code,
                marketplace_code=market.code,
                marketplace_id=market.marketplace_id,
                settlement_name=market.settlement_name,
                currency_code=market.currency_code,
                is_configured=market.code in account.marketplaces,
                name_en=f"{market.name_en} · {account.name.en}",
                name_zh=f"{market.name_zh} · {account.name.zh}",
            )
        yield _unknown(
            f"{account.code}/-",
            account.code,
            f"{unnamed_en} · {account.name.en}",
            f"{unnamed_zh} · {account.name.zh}",
        )
    yield _unknown("-/-", None, *labels()["store", "-/-"])


def _unknown(code: str, account: str | None, name_en: str, name_zh: str) -> Store:
    return Store(code, account, None, None, None, None, False, name_en, name_zh)
