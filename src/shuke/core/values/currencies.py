"""The currencies of ISO 4217 that people pay with: their digits after the point, and how amounts are written."""

from collections.abc import Mapping
from types import MappingProxyType

_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS
KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"

CURRENCY_DIGITS: Mapping[str, int] = MappingProxyType(
    {
        code: digits
        for digits, codes in ((0, _NO_DIGITS), (2, _TWO_DIGITS), (3, _THREE_DIGITS))
        for code in codes.split()
    }
)

MINUS = "\u2212"
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "AUD": "A$",
        "CAD": "C$",
        "CNY": "¥",
        "EUR": "€",
        "GBP": "£",
        "HKD": "HK$",
        "JPY": "JP¥",
        "KRW": "₩",
        "MOP": "MOP$",
        "SGD": "S$",
        "TWD": "NT$",
        "USD": "$",
    }
)


def money(minor: int, currency: str) -> str:
    """Write minor units with the currency's sign: (123456, USD) becomes $1,234.56."""
    digits = CURRENCY_DIGITS[currency]
    whole, part = divmod(abs(minor), 10**digits)
    text = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    return f"{MINUS if minor < 0 else ''}{_SIGNS.get(currency, currency + ' ')}{text}"
