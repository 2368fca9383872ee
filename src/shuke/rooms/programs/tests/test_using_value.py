"""Stored value pays: in carts and at tills without them, to the cent, and comes back with refunds by share."""

from dataclasses import replace

import pytest

from shuke.core.program.model import UseOrder
from shuke.core.program.stored_value import split
from shuke.core.values.errors import Refusal
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, RefundFact, TopUpFact, ValuePaymentFact
from shuke.rooms.programs.tests.conftest import ACTOR, member, order
from shuke.rooms.programs.tests.value_shop import CAFE, CLERK, at_desk, has, laws_hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(now):
    return facade.publish(CAFE, ACTOR)


@pytest.fixture
def rich(anna):
    """Somebody with 200.00 paid in and a bonus of 20.00."""
    at_desk("T1", 20_000)
    return anna


def bought(id, net, **other):
    return order(id, net, currency="CNY", **other)


def pay(id, minor, order_key=None):
    return facade.pay_with_value(ValuePaymentFact("pos", id, member(1), minor, order_key), CLERK)


@pytest.mark.parametrize(
    ("use", "amount", "parts"),
    [
        (UseOrder.PRINCIPAL, 10_001, (10_000, 1)),
        (UseOrder.BONUS, 10_001, (9_001, 1_000)),
        (UseOrder.SHARE, 10_001, (9_092, 909)),
        (UseOrder.SHARE, 99_999, (10_000, 1_000)),
        (UseOrder.SHARE, 0, (0, 0)),
    ],
)
def test_an_amount_is_split_to_the_cent_in_the_declared_order(use, amount, parts):
    assert split(use, amount, 10_000, 1_000) == parts


def test_a_cart_is_paid_with_stored_value_and_earns_as_with_money(rich):
    cart = bought("O1", 21_000)
    seen = facade.evaluate_cart(cart, Choice(value=50_000))
    assert (seen.total_minor, seen.value.most_minor, seen.value.used_minor, seen.pay_minor) == (
        21_000,
        21_000,
        21_000,
        0,
    )
    assert (seen.value.used_principal_minor, seen.value.used_bonus_minor) == (20_000, 1_000)
    assert seen.earns == {"points": 210, "balance": 0, "gift": 0}
    assert facade.evaluate_cart(cart).value.used_minor == 0

    done = facade.commit_cart(cart, ACTOR, Choice(value=20_500), expected_minor=500)
    assert (done.order.points["points"], done.priced.pay_minor, has(rich)) == (210, 500, (0, 1_500))
    assert facade.commit_cart(cart, ACTOR, Choice(value=20_500), expected_minor=500).priced == done.priced
    assert has(rich) == (0, 1_500)
    with pytest.raises(Refusal) as refused:
        facade.commit_cart(cart, ACTOR, Choice(value=20_000))
    assert refused.value.code == "already_recorded_differently"
    assert laws_hold()


def test_refunds_give_back_by_share_what_paid_and_all_of_it_in_the_end(rich):
    facade.commit_cart(bought("O1", 21_000), ACTOR, Choice(value=21_000))

    (part,) = facade.record([RefundFact("till", "R1", ("till", "O1"), net_minor=7_000)], ACTOR)
    assert has(rich) == (6_666, 1_000 + 333)
    (rest,) = facade.record([RefundFact("till", "R2", ("till", "O1"))], ACTOR)
    assert has(rich) == (20_000, 2_000)
    assert [facade.refund_money(each) for each in (part, rest)] == [0, 0]
    assert laws_hold()


def test_refunds_tell_what_to_give_back_in_money_beside_points_and_value(rich):
    """Of 100.00, 10.00 were paid with points and 30.00 with stored value: 60.00 in money, a third of it first."""
    pay("P1", 3_000, ("till", "O1"))
    facade.record([bought("O1", 10_000, points_paid_minor=1_000)], ACTOR)
    facts = [RefundFact("till", "R1", ("till", "O1"), net_minor=3_333), RefundFact("till", "R2", ("till", "O1"))]

    (waits,) = facade.record([RefundFact("till", "R3", ("till", "O2"), net_minor=1)], ACTOR)
    told = [facade.refund_money(result) for result in facade.record(facts, ACTOR)]
    again = [facade.refund_money(result) for result in facade.record(facts, ACTOR)]

    assert (told, again, facade.refund_money(waits)) == ([1_999, 4_001], [1_999, 4_001], None)


def test_what_is_seen_changes_what_is_to_pay(rich):
    cart = bought("O1", 21_000)
    seen = facade.evaluate_cart(cart, Choice(value=21_000))
    pay("P1", 5_000)

    with pytest.raises(Refusal) as refused:
        facade.commit_cart(cart, ACTOR, Choice(value=21_000), expected_minor=seen.pay_minor)
    assert (refused.value.code, refused.value.params) == ("price_changed", {"pay": 4_000})
    assert has(rich) == (15_000, 2_000)


def test_gift_cards_are_not_bought_with_stored_value(rich):
    lines = (Line("mug", "SHOP", 1, 3_000), Line("card", "SHOP", 1, 10_000, gift_card=True))
    seen = facade.evaluate_cart(bought("O1", 13_000, lines=lines), Choice(value=13_000))
    assert (seen.value.most_minor, seen.pay_minor) == (3_000, 10_000)


def test_what_was_topped_up_with_an_order_does_not_pay_for_it(rich):
    key = ("till", "O1")
    facade.top_up(TopUpFact("till", "T2", member(1), 20_000, "desk", order=key), CLERK)
    assert has(rich) == (40_000, 4_000)

    seen = facade.evaluate_cart(bought("O1", 50_000), Choice(value=50_000))
    assert (seen.value.most_minor, seen.value.used_principal_minor, seen.value.used_bonus_minor) == (
        22_000,
        20_000,
        2_000,
    )
    with pytest.raises(Refusal) as refused:
        pay("P1", 22_001, key)
    assert refused.value.code == "insufficient_value"
    assert has(rich) == (40_000, 4_000)
    assert pay("P2", 22_000, key).amount_minor == 22_000
    assert pay("P3", 22_000, ("till", "O2")).amount_minor == 22_000


def test_a_till_without_carts_pays_once_and_takes_it_back_once(rich):
    paid = pay("P1", 21_000, ("pos", "O1"))
    assert (paid.principal_minor, paid.bonus_minor, has(rich)) == (20_000, 1_000, (0, 1_000))
    assert pay("P1", 21_000, ("pos", "O1")) == replace(paid, repeated=True)

    for _ in range(2):
        facade.give_value_back(paid.id, CLERK)
        assert has(rich) == (20_000, 2_000)
    assert laws_hold()


@pytest.mark.parametrize(("minor", "code"), [(0, "value_amount"), (22_001, "insufficient_value")])
def test_a_till_is_refused_what_is_not_there(rich, minor, code):
    with pytest.raises(Refusal) as refused:
        pay("P1", minor)
    assert refused.value.code == code
    assert has(rich) == (20_000, 2_000)


def test_an_order_that_comes_later_gives_back_what_paid_for_it(rich):
    pay("P1", 11_000, ("till", "O1"))
    facade.record([bought("O1", 22_000)], ACTOR)
    facade.record([RefundFact("till", "R1", ("till", "O1"), net_minor=11_000)], ACTOR)
    assert has(rich) == (14_500, 2_000)
