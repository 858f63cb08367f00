"""A fault in the spec stops the build and is named: nothing wrong reaches Superset."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from dashboards.bundle import SpecError, build_bundle, read_spec
from dashboards.bundle.catalog import reports_catalog

Spec = dict[str, Any]
SPEC = read_spec()


def tile(spec: Spec, page: str, name: str) -> Spec:
    [found] = [
        entry
        for row in spec[page]["rows"]
        for entry in row["tiles"]
        if entry["name"] == name
    ]
    return found


def metric(spec: Spec, dataset: str, name: str) -> Spec:
    found: Spec = spec["datasets"][dataset]["metrics"][name]
    return found


FAULTS: dict[str, tuple[Callable[[Spec], Any], str]] = {
    "title without Chinese": (
        lambda s: s["profit"]["title"].pop("zh"),
        "dashboard profit, title: the text in 'zh' is missing",
    ),
    "empty filter name": (
        lambda s: s["profit"]["filters"][0]["name"].update(en=" "),
        "the text in 'en' is missing",
    ),
    "tile title without English": (
        lambda s: tile(s, "profit", "by_sku")["title"].pop("en"),
        "tile by_sku, title: the text in 'en' is missing",
    ),
    "note without Chinese": (
        lambda s: tile(s, "settlements", "matched")["note"].pop("zh"),
        "tile matched, note: the text in 'zh' is missing",
    ),
    "metric without definition": (
        lambda s: metric(s, "profit", "margin").pop("about"),
        "metric margin, definition",
    ),
    "column without Chinese": (
        lambda s: s["datasets"]["profit"]["columns"]["brand"].pop("zh"),
        "column brand: the text in 'zh' is missing",
    ),
    "report that does not exist": (
        lambda s: s["datasets"]["profit"].update(report="profit_by_day"),
        "there is no report 'profit_by_day'",
    ),
    "column that the report lacks": (
        lambda s: s["datasets"]["profit"]["columns"].update(
            colour={"en": "Colour", "zh": "颜色"}
        ),
        "the report has no column 'colour'",
    ),
    "label column in no second language": (
        lambda s: s["datasets"]["profit"]["columns"]["brand"].update({"from": "x_*"}),
        "no column 'x_en'",
    ),
    "expression over an unknown column": (
        lambda s: s["datasets"]["profit"]["columns"]["month_text"].update(
            sql="to_char(moon, 'YYYY-MM')"
        ),
        "['moon'] are no columns",
    ),
    "metric over an unknown column": (
        lambda s: metric(s, "profit", "profit").update(sql="sum(base_gain_amount)"),
        "['base_gain_amount'] are no columns",
    ),
    "metric in an unknown format": (
        lambda s: metric(s, "profit", "profit").update(format="euro"),
        "format is one of",
    ),
    "stores that nothing guards": (
        lambda s: s["datasets"]["open_files"]["columns"].pop("store_code"),
        "nothing guards who sees which",
    ),
    "tile of an unknown dataset": (
        lambda s: tile(s, "profit", "units").update(of="orders"),
        "there is no dataset 'orders'",
    ),
    "tile with an unknown metric": (
        lambda s: tile(s, "profit", "units").update(kpi="pieces"),
        "tile units",
    ),
    "table with an unknown column": (
        lambda s: tile(s, "settlements", "all")["rows"].append("colour"),
        "settlements has no column 'colour'",
    ),
    "table sorted by nothing it has": (
        lambda s: tile(s, "settlements", "all").update(sort=["-colour"]),
        "cannot be sorted by ['colour']",
    ),
    "condition over an unknown column": (
        lambda s: tile(s, "settlements", "gaps").update({"where": "colour = 'red'"}),
        "['colour'] are no columns",
    ),
    "currencies added up": (
        lambda s: tile(s, "profit", "by_store")["show"].append("total_in_currency"),
        "would add up different currencies",
    ),
    "misspelt setting": (
        lambda s: tile(s, "profit", "by_sku").update(serch=True),
        "unknown settings ['serch']",
    ),
    "row that is too wide": (
        lambda s: tile(s, "profit", "units").update(width=3),
        "must make 12",
    ),
    "two tiles of one name": (
        lambda s: tile(s, "profit", "units").update(name="margin"),
        "two tiles have one name",
    ),
    "filter on an unknown column": (
        lambda s: s["profit"]["filters"][0].update(column="colour"),
        "has no column 'colour'",
    ),
    "range over what is no date": (
        lambda s: s["profit"]["filters"][1].update(range="sku"),
        "a range is about the dataset's time",
    ),
    "dataset on no dashboard": (
        lambda s: s["datasets"].update(spare=copy.deepcopy(s["datasets"]["status"])),
        "['spare'] are on no dashboard",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_stops_the_build(fault: str) -> None:
    seed, message = FAULTS[fault]
    spec = copy.deepcopy(SPEC)
    seed(spec)

    with pytest.raises(SpecError) as refusal:
        build_bundle(spec=spec)

    assert message in str(refusal.value)


def test_column_dropped_from_a_model_stops_the_build() -> None:
    catalog = {name: dict(report) for name, report in reports_catalog().items()}
    del catalog["profit_by_sku_month"]["base_profit_amount"]

    with pytest.raises(SpecError, match="base_profit_amount"):
        build_bundle(catalog=catalog)


def test_money_that_is_no_number_stops_the_build() -> None:
    catalog = {name: dict(report) for name, report in reports_catalog().items()}
    report = catalog["settlement_reconciliation"]
    report["residual_amount"] = report["settlement_id"]

    with pytest.raises(SpecError, match="money needs a number"):
        build_bundle(catalog=catalog)
