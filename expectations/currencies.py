"""ISO 4217 currency codes: which exist, and which have no minor unit.

Source: ISO 4217:2015 list one (current currencies and funds), as maintained by SIX,
without precious metals, test and fund codes: Amazon and the ECB pay in none of those.
Codes that ended stay in while rates of old days still name them (HRK, BGN).
"""

from __future__ import annotations

CURRENCY_CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD
    BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN
    ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR
    IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)

# The ECB also lists these for days before their countries took the euro.
HISTORIC_CODES = frozenset("CYP EEK LTL LVL MTL ROL SIT SKK TRL".split())

# Amounts in these are whole: a fraction shows a file misread.
WITHOUT_MINOR_UNIT = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)


def quoted(codes: frozenset[str]) -> str:
    """The codes as a list of SQL literals, in order; codes hold no quote."""
    return ", ".join(f"'{code}'" for code in sorted(codes))
