"""The decimal style holds for a file; amounts are read exactly in that style."""

from decimal import Decimal

import pytest

from extract.errors import ContractError
from extract.formats.numbers import DecimalEvidence, parse_amount


def style(*values: str) -> str:
    evidence = DecimalEvidence()
    evidence.add(values, range(2, 2 + len(values)))
    return evidence.decide()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["", "10.50", "-3"], "point"),
        (["", "10,50", "-3"], "comma"),
        (["-0,5"], "comma"),
        (["32.09    "], "point"),
        (["32,09\xa0"], "comma"),
        (["1,234.56"], "point"),
        (["1.234,56"], "comma"),
        (["1 234,56"], "comma"),
        (["1,234", "0,50"], "comma"),
        (["1,234", "0.50"], "point"),
        (["1200", "-35"], "point"),
        (["1,200", "-35"], "point"),
        (["1.200", "-35"], "comma"),
        (["1,234,567"], "point"),
        ([], "point"),
    ],
)
def test_decimal_style_is_that_of_the_whole_file(values, expected):
    assert style(*values) == expected


def test_evidence_adds_up_over_blocks():
    evidence = DecimalEvidence()
    evidence.add(["1,234"], [2])
    evidence.add(["7,00"], [900])

    assert evidence.decide() == "comma"


def test_both_styles_in_one_file_are_refused_naming_both_lines():
    with pytest.raises(ContractError) as refusal:
        style("5", "10.50", "7", "3,20")

    assert refusal.value.check_name == "one_decimal_style"
    assert refusal.value.found == "10.50 in line 3 and 3,20 in line 5"


@pytest.mark.parametrize(
    ("text", "decimal_style", "expected"),
    [
        ("10.50", "point", "10.50"),
        ("-1,234.56  ", "point", "-1234.56"),
        ("1.234,56", "comma", "1234.56"),
        ("1 234 567,8", "comma", "1234567.8"),
        ("1'234.56", "point", "1234.56"),
        ("\u22123,00", "comma", "-3.00"),
        ("+7", "comma", "7"),
        ("1,234", "point", "1234"),
        ("1,234", "comma", "1.234"),
    ],
)
def test_amounts_are_read_exactly(text, decimal_style, expected):
    assert parse_amount(text, decimal_style) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal_style"),
    [
        ("10,50", "point"),
        ("10.50", "comma"),
        ("", "point"),
        ("1e5", "point"),
        ("NaN", "point"),
        ("12.3.4", "point"),
        ("1,23,456.00", "point"),
    ],
)
def test_what_is_no_amount_in_the_style_is_refused(text, decimal_style):
    with pytest.raises(ValueError, match="no amount"):
        parse_amount(text, decimal_style)
