"""Every named rounding against Fraction and Decimal."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from shuke.core.values.rounding import ceil_of, floor_of, half_even_of, half_up_of

numerators = st.integers(-(10**12), 10**12)
denominators = st.one_of(st.integers(1, 50), st.sampled_from([2, 4, 10, 100, 1000, 400]))


@given(numerators, denominators)
def test_floor_and_ceil(n, d):
    assert floor_of(n, d) == floor(Fraction(n, d))
    assert ceil_of(n, d) == ceil(Fraction(n, d))


@given(numerators, st.sampled_from([1, 2, 4, 5, 10, 100, 400]))
def test_halves_go_away_from_zero_or_to_the_even_neighbour(n, d):
    with localcontext() as context:
        context.prec = 40
        exact = Decimal(n) / Decimal(d)
        assert half_up_of(n, d) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert half_even_of(n, d) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def test_the_halves_themselves():
    assert [half_up_of(n, 2) for n in (-3, -1, 1, 3, 5)] == [-2, -1, 1, 2, 3]
    assert [half_even_of(n, 2) for n in (-3, -1, 1, 3, 5)] == [-2, 0, 0, 2, 2]
