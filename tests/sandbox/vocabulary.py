"""Triples that normal data may contain, copied by hand from the domain reference."""

from __future__ import annotations

from sandbox.company.markets import MARKETS

ITEM = {
    "Order": {
        "ItemPrice": "Principal Tax Shipping ShippingTax GiftWrap GiftWrapTax CODFee",
        "ItemFees": "Commission FBAPerUnitFulfillmentFee ShippingChargeback ShippingHB "
        "GiftwrapChargeback DigitalServicesFee",
        "ItemWithheldTax": "MarketplaceFacilitatorTax-Principal "
        "MarketplaceFacilitatorTax-Shipping MarketplaceFacilitatorTax-Other "
        "MarketplaceFacilitatorVAT-Principal MarketplaceFacilitatorVAT-Shipping",
        "Promotion": "Principal Shipping TaxDiscount",
        "Points": "PointsGranted",
    },
    "Refund": {
        "ItemPrice": "Principal Tax Shipping ShippingTax GiftWrap GiftWrapTax "
        "RestockingFee",
        "ItemFees": "Commission RefundCommission ShippingChargeback ShippingHB "
        "GiftwrapChargeback DigitalServicesFee",
        "ItemWithheldTax": "MarketplaceFacilitatorTax-Principal "
        "MarketplaceFacilitatorTax-Shipping MarketplaceFacilitatorTax-Other "
        "MarketplaceFacilitatorVAT-Principal MarketplaceFacilitatorVAT-Shipping",
        "Promotion": "Principal Shipping TaxDiscount",
    },
    "A-to-z Guarantee Refund": {
        "ItemPrice": "Principal Tax",
        "ItemFees": "Commission RefundCommission",
        "ItemWithheldTax": "MarketplaceFacilitatorTax-Principal",
    },
    "Chargeback Refund": {
        "ItemPrice": "Principal Tax Shipping ShippingTax",
        "ItemFees": "Commission RefundCommission ShippingChargeback",
        "ItemWithheldTax": "MarketplaceFacilitatorVAT-Principal "
        "MarketplaceFacilitatorVAT-Shipping",
    },
    "Liquidations": {
        "ItemPrice": "Principal Tax",
        "ItemFees": "LiquidationsBrokerageFee",
    },
}
OTHER = {
    ("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
    ("ServiceFee", "Refund for Advertiser", "TransactionTotalAmount"),
    ("ServiceFee", "Lightning Deal Fee", "RunLightningDealFee"),
    ("FBAFees", "FBA Inventory Storage Fee", "Base fee"),
    ("FBAFees", "FBA Inventory Storage Fee", "Tax on fee"),
    ("COMMINGLING_VAT", "other-transaction", "COMMINGLING_VAT"),
    ("SAFE-T Reimbursement", "other-transaction", "SAFE-T Reimbursement"),
}
PLAIN = (
    "Subscription Fee",
    "Storage Fee",
    "RemovalComplete",
    "FBAInboundTransportationFee",
    "Previous Reserve Amount Balance",
    "Current Reserve Amount",
    "Successful charge",
    "Payable to Amazon",
)
REIMBURSEMENTS = (
    "WAREHOUSE_LOST WAREHOUSE_DAMAGE REVERSAL_REIMBURSEMENT COMPENSATED_CLAWBACK "
    "CUSTOMER_RETURN"
).split()
KNOWN: set[tuple[str, str, str]] = (
    OTHER
    | {
        (kind, group, what)
        for kind, groups in ITEM.items()
        for group, names in groups.items()
        for what in names.split()
    }
    | {("other-transaction", "other-transaction", what) for what in PLAIN}
    | {
        ("other-transaction", "FBA Inventory Reimbursement", what)
        for what in REIMBURSEMENTS
    }
    | {("Order", "CouponRedemptionFee", t) for m in MARKETS for t in m.coupons}
)
V1_TYPES = {*ITEM, *PLAIN, *REIMBURSEMENTS, "ServiceFee"}
