"""Carts with and without their tax."""

from dataclasses import replace
from fractions import Fraction

from shuke.core.offers.model import Cart
from shuke.core.values.rounding import half_up_of


def with_tax(cart: Cart) -> Cart:
    """Return a cart whose prices hold their tax, each line rounded half up to its minor unit."""
    if cart.taxed:
        return cart
    lines = tuple(replace(line, minor=line.minor + _rounded(line.minor * line.tax)) for line in cart.lines)
    return replace(cart, lines=lines, taxed=True)


def tax_of(minor: int, tax: Fraction, *, taxed: bool) -> int:
    """Return the tax in an amount that holds it, or on one that does not, rounded half up."""
    return _rounded(minor * tax / (1 + tax) if taxed else minor * tax)


def _rounded(amount: Fraction) -> int:
    return half_up_of(amount.numerator, amount.denominator)
