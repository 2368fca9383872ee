"""The tax of an amount."""

from fractions import Fraction

from shuke.core.values.rounding import half_up_of


def tax_of(minor: int, tax: Fraction, *, taxed: bool) -> int:
    """Return the tax in an amount that holds it, or on one that does not, rounded half up."""
    return _rounded(minor * tax / (1 + tax) if taxed else minor * tax)


def _rounded(amount: Fraction) -> int:
    return half_up_of(amount.numerator, amount.denominator)
