"""Date styles come from the whole file; an order that stays open is refused."""

from datetime import UTC, datetime

import pytest

from extract.errors import ContractError
from extract.formats.date_evidence import DateEvidence, DateGroup
from extract.formats.dates import parse_timestamp


def styles(header: list[str], posted: list[tuple[str, str]]) -> tuple:
    """Styles of a file with (start, end) and lines of (posted-date, -time)."""
    evidence = DateEvidence(DateGroup("times"), DateGroup("posted-date"))
    times = [*header, *(time for _, time in posted)]
    days = ["", "", *(day for day, _ in posted)]
    evidence.timestamps.add(times, range(2, 2 + len(times)))
    evidence.dates.add(days, range(2, 2 + len(days)))
    evidence.header = dict(zip(("start", "end"), header, strict=False))
    evidence.add_pairs(days, ["", "", *(time for _, time in posted)])
    return evidence.decide(longest_days=62)


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("2024-10-23 14:28:39 UTC", "iso", (2024, 10, 23, 14, 28, 39)),
        ("2025-06-05T22:07:18+00:00", "iso", (2025, 6, 5, 22, 7, 18)),
        ("2025-06-05T22:07:18.250Z", "iso", (2025, 6, 5, 22, 7, 18, 250_000)),
        ("2025-06-05T22:07:18-07:00", "iso", (2025, 6, 6, 5, 7, 18)),
        ("2026-06-17", "iso", (2026, 6, 17)),
        ("2026/06/17 08:14:22 JST", "ymd_slash", (2026, 6, 16, 23, 14, 22)),
        ("13.09.2024 08:59:52 UTC", "dmy_dot", (2024, 9, 13, 8, 59, 52)),
        ("13.09.2024 08:59:52 CEST", "dmy_dot", (2024, 9, 13, 6, 59, 52)),
        ("09/06/25", "dmy_slash", (2025, 6, 9)),
        ("06/09/25 10:00 PDT", "mdy_slash", (2025, 6, 9, 17)),
        ("6/9/2025 10:00:00 PST", "mdy_slash", (2025, 6, 9, 18)),
        ("17-06-2026 01:00:00 BST", "dmy_dash", (2026, 6, 17)),
    ],
)
def test_timestamps_are_read_to_utc(text, style, expected):
    assert parse_timestamp(text, style) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("2024-13-23", "iso"),
        ("23.10.2024", "iso"),
        ("13/25/2024", "dmy_slash"),
        ("2024-10-23 14:28:39 XYZ", "iso"),
        ("2024-10-23 later", "iso"),
    ],
)
def test_what_is_no_timestamp_in_the_style_is_refused(text, style):
    with pytest.raises(ValueError):
        parse_timestamp(text, style)


def test_groups_are_decided_apart():
    found = styles(
        ["2024-10-01 00:00:00 UTC", "2024-10-15 00:00:00 UTC"],
        [("13/10/2024", "2024-10-13 08:00:00 UTC")],
    )

    assert found == ("iso", "dmy_slash")


def test_iso_times_decide_slash_dates_that_show_no_order():
    header = ["2025-06-05 00:00:00 UTC", "2025-06-12 00:00:00 UTC"]

    day_first = styles(header, [("09/06/25", "2025-06-09 23:59:00 UTC")])
    month_first = styles(header, [("06/09/25", "2025-06-09 23:59:00 UTC")])

    assert day_first == ("iso", "dmy_slash")
    assert month_first == ("iso", "mdy_slash")


def test_a_number_above_twelve_anywhere_decides():
    posted = [("05/06/2026", "05/06/2026 10:00:00"), ("06/14/2026", "06/14/2026 1:00")]

    assert styles(["06/03/2026", "06/17/2026"], posted) == ("mdy_slash", "mdy_slash")


def test_only_one_order_makes_a_sensible_period():
    # Month first this would run from 6 January to 6 December.
    posted = [("03/06/2026", "03/06/2026 10:00:00 UTC")]

    assert styles(["01/06/2026", "12/06/2026"], posted) == ("dmy_slash", "dmy_slash")


def test_same_day_and_month_reads_the_same_either_way():
    posted = [("06/06/2026", "2026-06-06 10:00:00 UTC")]

    assert styles(["2026-06-01", "2026-06-12"], posted)[0] == "iso"


def test_order_that_stays_open_is_refused():
    # 3 to 4 May or 5 March to 5 April: both make sense.
    posted = [("03/05/2026", "03/05/2026 10:00:00")]

    with pytest.raises(ContractError) as refusal:
        styles(["03/05/2026", "04/05/2026"], posted)

    assert refusal.value.check_name == "unambiguous_dates"


@pytest.mark.parametrize(
    "posted",
    [
        [("13/06/2026", ""), ("06/14/2026", "")],
        [("2026-06-05", ""), ("05.06.2026", "")],
        [("the 5th of June", "")],
    ],
)
def test_contrary_or_strange_dates_are_refused(posted):
    with pytest.raises(ContractError, match="cannot be read without guessing"):
        styles(["2026-06-03", "2026-06-17"], posted)


@pytest.mark.parametrize(
    ("header", "posted", "told"),
    [
        (["01/02/2026"] * 2, [("00/00/0000", "")], "line 4.*Found 00/00/0000"),
        ([], [("31/04/2026", "01/02/2026")], "Found 31/04/2026"),
        (["N/A", "01/02/2026"], [("01/02/2026", "01/02/2026")], "no date in the file"),
        (["01/02/2026"] * 2, [("N/A", "01/02/2026"), ("01/02/2026", "")], "no date in"),
    ],
)
def test_slash_dates_that_cannot_be_read_are_refused(header, posted, told):
    with pytest.raises(ContractError, match=told):
        styles(header, posted)
