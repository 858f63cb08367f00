"""How the files look: columns, encodings, numbers, dates, line ends, content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import World
from tests.sandbox.reading import parse

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "settlement"
DATES = {
    "US": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC",
    "UK": r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC",
    "DE": r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC",
    "FR": r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC",
    "JP": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC",
}
AMOUNTS = {
    "US": r"-?\d+\.\d\d",
    "UK": r"-?\d+\.\d\d",
    "DE": r"-?\d+,\d\d",
    "FR": r"-?\d+,\d\d",
    "JP": r"-?\d+",
}


def entries(world: World, code: str, layout: str = "v2") -> list[dict[str, Any]]:
    return [
        e
        for e in world.files
        if e["marketplace_code"] == code and e["layout"] == layout
    ]


def raw(world: World, code: str, layout: str = "v2") -> bytes:
    paths = [world.root / e["path"] for e in entries(world, code, layout)]
    return b"".join(path.read_bytes() for path in paths)


@pytest.mark.parametrize("code", sorted(DATES))
def test_dates_and_numbers_follow_the_marketplace(world: World, code: str) -> None:
    for entry in entries(world, code):
        parsed = parse(world.root, entry)
        assert len(parsed.head) == 24
        assert re.fullmatch(DATES[code], parsed.head["settlement-start-date"])
        assert re.fullmatch(AMOUNTS[code], parsed.head["total-amount"])
        for row in parsed.rows:
            assert re.fullmatch(AMOUNTS[code], row["amount"])
            assert re.fullmatch(DATES[code], row["posted-date-time"])
            assert row["posted-date-time"].startswith(row["posted-date"])


def test_only_line_2_has_dates_total_and_currency(world: World) -> None:
    names = ("settlement-start-date", "deposit-date", "total-amount", "currency")

    for entry in world.files:
        parsed = parse(world.root, entry)
        assert all(parsed.head[name] for name in names)
        assert not parsed.head["transaction-type"]
        assert not any(row[name] for row in parsed.rows for name in names)


def test_japanese_text_has_bytes_that_look_like_a_backslash(world: World) -> None:
    data = raw(world, "JP")

    assert re.search(rb"[\x81-\x9f\xe0-\xfc]\x5c", data)
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")


def test_text_beyond_ascii_in_each_encoding(world: World) -> None:
    assert "£".encode("cp1252") in raw(world, "UK")
    assert "ü".encode() in raw(world, "DE")
    assert re.search(rb"[\xe9\xc9\x80]", raw(world, "FR"))
    with pytest.raises(UnicodeDecodeError):
        raw(world, "FR").decode("utf-8")


def test_line_ends_differ_and_some_files_lack_the_last(world: World) -> None:
    endings = [(world.root / e["path"]).read_bytes()[-1:] for e in world.files]

    assert b"\r\n" in raw(world, "UK") and b"\r\n" not in raw(world, "DE")
    assert 0 < sum(ending != b"\n" for ending in endings) < len(endings)


def test_quotes_backslashes_and_leading_zeros_occur(world: World) -> None:
    data = raw(world, "US")

    assert data.count(b'"') % 2 or b'12"' in data
    assert b"WEB\\1" in data
    assert b"\t0042\t" in data


def test_old_layout_has_36_or_33_columns(world: World) -> None:
    sizes = [len(parse(world.root, e).head) for e in entries(world, "CA", "v1")]

    assert sorted(sizes) == [33, 36]


def test_old_layout_has_quantity_rows_and_trailing_spaces(world: World) -> None:
    rows = [r for e in entries(world, "CA", "v1") for r in parse(world.root, e).rows]
    orders = [r for r in rows if r["transaction-type"] == "Order" and r["sku"]]
    with_quantity = [r for r in orders if r["quantity-purchased"]]

    assert with_quantity and not any(r["price-amount"] for r in with_quantity)
    assert all(re.search(r"\+00:00$", r["posted-date"]) for r in rows)


def test_demo_content_is_all_there(world: World) -> None:
    rows = [r for e in world.files for r in parse(world.root, e).rows]
    kinds = {r["transaction-type"] for r in rows}
    described = {r.get("amount-description", "") for r in rows}
    places = {r["marketplace-name"] for r in rows}

    assert {
        "Order",
        "Refund",
        "A-to-z Guarantee Refund",
        "Chargeback Refund",
        "ServiceFee",
        "FBAFees",
        "Liquidations",
        "other-transaction",
    } <= kinds
    assert {
        "TransactionTotalAmount",
        "Storage Fee",
        "Subscription Fee",
        "RefundCommission",
        "PointsGranted",
        "CODFee",
        "GiftWrap",
        "COMPENSATED_CLAWBACK",
        "RemovalComplete",
    } <= described
    assert {"Non-Amazon US", "Non-Amazon UK", ""} <= places
    assert any(r.get("amount") in ("0.00", "0,00") for r in rows)
    assert any(r.get("promotion-id") for r in rows)


def test_refunds_belong_to_orders_and_some_are_later(world: World) -> None:
    placed: dict[str, str] = {}
    refunds: list[tuple[str, str]] = []
    for entry in world.files:
        for row in parse(world.root, entry).rows:
            if row["transaction-type"] == "Order":
                placed.setdefault(row["order-id"], entry["settlement_id"])
            elif row["transaction-type"] == "Refund":
                assert not row["quantity-purchased"]
                refunds.append((row["order-id"], entry["settlement_id"]))
    known = [(order, where) for order, where in refunds if order in placed]

    assert len(known) > len(refunds) // 2
    assert any(placed[order] != where for order, where in known)


@pytest.mark.parametrize(
    ("sample", "code", "layout"),
    [
        ("uk_v2_2024-11-15.txt", "UK", "v2"),
        ("ca_v1_50018020314.txt", "CA", "v1"),
    ],
)
def test_columns_are_those_of_real_files(
    world: World, sample: str, code: str, layout: str
) -> None:
    path = SAMPLES / sample
    if not path.exists():
        pytest.skip("the real sample files are not on this machine")
    real = path.read_text(encoding="ascii").splitlines()[0].split("\t")

    found = [list(parse(world.root, e).head) for e in entries(world, code, layout)]
    assert real in found
