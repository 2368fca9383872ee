"""What a person may have so many times is counted over all records that live on in them, and apart again by an undo."""

import pytest

from shuke.core.offers.model import Reason
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, Codes, IssueFact, Kind, MemberLimit, TemplateDraft, Use
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ItemDraft, Limits, OrderSearch, Price, Restock, Way
from shuke.rooms.mall.contracts import Kind as ItemKind
from shuke.rooms.orders.contracts import Line
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact, ExchangeFact, OrderFact
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member

OFFERS = "offers: [{code: tens, amount: 10, minimum: {money: 50}, caps: {per: day, of: member, times: 1}}]\n"


@pytest.fixture
def bella(anna, enrol):
    """Anna and Bella with 500 points each, a mug of which one may have two, and coupons of which one may have one."""
    bella = enrol(2)
    facade.publish(PROGRAM + OFFERS, ACTOR)
    for number in (1, 2):
        facade.adjust(AdjustFact("desk", str(number), member(number), 500, "gift"), ACTOR, None)
    mug = ItemDraft("mug", ItemKind.GOODS, "Mug", (Price(10),), ways=(Way.PICKUP,), limits=Limits(per_member=2))
    mall.restock([Restock(mall.create_item(mug, ACTOR).id, 10, "first delivery")], ACTOR)
    for code, more in (("own", {"claimable": True}), ("many", {"codes": Codes.ONE, "one_code": "SPRING"})):
        limit = MemberLimit(1)
        draft = TemplateDraft(code, "Ten", Kind.CASH, "amount: 10", "UTC", per_member=limit, **more)
        coupons.create_template(draft, ACTOR)
    return bella


def applied(number, id):
    cart = OrderFact("shop", id, member(number), NOW, 60_00, 60_00, "USD", lines=(Line("tea", "tea", 1, 60_00),))
    done = facade.commit_cart(cart, ACTOR).priced
    return [each.code for each in done.applied], [reason for _, _, reason in done.refused]


def exchange(number, id, quantity=1):
    return facade.exchange(ExchangeFact("app", id, member(number), "mug", quantity, store="1"), ACTOR).order


def allowance(member_id):
    (item,) = mall.all_items()
    return mall.allowance(member_id, [item], 0)[item.id]


def claim(member_id, id):
    (answer,) = facade.claim_coupons([IssueFact("app", id, "own", member_id, Cause.CLAIM, NOW)], ACTOR)
    return answer.refusal.code if answer.refusal else ""


def use(member_id, order):
    (held,) = coupons.by_codes(["SPRING"], NOW)
    (reason,) = coupons.redeem([Use(held.id, member_id, "app", order, 10_00, NOW)])
    return reason


def violations():
    return [found for check in facade.verify_all() for found in check.violations]


def test_caps_of_offers_count_what_the_other_record_had(anna, bella):
    assert applied(2, "b") == (["tens"], [])
    merged = facade.merge_members(anna, [bella], "same person", ACTOR)

    assert applied(1, "a") == ([], [Reason.LIMIT_REACHED])
    facade.unmerge_members(merged.id, "twins", ACTOR)

    assert applied(1, "c") == (["tens"], [])
    assert violations() == []


def test_limits_of_the_mall_count_what_the_other_record_had(anna, bella):
    had = exchange(2, "b")
    assert (allowance(anna), allowance(bella)) == (2, 1)
    merged = facade.merge_members(anna, [bella], "same person", ACTOR)

    mine = exchange(1, "a")
    assert allowance(anna) == 0
    assert [each.id for each in mall.orders_page(OrderSearch(member_id=anna), 9).orders] == [mine.id, had.id]
    facade.unmerge_members(merged.id, "twins", ACTOR)

    assert (allowance(anna), allowance(bella)) == (1, 1)
    assert violations() == []


def test_limits_of_coupons_count_what_the_other_record_had(anna, bella):
    assert (claim(bella, "b"), use(bella, "b")) == ("", None)
    merged = facade.merge_members(anna, [bella], "same person", ACTOR)

    assert (claim(anna, "a"), use(anna, "a")) == ("coupon_limit_reached", Reason.LIMIT_REACHED)
    assert [held.template_code for held in coupons.of_member(anna, NOW)] == ["own"]
    facade.unmerge_members(merged.id, "twins", ACTOR)

    assert (claim(anna, "c"), use(anna, "c")) == ("", None)
    assert violations() == []
