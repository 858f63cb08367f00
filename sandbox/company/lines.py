"""The amounts of one order item and of its refund.

Order items are built once per combination of product, quantity, price step, tax
rate and options, and reused; that keeps large worlds fast. Rounding is half up in
the smallest unit of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.company.markets import TAX, VAT, Market
from sandbox.company.products import Product
from sandbox.company.rows import Line

COMMISSION_BP = 1500
PLAIN, FREE_SHIPPING, PAID_SHIPPING, GIFT = range(4)
NO_PROMOTION, PERCENT_OFF, FIRST_COUPON = range(3)


@dataclass(frozen=True)
class Options:
    """What makes one order item differ from the plain case."""

    quantity: int
    price_step: int
    tax_bp: int
    is_mfn: bool
    extra: int
    promotion: int
    is_withheld: bool


def share(amount: int, basis_points: int) -> int:
    """Return basis points of an amount, half up, for either sign."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * basis_points + 5_000) // 10_000)


def local(us_cents: int, market: Market) -> int:
    """A US amount at the marketplace's price level."""
    return us_cents * market.price_level // 100


def order_lines(market: Market, product: Product, o: Options) -> list[Line]:
    """Return the rows of one order item, in the order real files have them."""
    price = product.price * (100 - 3 * o.price_step) // 100
    principal = price * o.quantity
    discount = share(principal, 1000) if o.promotion else 0
    tax_included = market.withheld != TAX
    tax = share(principal if tax_included else principal - discount, o.tax_bp)
    shipping = local(499, market) if o.extra in (FREE_SHIPPING, PAID_SHIPPING) else 0
    taxed_shipping = tax_included or o.extra == PAID_SHIPPING
    shipping_tax = share(shipping, o.tax_bp) if taxed_shipping else 0
    lines = [_price("Principal", principal)]
    if tax:
        lines.append(_price("Tax", tax))
    if shipping:
        lines.append(_price("Shipping", shipping))
    if shipping_tax:
        lines.append(_price("ShippingTax", shipping_tax))
    gift_tax = _add_gift(lines, market, o)
    if o.is_withheld and market.withheld:
        _add_withheld(lines, market.withheld, tax, shipping_tax, gift_tax)
    base = principal - discount + shipping + (tax + shipping_tax) * tax_included
    _add_fees(lines, market, product, o, base, shipping)
    _add_promotions(lines, market, o, discount, shipping, shipping_tax)
    return lines


def _price(what: str, amount: int) -> Line:
    return (f"ItemPrice\t{what}", amount, False)


def _add_gift(lines: list[Line], market: Market, o: Options) -> int:
    if o.extra != GIFT:
        return 0
    if market.code == "JP":
        # Cash on delivery instead of gift wrap.
        lines.append(_price("CODFee", 330))
        return 0
    wrap = local(399, market)
    tax = share(wrap, o.tax_bp)
    lines.append(_price("GiftWrap", wrap))
    if tax:
        lines.append(_price("GiftWrapTax", tax))
    return tax


def _add_withheld(
    lines: list[Line], name: str, tax: int, shipping_tax: int, gift_tax: int
) -> None:
    if tax:
        lines.append((f"ItemWithheldTax\t{name}-Principal", -tax, False))
    # The VAT kind is written even when there was no shipping: rows of 0 are real.
    if shipping_tax or (name == VAT and tax):
        lines.append((f"ItemWithheldTax\t{name}-Shipping", -shipping_tax, False))
    if gift_tax and name == TAX:
        lines.append((f"ItemWithheldTax\t{name}-Other", -gift_tax, False))


def _add_fees(
    lines: list[Line],
    market: Market,
    product: Product,
    o: Options,
    base: int,
    shipping: int,
) -> None:
    if not o.is_mfn:
        fee = -product.fba_fee * o.quantity
        lines.append(("ItemFees\tFBAPerUnitFulfillmentFee", fee, False))
    lines.append(("ItemFees\tCommission", -share(base, COMMISSION_BP), False))
    if market.digital_fee_bp:
        fee = -share(base, market.digital_fee_bp)
        lines.append(("ItemFees\tDigitalServicesFee", fee, False))
    if shipping and o.extra == PAID_SHIPPING:
        if o.is_mfn:
            fee = -share(shipping, COMMISSION_BP)
            lines.append(("ItemFees\tShippingHB", fee, False))
        else:
            lines.append(("ItemFees\tShippingChargeback", -shipping, False))
    if o.extra == GIFT and market.code != "JP" and not o.is_mfn:
        fee = -local(399, market)
        lines.append(("ItemFees\tGiftwrapChargeback", fee, False))


def _add_promotions(
    lines: list[Line],
    market: Market,
    o: Options,
    discount: int,
    shipping: int,
    shipping_tax: int,
) -> None:
    if o.extra == FREE_SHIPPING:
        lines.append(("Promotion\tShipping", -shipping, True))
        if shipping_tax:
            lines.append(("Promotion\tTaxDiscount", -shipping_tax, True))
    if discount:
        lines.append(("Promotion\tPrincipal", -discount, True))
    if o.promotion >= FIRST_COUPON:
        title = market.coupons[o.promotion - FIRST_COUPON]
        fee = -local(60, market)
        lines.append((f"CouponRedemptionFee\t{title}", fee, False))
    if market.code == "JP" and o.price_step % 2:
        points = -share(lines[0][1], 100)
        lines.append(("Points\tPointsGranted", points, False))


# What each kind of refund may contain, after the vocabulary seen in real files.
ATOZ, CHARGEBACK = "A-to-z Guarantee Refund", "Chargeback Refund"
FEES_BACK = {
    "Refund": {
        "Commission",
        "ShippingChargeback",
        "ShippingHB",
        "GiftwrapChargeback",
        "DigitalServicesFee",
    },
    ATOZ: {"Commission"},
    CHARGEBACK: {"Commission", "ShippingChargeback"},
}
PRICES_BACK = {
    "Refund": {
        "Principal",
        "Tax",
        "Shipping",
        "ShippingTax",
        "GiftWrap",
        "GiftWrapTax",
    },
    ATOZ: {"Principal", "Tax"},
    CHARGEBACK: {"Principal", "Tax", "Shipping", "ShippingTax"},
}


def refund_lines(
    market: Market, kind: str, lines: list[Line], restocks: bool
) -> list[Line]:
    """Return the rows that take an order item back; Amazon keeps part of the fee."""
    back: list[Line] = []
    kept = 0
    # Tax that Amazon withheld and does not hand back is not taken back either.
    settled = any(
        key.startswith("ItemWithheldTax") and not _withheld_goes_back(kind, key)
        for key, _, _ in lines
    )
    for key, amount, is_promotion in lines:
        group, what = key.split("\t")
        if group == "ItemFees" and what in FEES_BACK[kind]:
            back.append((key, -amount, False))
            if what == "Commission":
                kept = -min(share(-amount, 2000), local(500, market))
        elif group == "ItemPrice" and what in PRICES_BACK[kind]:
            if settled and what.endswith("Tax"):
                continue
            back.append((key, -amount, False))
        elif group == "ItemWithheldTax" and _withheld_goes_back(kind, key):
            back.append((key, -amount, False))
        elif group == "Promotion" and kind == "Refund":
            back.append((key, -amount, is_promotion))
    if kept:
        back.append(("ItemFees\tRefundCommission", kept, False))
    if restocks and kind == "Refund":
        back.append(_price("RestockingFee", share(lines[0][1], 2000)))
    return back


def _withheld_goes_back(kind: str, key: str) -> bool:
    what = key.split("\t")[1]
    if kind == "Refund":
        return True
    if kind == ATOZ:
        return what == f"{TAX}-Principal"
    return what.startswith(VAT)
