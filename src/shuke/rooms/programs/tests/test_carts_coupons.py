"""Coupons in carts: the best of what a member has, used once in the transaction of the order, given back by refunds."""

from datetime import timedelta

import pytest

from shuke.core.offers.model import Reason
from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, State, TemplateDraft, Use, Validity
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import Choice, OrderFact, RefundFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member

OFFERS = "offers: [{code: five, percent: 5}]\n"


@pytest.fixture
def shop(anna, enrol):
    facade.publish(PROGRAM + OFFERS, ACTOR)
    for code, kind, offer in (
        ("ten", Kind.THRESHOLD, "{amount: 10, minimum: {money: 50}}"),
        ("big", Kind.THRESHOLD, "{amount: 30, minimum: {cart_money: 200}}"),
        ("cash", Kind.CASH, "amount: 8"),
    ):
        template = TemplateDraft(code=code, name=code, kind=kind, offer=offer, time_zone="UTC")
        facade.create_coupon_template(template, ACTOR)
    return anna


def issue(of, who, key="1"):
    (answer,) = coupons.issue([IssueFact("app", f"{of}{key}", of, who, Cause.PUSH, clock.business_now())])
    assert answer.refusal is None, answer.refusal
    return answer.coupon


def cart(net=100_00, who=1, id="a"):
    return OrderFact("shop", id, member(who) if who else None, NOW, net, net, "USD",
                     lines=(Line("sku", "GROCERY", 1, net),))  # fmt: skip


def applied(priced):
    return [(each.name, each.off_minor) for each in priced.applied]


def state(coupon):
    return coupons.coupon(coupon.id, clock.business_now()).state


def test_a_coupon_that_has_ended_is_not_used_by_naming_a_day_before(shop):
    ends = NOW + timedelta(days=1)
    short = TemplateDraft(
        code="short", name="short", kind=Kind.CASH, offer="amount: 8", time_zone="UTC", validity=Validity(until=ends)
    )
    facade.create_coupon_template(short, ACTOR)
    coupon = issue("short", shop)
    clock.set_business_clock(ends + timedelta(minutes=5))

    done = facade.commit_cart(cart(), ACTOR, Choice(coupons=(coupon.code,)))

    assert [(each.name, each.off_minor) for each in done.priced.applied] == [("five", 5_00)]
    assert done.priced.refused == ((coupon.code, "short", Reason.EXPIRED),)
    assert state(coupon) is State.EXPIRED


def test_a_members_best_coupons_apply_and_the_others_are_told_with_why(shop):
    ten, big, cash = (issue(of, shop) for of in ("ten", "big", "cash"))
    priced = facade.evaluate_cart(cart())
    assert sorted(applied(priced)) == [("cash", 8_00), ("five", 5_00), ("ten", 10_00)]
    assert priced.refused == ((big.code, "big", Reason.MINIMUM_NOT_MET),)
    assert {each.coupon_id for each in priced.applied} == {None, ten.id, cash.id}
    assert applied(facade.evaluate_cart(cart(), Choice(coupons=()))) == [("five", 5_00)]
    assert applied(facade.evaluate_cart(cart(who=None), Choice())) == [("five", 5_00)]


def test_only_the_coupons_that_were_chosen_apply_and_unknown_codes_are_told(shop, enrol):
    ten = issue("ten", shop)
    issue("cash", shop)
    priced = facade.evaluate_cart(cart(), Choice(coupons=(ten.code.lower(), "NOSUCHCODE")))
    assert applied(priced) == [("five", 5_00), ("ten", 10_00)]
    assert priced.refused == (("NOSUCHCODE", "NOSUCHCODE", Reason.NOT_USABLE),)
    enrol(2)
    theirs = facade.evaluate_cart(cart(who=2), Choice(coupons=(ten.code,)))
    assert theirs.refused == ((ten.code, "ten", Reason.NOT_THIS_MEMBER),)


def test_a_commit_uses_the_coupons_once_and_a_refund_of_all_gives_them_back(shop):
    ten, big = issue("ten", shop), issue("big", shop)
    done = facade.commit_cart(cart(), ACTOR)
    assert applied(done.priced) == [("five", 5_00), ("ten", 10_00)]
    assert (state(ten), state(big)) == (State.USED, State.ISSUED)
    assert facade.commit_cart(cart(), ACTOR).priced == done.priced
    assert applied(facade.evaluate_cart(cart(id="b"))) == [("five", 5_00)]
    facade.record([RefundFact("shop", "r", ("shop", "a"), NOW)], ACTOR)
    assert state(ten) is State.ISSUED


def test_a_dry_run_leaves_the_coupons(shop):
    ten = issue("ten", shop)
    foretold = facade.commit_cart(cart(), ACTOR, dry_run=True)
    assert state(ten) is State.ISSUED
    assert foretold.priced == facade.commit_cart(cart(), ACTOR).priced


def test_a_coupon_that_is_set_aside_is_for_its_own_order_alone(shop):
    ten = issue("ten", shop)
    until = NOW + timedelta(minutes=10)
    assert coupons.lock([Use(ten.id, shop, "shop", "a", 0, NOW)], until) == [None]
    other = facade.commit_cart(cart(id="b"), ACTOR, Choice(coupons=(ten.code,)))
    assert other.priced.refused == ((ten.code, "ten", Reason.NOT_USABLE),)
    mine = facade.commit_cart(cart(), ACTOR, Choice(coupons=(ten.code,)))
    assert applied(mine.priced) == [("five", 5_00), ("ten", 10_00)]
    assert state(ten) is State.USED
