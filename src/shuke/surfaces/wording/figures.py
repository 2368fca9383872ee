"""Numbers as people read them: separators, signs, money and shares, from integers only."""

import re

from django.utils.translation import gettext as _

from shuke.core.values import currencies
from shuke.core.values.currencies import CURRENCY_DIGITS, MINUS

money = currencies.money
_AMOUNT = re.compile(r"([0-9]{1,10})(?:[.]([0-9]{1,3}))?")


def number(value: int | None) -> str:
    """Write an integer with thousands separators: 6414102 becomes 6,414,102."""
    if value is None:
        return "—"
    return f"{value:,}" if value >= 0 else f"{MINUS}{-value:,}"


def plain(value: object) -> str:
    """Write a value that is no code: yes and no, an integer with separators, a text as it is."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number(value) if isinstance(value, int) else str(value)


def short_money(minor: int, currency: str) -> str:
    """Write minor units with the currency's sign, whole amounts without decimals: (5000, CNY) becomes ¥50."""
    digits = CURRENCY_DIGITS[currency]
    return money(minor, currency).removesuffix("." + "0" * digits) if digits else money(minor, currency)


def minor_of(text: str, currency: str) -> int | None:
    """Read an amount as people type it into minor units of a currency: 12.5 of USD is 1250; None for what is none."""
    found = _AMOUNT.fullmatch(text.strip())
    digits = CURRENCY_DIGITS[currency]
    if found is None or len(found[2] or "") > digits:
        return None
    return int(found[1] + (found[2] or "").ljust(digits, "0"))


def typed_money(minor: int, currency: str) -> str:
    """Write minor units as people type them: (20000, CNY) becomes 200, (1250, CNY) 12.50."""
    whole, part = divmod(minor, 10 ** CURRENCY_DIGITS[currency])
    return f"{whole}.{part:0{CURRENCY_DIGITS[currency]}d}" if part else str(whole)


def share(part: int, whole: int) -> str:
    """Write `part` of `whole` as a percentage with one decimal; nothing of nothing is a dash."""
    if whole == 0:
        return "—"
    tenths = (part * 2_000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def points(amount: int, scale: int = 0) -> str:
    """Write points, which count in 10**-scale of their unit: (12345, 2) becomes 123.45."""
    whole, part = divmod(abs(amount), 10**scale)
    return f"{MINUS if amount < 0 else ''}{whole:,}" + (f".{part:0{scale}d}" if scale else "")


def signed_points(amount: int, scale: int = 0) -> str:
    """Write points with their sign: +97, −500."""
    return f"{'+' if amount > 0 else ''}{points(amount, scale)}"
