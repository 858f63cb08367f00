"""The six marketplaces of the demo company and how their files look.

Rules follow the V2 settlement layout: real Amazon.com files use ISO dates and a
point, Amazon.co.uk dotted dates and a point, Amazon.de dotted dates and a comma.
No real FR, CA V2 or JP file was available, so those follow the documented rule:
comma for FR, point for CA, whole yen and Shift_JIS for JP. Amounts are integers in
the smallest unit of the currency (cents, pence, yen).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Market:
    """One marketplace of one account: identifiers, file format and price level."""

    code: str
    marketplace_id: str
    name: str
    country: str
    country_name: str
    language: str
    currency: str
    decimals: int
    account_code: str
    region: str
    close: tuple[int, int, int]
    date_style: str
    decimal_mark: str
    encoding: str
    eol: str
    order_prefixes: tuple[str, ...]
    tax_rates: tuple[int, ...]
    withheld: str
    withheld_share: int
    price_level: int
    weight: int
    subscription: int
    digital_fee_bp: int
    multi_channel: str
    coupons: tuple[str, ...]
    layout_v1_periods: int = 0


TAX, VAT = "MarketplaceFacilitatorTax", "MarketplaceFacilitatorVAT"

MARKETS: tuple[Market, ...] = (
    Market(
        code="US",
        marketplace_id="ATVPDKIKX0DER",
        name="Amazon.com",
        country="US",
        country_name="United States",
        language="en_US",
        currency="USD",
        decimals=2,
        account_code="na-demo",
        region="NA",
        close=(14, 28, 39),
        date_style="iso",
        decimal_mark=".",
        encoding="utf-8",
        eol="\n",
        order_prefixes=("111", "112", "113", "114"),
        tax_rates=(0, 600, 725, 825, 1025),
        withheld=TAX,
        withheld_share=100,
        price_level=100,
        weight=40,
        subscription=-3999,
        digital_fee_bp=0,
        multi_channel="Non-Amazon US",
        coupons=('Save 10% on the 12" skillet', "Save $3 on glass jars", "5% off"),
    ),
    Market(
        code="CA",
        marketplace_id="A2EUQ1WTGCTBG2",
        name="Amazon.ca",
        country="CA",
        country_name="Canada",
        language="en_CA",
        currency="CAD",
        decimals=2,
        account_code="na-demo",
        region="NA",
        close=(22, 7, 18),
        date_style="iso",
        decimal_mark=".",
        encoding="cp1252",
        eol="\n",
        order_prefixes=("701", "702"),
        tax_rates=(500, 1300, 1300, 1300, 1500),
        withheld=TAX,
        withheld_share=60,
        price_level=136,
        weight=8,
        subscription=-3209,
        digital_fee_bp=40,
        multi_channel="Non-Amazon CA",
        coupons=("Save 5% on storage", "Économisez 2 $ sur les bocaux"),
        layout_v1_periods=2,
    ),
    Market(
        code="UK",
        marketplace_id="A1F83G8C2ARO7P",
        name="Amazon.co.uk",
        country="GB",
        country_name="United Kingdom",
        language="en_GB",
        currency="GBP",
        decimals=2,
        account_code="eu-demo",
        region="EU",
        close=(8, 59, 44),
        date_style="dotted",
        decimal_mark=".",
        encoding="cp1252",
        eol="\r\n",
        order_prefixes=("202", "203", "204", "026"),
        tax_rates=(2000, 2000, 2000, 2000, 2000),
        withheld=VAT,
        withheld_share=10,
        price_level=80,
        weight=17,
        subscription=-3000,
        digital_fee_bp=50,
        multi_channel="Non-Amazon UK",
        coupons=("£2 off café press", "Save £5 on the crème brûlée set"),
    ),
    Market(
        code="DE",
        marketplace_id="A1PA6795UKMFR9",
        name="Amazon.de",
        country="DE",
        country_name="Germany",
        language="de_DE",
        currency="EUR",
        decimals=2,
        account_code="eu-demo",
        region="EU",
        close=(8, 59, 52),
        date_style="dotted",
        decimal_mark=",",
        encoding="utf-8",
        eol="\n",
        order_prefixes=("302", "303", "304", "305"),
        tax_rates=(1900, 1900, 1900, 700, 1900),
        withheld=VAT,
        withheld_share=15,
        price_level=94,
        weight=16,
        subscription=-3900,
        digital_fee_bp=0,
        multi_channel="",
        coupons=(
            "5 € Rabatt auf Küchenhelfer",
            "Spare 10 % auf Töpfe für große Größen",
        ),
    ),
    Market(
        code="FR",
        marketplace_id="A13V1IB3VIYZZH",
        name="Amazon.fr",
        country="FR",
        country_name="France",
        language="fr_FR",
        currency="EUR",
        decimals=2,
        account_code="eu-demo",
        region="EU",
        close=(10, 14, 5),
        date_style="dotted",
        decimal_mark=",",
        encoding="cp1252",
        eol="\r\n",
        order_prefixes=("402", "403", "404", "171"),
        tax_rates=(2000, 2000, 2000, 550, 2000),
        withheld=VAT,
        withheld_share=15,
        price_level=96,
        weight=9,
        subscription=-3900,
        digital_fee_bp=47,
        multi_channel="",
        coupons=("Économisez 3 € sur la théière", "5 % sur l’été en cuisine"),
    ),
    Market(
        code="JP",
        marketplace_id="A1VC38T7YXB528",
        name="Amazon.co.jp",
        country="JP",
        country_name="Japan",
        language="ja_JP",
        currency="JPY",
        decimals=0,
        account_code="na-demo",
        region="FE",
        close=(15, 3, 27),
        date_style="iso",
        decimal_mark=".",
        encoding="cp932",
        eol="\r\n",
        order_prefixes=("249", "250", "503"),
        tax_rates=(1000, 1000, 1000, 800, 1000),
        withheld="",
        withheld_share=0,
        price_level=150,
        weight=10,
        subscription=-5390,
        digital_fee_bp=0,
        multi_channel="",
        coupons=("ソースパン10%割引", "表示価格から200円引き", "機能タオル十周年"),
    ),
)

ACCOUNTS: tuple[str, ...] = ("na-demo", "eu-demo")


def market_by_code(code: str) -> Market:
    """Return the market with this code; KeyError if there is none."""
    for market in MARKETS:
        if market.code == code:
            return market
    raise KeyError(code)
