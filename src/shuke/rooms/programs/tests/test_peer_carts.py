"""Scenarios of other products' test suites in which points, stored value and gift cards pay for orders with offers."""

import pytest

from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, TemplateDraft
from shuke.rooms.orders.contracts import Line, RefundLine
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, Choice, OrderFact, RefundFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, member
from shuke.rooms.programs.tests.value_shop import CAFE, CLERK, at_desk, has, laws_hold
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import NewBatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(now):
    return facade.publish(CAFE.replace("least: 50", "least: 10"), ACTOR)


def bought(*lines, id="O1"):
    """An order of (code of goods, minor units)."""
    made = tuple(Line(sku, "SHOP", 1, minor) for sku, minor in lines)
    net = sum(line.net_minor for line in made)
    return OrderFact("till", id, member(1), NOW, net, net, "CNY", lines=made)


def has_coupon(holder, offer, kind=Kind.DISCOUNT):
    draft = TemplateDraft(code="promo", name="Promo", kind=kind, offer=offer, time_zone="UTC")
    facade.create_coupon_template(draft, ACTOR)
    coupons.issue([IssueFact("app", "1", "promo", holder, Cause.PUSH, clock.business_now())])


def loads_cards(count, minor):
    batch = facade.make_gift_cards(NewBatch(name="Spring", cards=count, amount_minor=minor, active=True), CLERK)
    for card in value.cards_page(batch.id, 10).cards:
        facade.load_gift_card(card.code, member(1), CLERK)


@pytest.mark.parametrize(
    ("cards", "listed", "pay", "left"), [(1, 11_500, 1_500, 0), (1, 575, 0, 9_425), (2, 230_000, 210_000, 0)]
)
def test_odoo_gift_cards_pay_what_they_hold_and_keep_the_rest(anna, cards, listed, pay, left):
    loads_cards(cards, 10_000)
    done = facade.commit_cart(bought(("a", listed)), ACTOR, Choice(value=cards * 10_000))
    assert (done.priced.pay_minor, has(anna)) == (pay, (left, 0))
    assert laws_hold()


@pytest.mark.parametrize(("card", "pay", "left"), [(5_000, 4_000, 0), (10_000, 0, 1_000)])
def test_odoo_discounts_come_before_a_gift_card(anna, card, pay, left):
    loads_cards(1, card)
    has_coupon(anna, "percent: 10")
    done = facade.commit_cart(bought(("c", 10_000)), ACTOR, Choice(value=card))
    assert (done.priced.total_minor, done.priced.pay_minor, has(anna)) == (9_000, pay, (left, 0))


def test_odoo_what_a_wallet_pays_earns_and_what_a_discount_takes_off_does_not(anna):
    at_desk("T1", 1_000)
    done = facade.commit_cart(bought(("a", 10_000)), ACTOR, Choice(value=1_000))
    assert (done.priced.pay_minor, done.order.points["points"]) == (9_000, 100)
    has_coupon(anna, "percent: 10")
    done = facade.commit_cart(bought(("a", 10_000), id="O2"), ACTOR)
    assert (done.priced.pay_minor, done.order.points["points"]) == (9_000, 90)


def test_odoo_a_wallet_pays_for_what_a_coupon_leaves(anna):
    at_desk("T1", 11_500)
    has_coupon(anna, "{percent: 100, lines: \"item.sku = 'a'\"}", Kind.EXCHANGE)
    done = facade.commit_cart(bought(("a", 11_500), ("b", 11_500)), ACTOR, Choice(value=11_500))
    assert (done.priced.total_minor, done.priced.pay_minor, has(anna)) == (11_500, 0, (0, 0))


@pytest.fixture
def saver(enrol):
    """A program whose points pay 0.05 each and come by the piece, and somebody with 200 of them."""
    anna = enrol(1)
    earn = "points: SUM(item.quantity) * 35"
    points = CAFE.replace("points: {round: floor}", "points: {value: 0.05, pay: yes}").replace(
        "points: order.net", earn
    )
    facade.publish(points, ACTOR)
    facade.adjust(AdjustFact("desk", "1", member(1), 200, "opening"), ACTOR, None)
    return anna


def points_of(holder):
    return facade.standing(holder).balances[0].available


@pytest.mark.parametrize(("back", "left"), [((), 200), ((RefundLine(1, 1, 50_00),), 160)])
def test_odoo_refunds_take_earned_points_back_and_return_spent_ones_by_share(saver, back, left):
    two = OrderFact("till", "O1", member(1), NOW, 100_00, 100_00, "CNY", lines=(Line("pen", "SHOP", 2, 100_00),))
    done = facade.commit_cart(two, ACTOR, Choice(points=150))
    assert (done.priced.pay_minor, points_of(saver)) == (92_50, 200 + 70 - 150)
    facade.record([RefundFact("till", "R1", ("till", "O1"), NOW, lines=back)], ACTOR)
    assert points_of(saver) == left
    assert laws_hold()
