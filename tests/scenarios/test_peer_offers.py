"""Scenarios of other products' test suites about offers, each as the offers of a program file that do the same."""

import datetime as dt

import pytest

from shuke.core.offers.model import Cart, CartLine, Given, Reason
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


@pytest.mark.parametrize(
    ("lower", "lines", "expected"),
    [
        ("off: 200", [("shirt", 1, 500), ("sweater", 2, 500)], [200, 0]),
        ("off: 1000", [("shirt", 1, 500), ("sweater", 2, 500)], [500, 0]),
        ("reduced: 2, off: 200", [("shirt", 3, 1000), ("sweater", 2, 500)], [400, 0]),
        ("reduced: 4", [("shirt-1", 2, 500), ("shirt-2", 2, 1000), ("sweater", 2, 1000)], [1000, 2000, 0]),
    ],
)
def test_medusa_pieces_that_are_cheaper_for_others_bought(lower, lines, expected):
    found = priced([f"deal: {{pieces: 1, times: 1, {lower}}}, {BUY_A_SWEATER}"], *lines)
    assert off(found, len(lines)) == expected


def test_medusa_what_one_deal_leaves_is_there_for_the_next():
    others = "lines: \"item.sku = 'b'\", gets: \"item.sku = 'g'\""
    two, one = f"deal: {{pieces: 2}}, {others}", f"deal: {{pieces: 1}}, {others}"
    found = priced([two, one], ("g", 11, 250), ("b", 11, 250))
    assert [each.total for each in found.applied] == [125000, 25000]
    bulk = ["deal: {pieces: 1050, reduced: 1000}", "deal: {pieces: 30, reduced: 20, percent: 20}"]
    assert [each.total for each in priced(bulk, ("t", 1080, 2.5)).applied] == [250000, 1000]


@pytest.mark.parametrize(
    ("effect", "lines", "expected"),
    [
        ("each: {off: 10, pieces: 2}", [("a", 3, 100), ("b", 5, 50), ("c", 2, 75)], [0, 20, 0]),
        ("each: {off: 5, pieces: 4}", [("a", 2, 50), ("b", 3, 60)], [10, 10]),
        ("percent: {off: 25, pieces: 5}", [("a", 2, 50), ("b", 3, 60), ("c", 4, 100)], [25, 45, 0]),
    ],
)
def test_medusa_once_off_the_cheapest_pieces_of_all_lines(effect, lines, expected):
    assert off(priced([effect], *lines), len(lines)) == expected


@pytest.mark.parametrize(
    ("effects", "lines", "expected"),
    [
        (["percent: {off: 10, most: 1}"], [("a", 1, 100), ("b", 5, 150)], [10, 15]),
        (["percent: {off: 30, most: 2}", "percent: {off: 10, most: 1}"], [("a", 3, 50), ("b", 1, 150)], [35, 55.5]),
        (["percent: {off: 100, most: 1}"] * 2, [("a", 4, 50)], [100]),
    ],
)
def test_medusa_a_share_of_so_many_pieces_of_each_line(effects, lines, expected):
    assert off(priced(effects, *lines), len(lines)) == expected


@pytest.mark.parametrize(
    ("prices", "together", "apart"),
    [
        ([1.06, 2.06, 3.06, 4.06], 1.02, [0.11, 0.21, 0.31, 0.41]),
        ([1.04, 2.04, 3.04, 4.04], 1.02, [0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_saleor_a_share_of_the_whole_or_of_each_price(prices, together, apart):
    goods = [(f"s{k}", 1, each) for k, each in enumerate(prices)]
    assert sum(off(priced(["percent: 10"], *goods), 4)) == pytest.approx(together)
    assert off(priced(["percent: {off: 10, at: piece}"], *goods), 4) == apart


@pytest.mark.parametrize(("pieces", "expected"), [(1, 1.13), (2, 3.24), (5, 9.57), (10, 9.57)])
def test_solidus_the_first_piece_so_much_and_each_further_so_much(pieces, expected):
    assert off(priced(["each: {off: 1.13, further: 2.11, most: 5}"], ("a", pieces, 50)), 1) == [expected]


@pytest.mark.parametrize(
    ("effect", "lines", "expected"),
    [
        ("off: 5", [("a", 3, 10)], [10]),
        ("off: 5", [("a", 4, 10)], [20]),
        ("percent: 10", [("a", 1, 10), ("b", 1, 10)], [1, 1]),
    ],
)
def test_solidus_only_full_groups_of_two_are_cheaper(effect, lines, expected):
    assert off(priced([f"deal: {{pieces: 2, reduced: 2, {effect}}}"], *lines), len(lines)) == expected


@pytest.mark.parametrize(("cost", "left"), [(50, 4000), (110, 9500), (210, 19000)])
def test_solidus_an_amount_off_shipping_by_what_it_costs(cost, left):
    steps = [(0, 100, 10), (100, 200, 15), (200, 1000, 20)]
    offers = [
        f'shipping: {{off: 100, at_most: {amount}}}, when: "order.shipping >= {least} AND order.shipping < {below}"'
        for least, below, amount in steps
    ]
    assert priced(offers, ("a", 1, 10), shipping=cost).shipping_minor == left


@pytest.mark.parametrize(("times", "expected"), [("", 4), (", times: 1", 2)])
def test_oscar_for_every_two_bought_the_cheapest_of_the_cart_is_free(times, expected):
    found = priced([f'deal: {{pieces: 2{times}}}, gets: "TRUE"'], ("a", 4, 4), ("b", 4, 2))
    assert off(found, 2) == [0, expected]


@pytest.mark.parametrize(("effect", "expected"), [("off: 3, further: 0", [3, 3]), ("off: 3", [4, 3])])
def test_oscar_so_much_off_each_line_or_each_piece(effect, expected):
    assert off(priced([f"each: {{{effect}}}"], ("a", 2, 2), ("b", 1, 4)), 2) == expected


def test_oscar_what_is_bought_and_what_is_cheaper_differ():
    offer = "amount: 3, lines: \"item.sku = 'b'\", when: \"SUM(item.quantity) FILTER (WHERE item.sku = 'a') >= 2\""
    assert off(priced([offer], ("a", 3, 10), ("b", 2, 10)), 2) == [0, 3]
    assert priced([offer], ("a", 1, 10), ("b", 2, 10)).refused == {"o0": Reason.CONDITION}


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [("percent: 10", "amount: 288.50", 0), ("amount: 288.50", "percent: 10", 23.85)],
)
def test_odoo_two_offers_never_go_below_nothing_and_their_order_counts(first, second, left):
    found = priced([first, second], ("a", 1, 115), ("b", 1, 100), ("c", 1, 100))
    assert found.pay_minor == round(left * 100)


def test_odoo_narrow_offers_stand_first_so_that_nothing_of_them_is_lost():
    narrow, wide = "amount: 10, lines: \"item.sku = 'a'\"", "amount: 5, lines: \"item.sku IN ('a', 'b')\""
    goods = (("a", 1, 6), ("b", 1, 4), ("c", 1, 10))
    assert priced([narrow, wide, "percent: 10"], *goods).pay_minor == 900
    assert priced([wide, narrow, "percent: 10"], *goods).pay_minor == 1080


@pytest.mark.parametrize(("cost", "left"), [(10, 0), (20, 500)])
def test_odoo_a_discount_by_hand_counts_before_the_amount(cost, left):
    assert priced(["amount: 10"], ("a", 1, cost), ("hand", 1, -5)).pay_minor == left


@pytest.mark.parametrize(("pieces", "free"), [(2, None), (3, 1), (6, 2), (75, 25)])
def test_odoo_a_free_cabinet_for_every_three_that_are_paid(pieces, free):
    gift = "gift: {sku: cabinet, every: 3, by: pieces}, lines: \"item.sku = 'cabinet'\""
    found = priced([gift, "percent: 10"], ("cabinet", pieces, 320))
    gifts = [given for each in found.applied for given in each.gifts]
    assert gifts == ([Given("cabinet", free)] if free else [])
    assert found.pay_minor == pieces * 28800


def test_one_more_for_a_price_where_enough_is_bought():
    counter = (
        "deal: {pieces: 1, price: 9.90, times: 1}, lines: \"item.category = 'food'\", "
        "gets: \"item.category = 'counter'\", minimum: {money: 100}"
    )
    assert off(priced([counter], ("food", 2, 60), ("counter", 2, 30)), 2) == [0, 20.1]
    assert priced([counter], ("food", 1, 60), ("counter", 2, 30)).refused == {"o0": Reason.MINIMUM_NOT_MET}
