"""Each settlement rule on a file at fault; all files go through one gate run."""

from __future__ import annotations

import pytest

from expectations.gate_a import check_batches
from tests.expectations.builders import (
    SAMPLES,
    Settlement,
    add_rows,
    add_settlement,
    read_sample,
    status_of,
)

pytestmark = pytest.mark.integration


def header(**changes: str) -> Settlement:
    settlement = Settlement()
    settlement.header.update(
        {name.replace("_", "-"): value for name, value in changes.items()}
    )
    return settlement


def line(number: int, **changes: str) -> Settlement:
    """A settlement whose detail line `number` (in the file, from 3) is changed."""
    settlement = Settlement()
    settlement.lines[number - 3].update(
        {name.replace("_", "-"): value for name, value in changes.items()}
    )
    return settlement


def with_rows(*rows: dict[str, str]) -> Settlement:
    """A settlement with rows of its own after the usual ones."""
    settlement = Settlement()
    usual = settlement.rows()
    settlement.rows = lambda: [*usual, *rows]  # type: ignore[method-assign]
    return settlement


DETAIL = {"settlement-id": "23395380562", "posted-date-time": "2026-06-03 10:00:00 UTC"}

# check, settlement, line number told, part of what was found
CRITICAL = [
    ("lines_add_up", header(total_amount="26.01"), 2, "26, a difference of -0.01"),
    ("amounts_parse", line(4, amount="4,50"), 4, '"4,50"'),
    ("amounts_parse", line(4, amount="-4.50123"), 4, '"-4.50123"'),
    ("amounts_parse", line(4, amount="99999999999999999"), 4, "999"),
    ("amounts_parse", line(4, amount="NaN"), 4, '"NaN"'),
    ("declared_total_parses", header(total_amount="n/a"), 2, '"n/a"'),
    ("header_row_is_single", with_rows(Settlement().rows()[0]), 6, "2 header rows"),
    ("header_row_carries_no_amount", header(amount="0.00"), 2, "an amount"),
    (
        "settlement_is_single",
        with_rows({**DETAIL, "settlement-id": "7", "amount": "0.00"}),
        6,
        '"7"',
    ),
    (
        "settlement_id_is_present",
        with_rows({**DETAIL, "settlement-id": "", "amount": "0.00"}),
        6,
        "none",
    ),
    ("currency_is_known", header(currency="XXQ"), 2, '"XXQ"'),
    ("currency_is_known", header(currency=""), 2, "none"),
    ("currency_is_single", line(4, currency="EUR"), 4, '"EUR"'),
    (
        "period_start_parses",
        header(settlement_start_date="2026-02-30 08:00:00 UTC"),
        2,
        "2026-02-30",
    ),
    ("period_end_parses", header(settlement_end_date=""), 2, "nothing"),
    ("deposit_date_parses", header(deposit_date="17.06.2026"), 2, '"17.06.2026"'),
    (
        "period_is_sane",
        header(settlement_start_date="2026-06-16 08:00:00 UTC"),
        2,
        "period 2026-06-16",
    ),
    (
        "period_is_sane",
        header(settlement_start_date="2026-01-06 08:00:00 UTC"),
        2,
        "period 2026-01-06",
    ),
    (
        "deposit_follows_period",
        header(deposit_date="2026-09-17 08:00:00 UTC"),
        2,
        "2026-09-17",
    ),
    (
        "posted_times_are_present",
        line(5, posted_date="", posted_date_time=""),
        5,
        "none",
    ),
    (
        "posted_times_parse",
        line(5, posted_date_time="2026-06-03 25:00:37 UTC"),
        5,
        "2026-06-03 25",
    ),
    (
        "posted_times_parse",
        line(5, posted_date_time="2026-06-03 10:00:61 UTC"),
        5,
        "10:00:61",
    ),
    (
        "posted_times_are_near",
        line(5, posted_date_time="2024-06-03 10:00:37 UTC"),
        5,
        "2024-06-03",
    ),
    ("quantities_are_whole", line(3, quantity_purchased="1.5"), 3, '"1.5"'),
]


@pytest.fixture
def far_future() -> Settlement:
    return header(
        settlement_start_date="2096-06-01 08:00:00 UTC",
        settlement_end_date="2096-06-15 08:00:00 UTC",
        deposit_date="2096-06-17 08:00:00 UTC",
    )


def test_each_fault_is_told_with_its_line_and_nothing_else_is_set_aside(
    warehouse, far_future
):
    cases = [*CRITICAL, ("period_has_ended", far_future, 2, "2096-06-15")]
    batch_ids = [
        add_settlement(warehouse, settlement, name=f"{number}.txt")
        for number, (_, settlement, _, _) in enumerate(cases)
    ]
    good_id = add_settlement(warehouse, name="good.txt")

    verdicts = {verdict.batch_id: verdict for verdict in check_batches()}

    assert verdicts[good_id].status == "accepted"
    assert verdicts[good_id].reasons == ()
    for batch_id, (check_name, _, line_number, observed) in zip(
        batch_ids, cases, strict=True
    ):
        verdict = verdicts[batch_id]
        assert verdict.status == "quarantined", check_name
        reason = next(r for r in verdict.reasons if r.check_name == check_name)
        assert reason.line_number == line_number, check_name
        assert observed in reason.observed, check_name
        assert status_of(warehouse, batch_id) == "quarantined"


def test_sentence_names_feed_file_line_expected_and_found(warehouse):
    batch_id = add_settlement(warehouse, line(4, amount="4,50"), name="june.txt")

    (verdict,) = check_batches([batch_id])

    assert verdict.sentence().startswith(
        f"amazon_settlement file june.txt is quarantined (batch {batch_id}): line 4: "
        "expected an amount in the decimal style of this file, at most 4 decimals, "
        'found "4,50"'
    )
    assert warehouse.rows(
        "select reason from ops.load_batches where batch_id = %s", batch_id
    ) == [verdict.sentence()]


def test_header_without_lines_is_a_settlement_only_when_it_declares_nothing(warehouse):
    empty, short = header(total_amount="0.00"), header(total_amount="5.00")
    empty.lines = short.lines = []
    empty.settlement_id = "1"
    empty_id = add_settlement(warehouse, empty)
    short_id = add_settlement(warehouse, short)

    check_batches()

    assert status_of(warehouse, empty_id) == "accepted"
    assert status_of(warehouse, short_id) == "quarantined"


def test_yen_with_a_fraction_is_set_aside_and_whole_yen_pass(warehouse):
    whole, broken = header(currency="JPY"), header(currency="JPY")
    for settlement, amounts in ((whole, (30, -5, 1)), (broken, (30, "-4.5", "0.5"))):
        for row, amount in zip(settlement.lines, amounts, strict=True):
            row["amount"] = str(amount)
    whole.header["total-amount"] = broken.header["total-amount"] = "26"
    whole.settlement_id = "2"
    whole_id = add_settlement(warehouse, whole)
    broken_id = add_settlement(warehouse, broken)

    verdicts = {v.batch_id: v for v in check_batches()}

    assert verdicts[whole_id].status == "accepted"
    assert [r.check_name for r in verdicts[broken_id].reasons] == [
        "amounts_fit_the_currency"
    ]
    assert verdicts[broken_id].reasons[0].line_number == 4


@pytest.mark.parametrize(
    ("style", "amounts", "total"),
    [
        ("comma", ("1.030,00", "-4,50  ", "0,50"), "1026,00"),
        ("comma", ("1 030,00", "-4,50", ",50".replace(",", "0,")), "1.026,00"),
        ("comma", ("1\u202f030,00", "-4,50", "+0,50"), "1\u00a0026,00"),
        ("point", ("1,030.00", "-4.50    ", "0.50"), "1026.00"),
        ("point", ("1\u00a0030.00", "-4.50", "+0.50"), "+1\u202f026.00"),
    ],
)
def test_amounts_are_read_in_the_files_own_style(warehouse, style, amounts, total):
    settlement = header(total_amount=total)
    for row, amount in zip(settlement.lines, amounts, strict=True):
        row["amount"] = amount
    batch_id = add_settlement(warehouse, settlement, decimal_style=style)

    (verdict,) = check_batches([batch_id])

    assert verdict.status == "accepted", verdict.sentence()
    assert warehouse.rows("select lines_total from ops.settlement_profiles") == [1026]


@pytest.mark.parametrize(
    ("style", "shape"),
    [
        ("dmy_dot", "{d}.{m}.2026 {t} UTC"),
        ("dmy_slash", "{d}/{m}/2026 {t} UTC"),
        ("mdy_slash", "{m}/{d}/2026 {t} UTC"),
        ("dmy_dash", "{d}-{m}-2026 {t} UTC"),
        ("ymd_slash", "2026/{m}/{d} {t} UTC"),
        ("iso", "2026-{m}-{d}T{t}+00:00"),
    ],
)
def test_dates_are_read_in_the_files_own_style(warehouse, style, shape):
    settlement = Settlement()
    for name, day in (
        ("settlement-start-date", "01"),
        ("settlement-end-date", "15"),
        ("deposit-date", "17"),
    ):
        settlement.header[name] = shape.format(d=day, m="06", t="08:00:00")
    for row in settlement.lines:
        row["posted-date-time"] = shape.format(d="03", m="06", t="10:00:37")
    batch_id = add_settlement(warehouse, settlement, timestamp_style=style)

    (verdict,) = check_batches([batch_id])

    assert verdict.status == "accepted", verdict.sentence()
    assert warehouse.rows(
        "select period_end_at::text from ops.settlement_profiles"
    ) == ["2026-06-15 08:00:00+00"]


def in_store(settlement_id: str, name: str) -> Settlement:
    """A settlement with one store on all of its lines."""
    settlement = Settlement(settlement_id=settlement_id)
    for row in settlement.lines:
        row["marketplace-name"] = name
    return settlement


def test_file_of_another_accounts_store_is_told(warehouse):
    german_id = add_settlement(warehouse, in_store("5", "Amazon.de"))
    nobodys_id = add_settlement(warehouse, in_store("6", "Amazon.com.au"))
    home_id = add_settlement(
        warehouse, in_store("7", "Amazon.de"), account_code="eu-demo"
    )

    verdicts = {verdict.batch_id: verdict for verdict in check_batches()}

    assert verdicts[german_id].status == "accepted"
    assert (
        "expected stores of account na-demo, found Amazon.de, of account eu-demo"
        in verdicts[german_id].sentence()
    )
    assert verdicts[nobodys_id].status == "accepted"
    assert [r.check_name for r in verdicts[nobodys_id].reasons] == [
        "marketplaces_are_configured"
    ]
    assert verdicts[home_id].reasons == ()


def test_warnings_are_told_and_accepted(warehouse):
    foreign = line(3, marketplace_name="Amazon.de")
    early = line(3, posted_date_time="2026-03-03 10:00:37 UTC")
    foreign.settlement_id, early.settlement_id = "3", "4"
    ids = [add_settlement(warehouse, foreign), add_settlement(warehouse, early)]

    verdicts = check_batches(ids)

    assert [verdict.status for verdict in verdicts] == ["accepted", "accepted"]
    assert [[r.check_name for r in verdict.reasons] for verdict in verdicts] == [
        ["marketplaces_are_configured"],
        ["posted_times_are_within"],
    ]
    assert verdicts[0].reasons[0].observed == "Amazon.de"


def test_file_without_an_account_is_set_aside(warehouse):
    batch_id = add_settlement(warehouse, account_code=None)

    (verdict,) = check_batches([batch_id])

    assert [r.check_name for r in verdict.critical_reasons] == ["account_is_named"]


@pytest.mark.skipif(not SAMPLES.exists(), reason="real samples are not at hand")
def test_real_files_pass(warehouse):
    for name, layout, style in (
        ("uk_v2_2024-11-15.txt", "v2", "dmy_dot"),
        ("us_v2_synthetic.txt", "v2", "iso"),
        ("ca_v1_50018020314.txt", "v1", "iso"),
        ("ca_v1_50034020328.txt", "v1", "iso"),
    ):
        add_rows(
            warehouse,
            f"raw.amazon_settlement_{layout}",
            read_sample(SAMPLES / name),
            name=name,
            account_code="eu-demo" if name.startswith("uk") else "na-demo",
            decimal_style="point",
            timestamp_style=style,
            date_style=style,
        )

    verdicts = check_batches()

    assert [(v.status, v.reasons) for v in verdicts] == [("accepted", ())] * 4
    assert warehouse.rows(
        "select lines_total - declared_total from ops.settlement_profiles"
    ) == [0, 0, 0, 0]


def test_settlement_of_another_accounts_books_is_set_aside(warehouse):
    first_id = add_settlement(warehouse, in_store("8", "Amazon.de"))
    check_batches()
    other = in_store("8", "Amazon.de")
    other.lines[0]["sku"] = "SAVED-AGAIN"
    again_id = add_settlement(warehouse, other, account_code="eu-demo")

    (verdict,) = check_batches([again_id])

    assert verdict.status == "quarantined"
    assert "the same settlement in account na-demo" in verdict.sentence()
    assert check_batches([first_id])[0].status == "accepted"
