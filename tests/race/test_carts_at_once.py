"""Many buyers at once: no more of an offer than its cap, one order a cart however often it is sent, nothing deadlocks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, State, TemplateDraft
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.orders.contracts import Line
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import cart_queries, facade
from shuke.rooms.programs.contracts import Choice, OrderFact, Status

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BUYERS, CARTS, CAP = 6, 8, 20
CROWD, BUDGET = 64, 99_00
PROGRAM = f"""\
shuke: 1
program: sale
currency: USD
time_zone: UTC
units: {{points: {{value: 0.01}}}}
earn: [{{code: spend, unit: points, points: order.net}}]
offers: [{{code: few, amount: 3, caps: {{per: lifetime, times: {CAP}}}}}]
"""
PURSE = f"offers: [{{code: purse, amount: 3, caps: {{per: lifetime, money: {BUDGET // 100}}}}}]\n"


@pytest.fixture
def sale(transactional_db):
    clock.set_business_clock(NOW)
    version = facade.publish(PROGRAM, ACTOR)
    facade.enrol([NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(CROWD)], ACTOR)
    return version


def cart(id, buyer):
    who = MemberRef(external=ExternalId("till", str(buyer)))
    return OrderFact("shop", id, who, NOW, 10_00, 10_00, "USD", lines=(Line("a", "a", 1, 10_00),))


def at_once(work, buyers=BUYERS):
    barrier = Barrier(buyers)

    def one(buyer):
        barrier.wait()
        try:
            return work(buyer)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(buyers) as pool:
        return [each for every in pool.map(one, range(buyers)) for each in every]


def test_an_offer_applies_as_often_as_its_cap_and_no_oftener(sale):
    done = at_once(lambda buyer: [facade.commit_cart(cart(f"{buyer}-{k}", buyer), ACTOR) for k in range(CARTS)])
    assert len(done) == BUYERS * CARTS
    assert sum(bool(each.priced.applied) for each in done) == CAP
    ever = cart_queries.Span("few", cart_queries.EVER, 1)
    (counted,) = cart_queries.counts(sale.program_id, [ever]).values()
    assert (counted.times, counted.off_minor) == (CAP, CAP * 3_00)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_budget_is_spent_to_the_cent_by_a_crowd_and_never_passed(sale):
    facade.publish(PROGRAM[: PROGRAM.index("offers:")] + PURSE, ACTOR)
    done = at_once(lambda buyer: [facade.commit_cart(cart(str(buyer), buyer), ACTOR)], CROWD)
    off = sorted(each.off_minor for one in done for each in one.priced.applied)
    assert off == [3_00] * 33
    ever = cart_queries.Span("purse", cart_queries.EVER, 1)
    (counted,) = cart_queries.counts(sale.program_id, [ever]).values()
    assert (counted.times, counted.off_minor, len(done)) == (33, BUDGET, CROWD)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_coupon_that_many_bring_takes_off_one_cart(sale):
    """R4: one coupon took something off five orders."""
    coupons.create_template(TemplateDraft("gift", "Gift", Kind.CASH, "amount: 5", "UTC"), ACTOR)
    (issued,) = coupons.issue([IssueFact("shop", "gift", "gift", None, Cause.API, NOW)])
    brought = Choice(coupons=(issued.coupon.code,))
    done = at_once(lambda buyer: [facade.commit_cart(cart(str(buyer), buyer), ACTOR, brought)], CROWD)
    assert sum(each.coupon_id == issued.coupon.id for one in done for each in one.priced.applied) == 1
    assert (len(done), coupons.coupon(issued.coupon.id, NOW).state) == (CROWD, State.USED)
    assert not [found for check in facade.verify_all() for found in check.violations]


def test_a_cart_that_everybody_sends_is_one_order(sale):
    done = at_once(lambda _: [facade.commit_cart(cart(str(k), 0), ACTOR) for k in range(CARTS)])
    assert sum(each.order.status is Status.RECORDED for each in done) == CARTS
    assert len({each.order.reference for each in done}) == CARTS
    assert len({(each.order.reference, each.priced.pay_minor) for each in done}) == CARTS
