"""The bucket of a line: the model's SQL and a second reading of the rules agree."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.home import CHECKOUT
from tests.independent.rules import (
    UNCLASSIFIED,
    Rule,
    bucket_of,
    comparable,
    read_rules,
)
from tests.independent.settlement import Triple
from tests.properties.search import search

pytestmark = pytest.mark.integration
RULES = CHECKOUT / "dbt_project" / "seeds" / "amazon" / "settlement_line_rules.csv"
Classify = Callable[[list[tuple[Triple, str, date]], list[Triple]], list[tuple]]

WORDS = [
    "Order",
    "order",
    "Re_fund",
    "re-fund",
    "FBA Fee",
    "Fee",
    "",
    " Fee ",
    "%",
    "é",
]
patterns = st.sampled_from(
    [*(w for w in WORDS if w not in ("", "%")), "*", "Fee*", "F*"]
)
texts = st.sampled_from([*WORDS, "Fees", "FEE", "Fee-1", "F", "fba-fee"])
days = st.integers(0, 3).map(lambda years: date(2023 + years, 1, 1))
rule_sets = st.lists(
    st.tuples(
        st.tuples(patterns, patterns, patterns),
        st.sampled_from(["refunds", "claims", "reserves"]),
        days,
    ),
    max_size=8,
    # Two rules that say the same of the same day would contradict each other.
    unique_by=lambda rule: (comparable(rule[0]), rule[2]),
)


@pytest.fixture(scope="module")
def classify(shared_warehouse, compiled_models) -> Iterator[Classify]:
    """The model int_finance__line_buckets over rules and triples of one's own."""
    sql = compiled_models["int_finance__line_buckets"]
    sql = re.sub(r'"\w+"\."intermediate"\."\w+_line_groups"', "given_groups", sql)
    sql = re.sub(r'"\w+"\."seeds"\."settlement_line_rules"', "given_rules", sql)
    with shared_warehouse.connect("transformer") as connection:
        connection.execute(
            "create temp table given_groups (transaction_type text,"
            " amount_type text, amount_description text)"
        )
        connection.execute(
            "create temp table given_rules (transaction_type text, amount_type text,"
            " amount_description text, bucket text, valid_from date)"
        )

        def classify(rules: Any, triples: Any) -> list[tuple]:
            with (
                connection.transaction(force_rollback=True),
                connection.cursor() as cursor,
            ):
                cursor.executemany(
                    "insert into given_rules values (%s, %s, %s, %s, %s)",
                    [(*parts, bucket, day) for parts, bucket, day in rules],
                )
                cursor.executemany(
                    "insert into given_groups values (%s, %s, %s)", triples
                )
                return cursor.execute(sql.encode()).fetchall()

        yield classify


def bucket_by_model(found: list[tuple], triple: Triple, day: date) -> str:
    """As the mart joins it: the period of the triple that holds the day."""
    buckets = [
        bucket
        for *own, bucket, valid_from, valid_before in found
        if tuple(own) == triple and valid_from <= day < valid_before
    ]
    assert len(buckets) < 2, (triple, day, buckets)
    return buckets[0] if buckets else UNCLASSIFIED


@search(150)
@given(
    rule_sets,
    st.lists(st.tuples(texts, texts, texts), min_size=5, max_size=15, unique=True),
)
def test_any_rules_give_any_line_one_bucket(classify, rules, triples):
    found = classify(rules, triples)

    own = [Rule(comparable(parts), bucket, day) for parts, bucket, day in rules]
    for triple in triples:
        for day in (date(2022 + n, 6, 1) for n in range(5)):
            expected = bucket_of(triple, day, own)
            assert bucket_by_model(found, triple, day) == expected, (triple, day)


def delivered_rules() -> list[tuple[Triple, str, date]]:
    with Path(RULES).open(encoding="utf-8", newline="") as file:
        return [
            (
                (
                    row["transaction_type"],
                    row["amount_type"],
                    row["amount_description"],
                ),
                row["bucket"],
                date.fromisoformat(row["valid_from"]),
            )
            for row in csv.DictReader(file)
        ]


@search(20)
@given(st.data())
def test_the_rules_in_use_are_read_the_same(classify, data):
    rules = delivered_rules()
    part = st.sampled_from(sorted({p.replace("*", "") for r, *_ in rules for p in r}))
    written = st.one_of(part, part.map(str.upper), part.map(lambda p: f" {p}x"))
    whole = st.sampled_from(rules).map(
        lambda rule: tuple(p.replace("*", "anything") for p in rule[0])
    )
    triples = data.draw(
        st.lists(
            st.one_of(whole, st.tuples(written, written, written)),
            min_size=30,
            max_size=60,
            unique=True,
        )
    )

    found = classify(rules, triples)

    own, today = read_rules(RULES), date(2026, 6, 5)
    for triple in triples:
        expected = bucket_of(triple, today, own)
        assert bucket_by_model(found, triple, today) == expected, triple
        later = today + timedelta(days=3650)
        assert bucket_by_model(found, triple, later) == bucket_of(triple, later, own)
