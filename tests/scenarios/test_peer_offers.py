"""Scenarios of other products' test suites about offers, each as the offers of a program file that do the same."""

import datetime as dt

import pytest

from shuke.core.offers.model import Cart, CartLine, Reason
from shuke.core.offers.pricing import price
from shuke.engine.carts import CartDesk
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import LineFacts, OrderFacts
from tests.scenarios.guests import program

JUNE = int(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC).timestamp())
BASE = "units: {points: }\nearn: [{code: a, unit: points, points: order.net}]\n"


def priced(offers, *lines, shipping=0):
    """Price a cart of (code of goods, pieces, price of one); the category of goods is the first part of their code."""
    written = "".join(f"  - {{code: o{k}, {each}}}\n" for k, each in enumerate(offers))
    compiled = compile_program(load_program(program(f"{BASE}offers:\n{written}")))
    state = Desk(compiled).fresh(JUNE)
    bought = tuple(CartLine(sku, count, round(each * 100) * count) for sku, count, each in lines)
    facts = [LineFacts(max(0, line.minor), line.quantity, line.sku.split("-")[0], line.sku) for line in bought]
    net = max(0, sum(line.minor for line in bought) + shipping * 100)
    order = OrderFacts(JUNE, net, net, lines=facts, shipping_minor=shipping * 100)
    return price(Cart(bought, shipping * 100), CartDesk(compiled).groups(state, order))


def off(found, lines):
    """Return what was taken off each of so many lines, in major units."""
    return [sum(each.off.get(line, 0) for each in found.applied) / 100 for line in range(lines)]


BUY_A_SWEATER = "lines: \"item.category = 'sweater'\", gets: \"item.category = 'shirt'\""


def test_medusa_nothing_is_free_where_what_would_be_is_not_in_the_cart():
    found = priced([f"deal: {{pieces: 1}}, {BUY_A_SWEATER}"], ("sweater", 2, 1000))
    assert (found.off_minor, found.refused) == (0, {"o0": Reason.NO_EFFECT})


@pytest.mark.parametrize("order", [("shirt", "a", "b"), ("a", "shirt", "b"), ("a", "b", "shirt")])
def test_medusa_buy_any_two_and_get_one_that_could_be_bought_too(order):
    found = priced(["deal: {pieces: 2, times: 1}, gets: \"item.sku = 'shirt'\""], *((sku, 1, 1000) for sku in order))
    assert off(found, 3) == [1000 if sku == "shirt" else 0 for sku in order]
