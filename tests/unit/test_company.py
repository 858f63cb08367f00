"""company.yml: what is read, and how a wrong setting is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from acorn.secrets import ensure_secrets
from config.company import DEMO_COMPANY, CompanyFileError, load_company
from config.home import CHECKOUT, secret
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
    assert set().union(*shown["people"]) == set(type(company.people[0]).model_fields)


def test_demo_people_have_dashboards_stores_and_airflow_roles():
    people = load_company(DEMO_COMPANY).people
    assert [(p.name, p.dashboards, p.store_patterns, p.airflow) for p in people] == [
        ("finance", "finance", ("*",), "Viewer"),
        ("operations", "operations", ("na-demo/CA", "na-demo/US"), "Op"),
        ("management", "management", ("*",), None),
    ]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ([{"name": "Ann"}], "people.0.name: 'Ann' is no sign-in name"),
        ([{"name": "admin"}], "login of Acorn itself. Choose another"),
        ([{"name": "bi"}], "login of Acorn itself. Choose another"),
        ([{"name": "ann", "dashboards": "boss"}], "people.0.dashboards: Input should"),
        ([{"name": "ann", "airflow": "Root"}], "people.0.airflow: Input should be"),
        ([{"name": "ann", "dashboards": "finance"}], "Add `stores: all`"),
        (
            [{"name": "ann", "stores": "US"}],
            "people.0.stores: 'US' is nei",
        ),
        ([{"name": "ann", "stores": ["na-demo/DE"]}], "na-demo/CA, na-demo/JP"),
        ([{"name": "ann", "stores": ["*"]}], "unknown store '*'"),
        ([{"name": "ann", "password": "x"}], "people.0.password: Extra inputs"),
        ([{"name": "ann"}, {"name": "ann"}], "people: ann is there 2"),
    ],
)
def test_wrong_person_is_refused_with_path_and_remedy(tmp_path: Path, people, told):
    content = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8"))
    path = tmp_path / "company.yml"
    path.write_text(yaml.safe_dump(content | {"people": people}), encoding="utf-8")
    with pytest.raises(CompanyFileError) as refused:
        load_company(path)
    assert told in str(refused.value)


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


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Europe"), ("zh", "欧洲"), ("en", " europe ")]
)
def test_two_accounts_of_one_name_are_refused(tmp_path: Path, language, name):
    content = yaml.safe_load(DEMO_COMPANY.read_text(encoding="utf-8"))
    content["accounts"][0]["name"][language] = name
    path = tmp_path / "company.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CompanyFileError) as refused:
        load_company(path)
    assert f"accounts: na-demo and eu-demo have the same name.{language}" in str(
        refused.value
    )
    assert "Give each a name of its own" in str(refused.value)


def test_unknown_account_lists_those_there_are():
    with pytest.raises(CompanyFileError, match="na-demo, eu-demo"):
        load_company(DEMO_COMPANY).account("nobody")


def test_secrets_are_made_for_people_and_superset_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("ACORN_HOME", str(tmp_path))
    path = ensure_secrets()
    made = json.loads(path.read_text())
    people = ("finance", "operations", "management")
    assert {f"person_{name}_password" for name in people} <= set(made)
    assert secret("superset_secret_key") == made["superset_secret_key"]

    monkeypatch.setenv("ACORN_PERSON_FINANCE_PASSWORD", "from the environment")

    assert json.loads(ensure_secrets().read_text()) == made
    assert secret("person_finance_password") == "from the environment"
    assert path.stat().st_mode & 0o777 == 0o600


def test_marketplaces_carry_ids_currencies_and_regions():
    japan = marketplaces()["JP"]
    assert (japan.marketplace_id, japan.currency_code, japan.region) == (
        "A1VC38T7YXB528",
        "JPY",
        "FE",
    )
