"""getMarketplaceParticipations: where the seller sells, from the Sellers model."""

from __future__ import annotations

from typing import Any

from sandbox.company.markets import MARKETS
from sandbox.sp_api.state import Seller


def get_marketplace_participations(seller: Seller) -> dict[str, Any]:
    """Return the marketplaces of the account in its region."""
    return {
        "payload": [
            {
                "marketplace": {
                    "id": market.marketplace_id,
                    "name": market.name,
                    "countryCode": market.country,
                    "defaultCurrencyCode": market.currency,
                    "defaultLanguageCode": market.language,
                    "domainName": f"www.{market.name.lower()}",
                },
                "participation": {
                    "isParticipating": True,
                    "hasSuspendedListings": False,
                },
                "storeName": f"Demo store {market.code}",
            }
            for market in MARKETS
            if (market.account_code, market.region)
            == (seller.account_code, seller.region)
        ]
    }
