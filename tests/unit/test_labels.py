"""Everything that people read has a text in English and in Chinese."""

from __future__ import annotations

import ast
import re

import pytest
import yaml

from config.company import DEMO_COMPANY, load_company
from config.home import CHECKOUT
from config.marketplaces import marketplaces
from config.stores import labels, stores
from expectations.chinese import FAULTS
from expectations.suites import SUITES
from expectations.verdicts import STANDING_CHECK
from extract.formats import layouts

MODELS = CHECKOUT / "dbt_project" / "models"
LEDGER = CHECKOUT / "config" / "postgres" / "20_ops.sql"


def accepted_values(model: str, column: str) -> set[str]:
    (path,) = MODELS.rglob(f"{model}.yml")
    (described,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (found,) = [c for c in described["columns"] if c["name"] == column]
    return set(found["data_tests"][0]["accepted_values"]["arguments"]["values"])


def ledger_statuses() -> set[str]:
    """The statuses a batch may have, as the ledger's constraint lists them."""
    table = LEDGER.read_text().split("create table if not exists ops.load_batches")[1]
    listed = re.search(r"check \(status in\s*\(([^)]*)\)", table)
    assert listed
    return set(re.findall(r"'(\w+)'", listed[1]))


def feeds() -> set[str]:
    return {
        value.feed
        for value in vars(layouts).values()
        if isinstance(value, layouts.Layout)
    }


def refusals_of_the_loader() -> set[str]:
    """Names of checks that a ContractError in extract/ carries, from the source."""
    return {
        call.args[0].value
        for path in (CHECKOUT / "extract").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "ContractError"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


SETTLED = {"accepted", "superseded", "released"}  # no open file


@pytest.mark.parametrize(
    ("subject", "values"),
    [
        (
            "settlement_status",
            accepted_values("rpt_settlement_reconciliation", "status"),
        ),
        (
            "reserve_chain_status",
            accepted_values("fct_settlements", "reserve_chain_status"),
        ),
        ("file_status", ledger_statuses() - SETTLED),
        ("feed", feeds() | {"unknown"}),
        ("gate_status", {"passed", "unpublished", "failed", "none"}),
    ],
)
def test_every_value_has_a_label_in_both_languages(subject, values):
    labelled = {
        value
        for (of, value), (en, zh) in labels().items()
        if of == subject and en and zh
    }
    assert values
    assert labelled == values


def test_chinese_labels_are_chinese():
    texts = [zh for _, zh in labels().values()]
    texts += [market.name_zh for market in marketplaces().values()]
    texts += FAULTS.values()
    assert [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_every_check_that_quarantines_is_told_in_chinese():
    checks = {
        rule.check_name
        for suite in SUITES.values()
        for rule in suite.rules
        if rule.severity == "critical"
    }
    refusals = refusals_of_the_loader()
    assert "readable_file" in refusals
    assert (checks | refusals | {STANDING_CHECK}) - set(FAULTS) == set()


def test_stores_are_named_after_marketplace_and_account():
    named = {s.store_code: s for s in stores(load_company(DEMO_COMPANY))}
    assert named["na-demo/US"].name_en == "US · Americas and Japan"
    assert named["na-demo/US"].name_zh == "美国 · 美洲与日本"
    assert named["na-demo/-"].name_zh == "未指明店铺 · 美洲与日本"
    assert named["-/-"].account_code is None
    assert named["na-demo/US"].is_configured
    assert not named["na-demo/MX"].is_configured
