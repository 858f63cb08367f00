"""company.yml: what is read, and how a wrong setting is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from config.company import DEMO_COMPANY, CompanyFileError, load_company
from config.home import CHECKOUT
from config.marketplaces import marketplaces


def test_demo_company_has_two_accounts_in_six_marketplaces():
    company = load_company(DEMO_COMPANY)
    stores = {a.code: a.marketplaces for a in company.accounts}
    assert stores == {"na-demo": ["US", "CA", "JP"], "eu-demo": ["UK", "DE", "FR"]}
    assert company.base_currency == "CNY"


def test_account_spans_the_regions_of_its_stores():
    company = load_company(DEMO_COMPANY)
    assert company.account("na-demo").regions == ("FE", "NA")


def test_example_is_a_valid_file_and_shows_every_setting():
    path = CHECKOUT / "company.example.yml"
    company = load_company(path)
    shown = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(shown) == set(type(company).model_fields)
    for section in ("fx", "thresholds"):
        fields = type(getattr(company, section)).model_fields
        assert set(shown[section]) == set(fields)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"base_currency": "yuan"}, "base_currency"),
        ({"colour": "red"}, "colour"),
        ({"accounts": []}, "accounts"),
        ({"thresholds": {"settlement_gap_minutes": -1}}, "settlement_gap_minutes"),
        (
            {
                "accounts": [
                    {
                        "code": "a",
                        "name": {"en": "A", "zh": "A"},
                        "marketplaces": ["ATLANTIS"],
                    }
                ]
            },
            "ATLANTIS",
        ),
    ],
)
def test_wrong_setting_is_refused_with_its_path(tmp_path: Path, change, told):
    content = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8")) | change
    path = tmp_path / "company.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CompanyFileError) as refused:
        load_company(path)
    assert told in str(refused.value)
    assert str(path) in str(refused.value)


def test_unknown_account_lists_those_there_are():
    with pytest.raises(CompanyFileError, match="na-demo, eu-demo"):
        load_company(DEMO_COMPANY).account("nobody")


def test_marketplaces_carry_ids_currencies_and_regions():
    japan = marketplaces()["JP"]
    assert (japan.marketplace_id, japan.currency_code, japan.region) == (
        "A1VC38T7YXB528",
        "JPY",
        "FE",
    )
