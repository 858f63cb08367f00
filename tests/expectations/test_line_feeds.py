"""Exchange rates and the product map: each rule on a good and a bad line."""

from __future__ import annotations

import pytest

from expectations.gate_a import check_batches
from tests.expectations.builders import add_rows

pytestmark = pytest.mark.integration

ECB = {"rate_date": "2026-06-03", "currency_code": "USD", "rate": "1.0842"}
MANUAL = {**ECB, "currency_code": "USD", "base_currency_code": "CNY", "rate": "7.1"}
PRODUCT = {"account_code": "na-demo", "sku": "A-1", "product_code": "P1"}

USUAL = {
    "ecb_fx_rates": [ECB, {**ECB, "currency_code": "JPY", "rate": "170.25"}],
    "manual_fx_rates": [MANUAL],
    "manual_product_map": [PRODUCT, {**PRODUCT, "account_code": "eu-demo"}],
}

# feed, line added to the usual ones, check, severity, part of what was found
CASES = [
    ("ecb_fx_rates", {**ECB, "rate_date": "2026-02-30"}, "rate_dates_parse", "-30"),
    ("ecb_fx_rates", {**ECB, "rate_date": "2096-06-03"}, "rate_dates_have_come", "20"),
    ("ecb_fx_rates", {**ECB, "currency_code": "US"}, "currency_code_is_known", '"US"'),
    ("ecb_fx_rates", {**ECB, "rate": "0"}, "rates_are_positive", '"0"'),
    ("ecb_fx_rates", {**ECB, "rate": "1,08"}, "rates_are_positive", '"1,08"'),
    ("ecb_fx_rates", {**ECB, "rate": "1.09"}, "rates_are_single", "1.0842 and 1.09"),
    ("manual_fx_rates", {**MANUAL, "rate": "-7.1"}, "rates_are_positive", '"-7.1"'),
    (
        "manual_fx_rates",
        {**MANUAL, "base_currency_code": "RMB"},
        "base_currency_code_is_known",
        '"RMB"',
    ),
    ("manual_product_map", {**PRODUCT, "sku": ""}, "sku_is_filled", "nothing"),
    (
        "manual_product_map",
        {**PRODUCT, "sku": "B", "product_code": " "},
        "product_code_is_filled",
        "nothing",
    ),
    (
        "manual_product_map",
        {**PRODUCT, "account_code": "mars"},
        "account_is_configured",
        "mars",
    ),
    ("manual_product_map", PRODUCT, "skus_are_single", "na-demo A-1 again"),
]


def add(warehouse, feed: str, rows: list[dict[str, str]], name: str) -> int:
    return add_rows(warehouse, f"raw.{feed}", rows, name=name, feed=feed)


def test_each_bad_line_sets_its_file_aside_and_no_other(warehouse):
    bad_ids = [
        add(warehouse, feed, [*USUAL[feed], bad], f"{number}.csv")
        for number, (feed, bad, _, _) in enumerate(CASES)
    ]
    good_ids = [add(warehouse, feed, USUAL[feed], f"{feed}.csv") for feed in USUAL]

    verdicts = {v.batch_id: v for v in check_batches()}

    for batch_id in good_ids:
        assert verdicts[batch_id].status == "accepted", verdicts[batch_id].sentence()
        assert verdicts[batch_id].reasons == ()
    for batch_id, (feed, _, check_name, observed) in zip(bad_ids, CASES, strict=True):
        assert verdicts[batch_id].status == "quarantined", check_name
        reason = next(
            r for r in verdicts[batch_id].reasons if r.check_name == check_name
        )
        assert observed in reason.observed
        if check_name != "rates_are_single":  # both lines of the day are at fault
            assert reason.line_number == len(USUAL[feed]) + 2, check_name


@pytest.mark.parametrize("feed", USUAL)
def test_a_file_without_lines_is_set_aside(warehouse, feed):
    add(warehouse, feed, [], "empty.csv")

    (verdict,) = check_batches()

    assert verdict.status == "quarantined"
    assert verdict.critical_reasons[0].observed == "none"


def test_a_jump_of_a_rate_is_a_warning(warehouse):
    rows = [{**ECB, "rate_date": "2026-06-04", "rate": "10.842"}, ECB]
    add(warehouse, "ecb_fx_rates", rows, "slipped.xml")

    (verdict,) = check_batches()

    assert verdict.status == "accepted"
    assert [r.check_name for r in verdict.reasons] == ["rates_move_little"]
    assert verdict.reasons[0].line_number == 2
    assert verdict.reasons[0].observed == "USD 10.842 on 2026-06-04"


def test_rates_into_another_base_are_a_warning(warehouse):
    rows = [MANUAL, {**MANUAL, "base_currency_code": "EUR"}]
    add(warehouse, "manual_fx_rates", rows, "rates.csv")

    (verdict,) = check_batches()

    assert verdict.status == "accepted"
    assert [r.check_name for r in verdict.reasons] == ["base_currency_is_ours"]
