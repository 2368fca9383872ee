"""Deals and bundles: pieces that are bought and pieces that cost less for it, one by one or a million at once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.test_offers import cart, group, off, offer, percents

from shuke.core.offers.model import Bundle, Cart, CartLine, Deal, Pick, Reason
from shuke.core.offers.pricing import price


def test_buy_one_thing_and_get_another():
    deal = offer(Deal(2), lines=(0,), gets=(1,))
    assert off(cart((2, 1000), (1, 700)), deal) == 700
    assert off(cart((1, 1000), (1, 700)), deal) == 0
    assert off(cart((5, 1000), (9, 700)), deal) == 1400


def test_what_costs_no_more_than_the_price_of_a_deal_is_not_the_one_that_it_reduces():
    deal = offer(Deal(1, price=990, times=1), lines=(0,), gets=(1, 2))
    assert off(cart((1, 12000), (1, 200), (1, 3000)), deal) == 2010
    assert off(cart((1, 12000), (1, 200), (1, 990)), deal) == 0


def test_without_what_a_deal_reduces_it_reduces_nothing():
    priced = price(cart((2, 1000)), group(offer(Deal(1), lines=(0,), gets=())))
    assert (priced.off_minor, priced.refused) == (0, {"offer": Reason.NO_EFFECT})


@pytest.mark.parametrize("target", [0, 1, 2])
def test_medusa_what_could_be_free_is_not_spent_as_bought(target):
    deal = offer(Deal(2, times=1), gets=(target,))
    (applied,) = price(cart((1, 1000), (1, 1000), (1, 1000)), group(deal)).applied
    assert applied.off == {target: 1000}
    assert off(cart((1, 1000), (1, 1000)), offer(Deal(2), gets=(1,))) == 0


def test_a_piece_counts_in_one_deal_only():
    assert off(cart((3, 1000)), offer(Deal(2), code="a"), offer(Deal(2), code="b")) == 1000
    priced = price(cart((3, 1000)), group(offer(Deal(2), code="a"), offer(Deal(2), code="b")))
    assert priced.refused == {"b": Reason.NO_EFFECT}


def test_who_lacks_what_is_cheaper_keeps_the_pieces_for_another_offer():
    second = offer(Deal(2, reduced=2, percent=Fraction(50)), lines=(0,), gets=(1,), code="second")
    assert off(cart((2, 1000), (1, 700)), second, offer(Deal(2), lines=(0,), code="pair")) == 1000


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 900)), min_size=1, max_size=4),
    st.integers(1, 5).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))),
    percents,
    st.sampled_from(Pick),
    st.none() | st.integers(1, 6),
    st.booleans(),
    st.tuples(st.none() | st.integers(1, 900), st.none() | st.integers(0, 900), st.booleans()),
)
def test_deals_made_at_once_are_those_made_piece_by_piece(lines, deal, percent, pick, times, others, lower):
    pieces, reduced = deal
    made = Deal(pieces, reduced, percent, pick, times, *lower)
    gets = tuple(range(len(lines) // 2, len(lines))) if others else None
    places = [line for line, (count, _) in enumerate(lines) for _ in range(count)]
    of_singles = None if gets is None else tuple(k for k, line in enumerate(places) if line in gets)
    apart = Cart(tuple(CartLine(f"sku{k}", 1, each) for k, (count, each) in enumerate(lines) for _ in range(count)))
    everything = range(len(apart.lines))
    at_once = off(cart(*lines), offer(made, gets=gets))
    assert at_once == off(apart, offer(made, everything, gets=of_singles))
    for bundle in (Bundle(pieces, 700, times), Bundle(pieces, 700, times, different=True)):
        assert off(cart(*lines), offer(bundle)) == off(apart, offer(bundle, everything))


def test_voucherify_a_set_of_two_lowers_a_third():
    mouse = offer(Deal(2, minor=2000, different=True), lines=(0, 1), gets=(2,))
    assert off(cart((2, 90000), (2, 5000), (3, 4000)), mouse) == 4000
    assert off(cart((4, 90000), (3, 4000)), offer(Deal(2, minor=2000, different=True), lines=(0,), gets=(1,))) == 0


def test_a_million_pieces_are_priced_as_three_are():
    most = 999_999
    assert off(cart((most, 100)), offer(Deal(3))) == most // 3 * 100
    assert off(cart((most, 100), (most, 70)), offer(Deal(2), lines=(0,), gets=(1,))) == most // 2 * 70
    assert off(cart((most, 100)), offer(Deal(2), gets=(0,))) == most // 3 * 100
    both = cart((most, 100), (most, 90))
    assert off(both, offer(Deal(2, different=True), gets=(1,))) == most // 2 * 90
    assert off(both, offer(Deal(2, different=True))) == most * 90
    assert off(cart((most, 100)), offer(Bundle(3, 250))) == most // 3 * 50
    assert off(both, offer(Bundle(2, 150, different=True))) == most * 40
