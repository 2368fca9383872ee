"""Coupons meet the program: offers are read in its words, claims judged by standing, purchases paid in points."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shuke.core.offers.model import Amount, Reason
from shuke.core.values.errors import Refusal
from shuke.engine.schema import ProgramErrors
from shuke.engine.states import LineFacts, OrderFacts
from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Cause, IssueFact, Kind, MemberLimit, Packet, Period, TemplateDraft
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import AdjustFact
from shuke.rooms.programs.services import coupons as service
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, order


def draft(code="ten", kind=Kind.THRESHOLD, offer="{amount: 10, minimum: {money: 50}}", **other):
    return TemplateDraft(code=code, name="Ten off", kind=kind, offer=offer, time_zone="UTC", **other)


def fact(member_id, of="ten", key="1", cause=Cause.CLAIM):
    return IssueFact("app", key, of, member_id, cause, clock.business_now())


def claim(*facts):
    return [answer.refusal and answer.refusal.code for answer in facade.claim_coupons(facts, ACTOR)]


def bearing(anna, *held, net=6000, tags=()):
    """Return what coupons come to for an order of one line of groceries."""
    ((running, state, _),) = service._states({anna}).values()
    lines = [LineFacts(net, category="GROCERY", quantity=1, sku="milk")]
    told = OrderFacts(int(NOW.timestamp()), net, net, lines=lines)
    return [group.offers[0] for group in service.groups_of(held, running, state, (anna, tags), told)]


@pytest.mark.parametrize(
    ("kind", "offer"),
    [
        (Kind.THRESHOLD, "{amount: 10, minimum: {money: 50}}"),
        (Kind.THRESHOLD, "{steps: {by: money, at: [{from: 50, amount: 5}, {from: 100, amount: 12}]}}"),
        (Kind.DISCOUNT, "{percent: {off: 12, at_most: 20}}"),
        (Kind.GIFT, "{gift: mug}"),
        (Kind.EXCHANGE, "{percent: {off: 100, pieces: 1}, lines: \"item.category = 'COFFEE'\"}"),
        (Kind.SHIPPING, "shipping: 100"),
        (Kind.EXCHANGE, "{deal: {pieces: 1, price: 9.90, times: 1}, gets: \"item.category = 'COUNTER'\"}"),
        (Kind.DISCOUNT, "each: {off: 5, further: 2}"),
        (Kind.GIFT, "gift: {sku: mug, every: 100}"),
        (Kind.CASH, "amount: 5"),
        (Kind.THRESHOLD, "amount: {off: 40, every: 300, times: 3}"),
    ],
)
def test_each_kind_has_its_offers(program, kind, offer):
    made = facade.create_coupon_template(draft(kind=kind, offer=offer), ACTOR)
    assert (made.draft.kind, made.draft.time_zone) == (kind, "America/New_York")


@pytest.mark.parametrize(
    ("kind", "offer", "more", "code"),
    [
        (Kind.CASH, "{amount: 10, minimum: {money: 50}}", {}, "offer_of_other_kind"),
        (Kind.GIFT, "percent: 10", {}, "offer_of_other_kind"),
        (Kind.CASH, "amount: {off: 10, every: 100}", {}, "offer_of_other_kind"),
        (Kind.THRESHOLD, "amount: {off: 10, every: 100}", {"budget_minor": 100}, "coupon_cost_unknown"),
        (Kind.DISCOUNT, "percent: 10", {"budget_minor": 100}, "coupon_cost_unknown"),
        (Kind.CASH, "{amount: 10, when: \"COUNT('last 3 months', 'visit') > 1\"}", {}, None),
        (Kind.CASH, "{amount: 10, when: \"SPEND('this month') > 1\"}", {}, "offer_counts_more"),
        (Kind.CASH, "{amount: 10, code: mine}", {}, None),
        (Kind.CASH, "[", {}, None),
    ],
)
def test_what_does_not_hold_together_is_refused(program, kind, offer, more, code):
    with pytest.raises(Refusal if code else ProgramErrors) as told:
        facade.create_coupon_template(draft(kind=kind, offer=offer, **more), ACTOR)
    assert code is None or told.value.code == code
    assert coupons.templates() == ()


def test_a_budget_counts_what_the_offer_takes_off_at_most(program):
    made = facade.create_coupon_template(draft(budget_minor=3500, cost_minor=1), ACTOR)
    assert (made.draft.cost_minor, made.left) == (1000, 3)


def test_a_claim_needs_its_condition(program, anna):
    facade.create_coupon_template(draft(claimable=True, claim_when="member.tier = 'silver'"), ACTOR)
    assert claim(fact(anna), fact(None, key="2")) == ["coupon_not_for_member"] * 2
    facade.record([order("a", 600_00)], ACTOR)
    assert claim(fact(anna), fact(anna)) == [None, None]  # the second is a repeat
    assert len(coupons.of_member(anna, NOW)) == 1


def test_a_claim_that_succeeded_is_answered_again_whatever_its_condition_says_by_then(program, anna):
    facade.create_coupon_template(draft(claimable=True, claim_when="member.tier = 'base'"), ACTOR)
    (first,) = facade.claim_coupons([fact(anna)], ACTOR)
    facade.record([order("a", 600_00)], ACTOR)

    (again, another) = facade.claim_coupons([fact(anna), fact(anna, key="2")], ACTOR)

    assert (again.coupon.id, again.repeated) == (first.coupon.id, True)
    assert another.refusal.code == "coupon_not_for_member"
    assert [coupon.id for coupon in coupons.of_member(anna, NOW)] == [first.coupon.id]


def test_a_claim_is_of_now_whatever_day_it_names(program, anna):
    limit = MemberLimit(1, Period.MONTH)
    facade.create_coupon_template(draft(claimable=True, per_member=limit), ACTOR)
    facade.create_coupon_template(draft("over", claimable=True, issue_until=NOW + timedelta(hours=1)), ACTOR)
    now = NOW + timedelta(days=1)
    clock.set_business_clock(now)
    back, far, ahead = (now - timedelta(days=days) for days in (20, 40, -40))
    claims = [replace(fact(anna, key="late", of="over"), at=back), replace(fact(anna, key="1"), at=back)]
    claims += [replace(fact(anna, key=f"{at}"), at=at) for at in (back, far, ahead)]

    answers = claim(*claims)

    assert answers == ["coupons_over", None, "coupon_limit_reached", "too_old", "too_far_ahead"]
    (had,) = coupons.of_member(anna, now)
    assert had.issued_at == now
    (told,) = facade.claim_coupons([replace(fact(anna, key="then"), at=far)], ACTOR, history=True)
    assert told.coupon.issued_at == far


def test_claims_of_one_call_are_issued_together(program, anna, django_assert_max_num_queries):
    facade.create_coupon_template(draft(claimable=True), ACTOR)
    first, others = fact(anna), [fact(anna, key=f"k{number}") for number in range(5)]
    with CaptureQueriesContext(connection) as one:
        facade.claim_coupons([first], ACTOR)
    with django_assert_max_num_queries(len(one)):
        answers = facade.claim_coupons(others, ACTOR)
    assert [answer.refusal for answer in answers] == [None] * 5


def test_a_purchase_takes_points_and_gives_the_coupon_or_neither(program, anna):
    facade.create_coupon_template(draft(points=300, per_member=MemberLimit(1)), ACTOR)
    assert claim(fact(anna, cause=Cause.POINTS)) == ["insufficient_points"]
    facade.record([AdjustFact("hand", "1", MemberRef(id=anna), 1000, "welcome")], ACTOR)
    bought = [fact(anna, cause=Cause.POINTS), fact(anna, cause=Cause.POINTS), fact(anna, key="2", cause=Cause.POINTS)]
    assert claim(*bought) == [None, None, "coupon_limit_reached"]
    assert [balance.available for balance in facade.standing(anna).balances] == [700]
    assert len(coupons.of_member(anna, NOW)) == 1


def test_coupons_bear_on_an_order_as_offers(program, anna):
    for made in (
        draft(),
        draft("tagged", Kind.CASH, "{amount: 3, when: \"TAGGED('plus')\"}"),
        draft("wine", Kind.CASH, "{amount: 3, lines: \"item.category = 'WINE'\"}"),
        draft("luck", Kind.PACKET, "amount: 1", packet=Packet(500, 1)),
    ):
        facade.create_coupon_template(made, ACTOR)
    answers = coupons.issue([fact(anna, of, key=of, cause=Cause.PUSH) for of in ("ten", "tagged", "wine", "luck")])
    held = [answer.coupon for answer in answers]
    ten, tagged, wine, luck = bearing(anna, *held)
    assert (ten.code, ten.effect, ten.lines, ten.coupon) == (held[0].code, Amount(1000), (0,), True)
    assert (tagged.refused, wine.lines, luck.effect) == (Reason.CONDITION, (), Amount(500))
    assert bearing(anna, held[1], tags=("plus",))[0].refused is None
    (other,) = facade.enrol([NewMember((ExternalId("till", "2"),))], ACTOR)
    assert [offer.refused for offer in bearing(other.id, *held)] == [Reason.NOT_THIS_MEMBER] * 4


def test_an_offer_that_the_program_in_force_cannot_read_is_told_as_not_usable(program, anna):
    facade.create_coupon_template(draft(offer="{amount: 1, minimum: {money: 1}}"), ACTOR)
    (answer,) = coupons.issue([fact(anna, cause=Cause.PUSH)])
    (running, state, _) = service._states({anna})[anna]
    broken = type(answer.coupon)(
        **{name: getattr(answer.coupon, name) for name in answer.coupon.__slots__} | {"offer": "when: nobody"}
    )
    (group,) = service.groups_of([broken], running, state, (anna, ()), OrderFacts(int(NOW.timestamp()), 0, 0))
    assert group.offers[0].refused is Reason.NOT_USABLE
    assert members.get(anna).id == anna
