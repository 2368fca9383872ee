"""Coupons given to friends, with what became of each offer, and coupons that are taken by a code."""

import pytest

from shuke.core.values.errors import Refusal
from shuke.rooms.coupons import facade
from shuke.rooms.coupons.contracts import Codes, GiftState, MemberLimit, State, TemplateChange, TemplateState, Validity
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, issued, later, state, template
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status


def refused(code, verb, *asked):
    with pytest.raises(Refusal) as told:
        verb(*asked)
    assert told.value.code == code


@pytest.fixture
def coupon(people):
    template(transferable=True, validity=Validity(days=3))
    return issued(people[0])


@pytest.fixture
def pool(people):
    """A pool of two imported codes, of which a member may have one."""
    made = template("flyer", codes=Codes.POOL, per_member=MemberLimit(1), validity=Validity(days=3))
    facade.import_codes(made.id, ["FLYER-0001", "FLYER-0002"], "flyers", ACTOR)
    return made


def test_a_gift_tells_what_became_of_it(coupon, people):
    first = facade.offer(coupon.id, people[0], NOW)
    assert (first.state, first.name, first.ends_at) == (GiftState.WAITING, "Ten off", coupon.ends_at)
    facade.cancel_offer(coupon.id, people[0])
    second = facade.offer(coupon.id, people[0], later(hours=1))
    became = [facade.gift(each.claim_code, NOW).state for each in (first, second)]
    assert became == [GiftState.TAKEN_BACK, GiftState.WAITING]
    assert facade.gift(second.claim_code, later(days=3)).state is GiftState.OVER

    facade.accept(second.claim_code.lower(), people[1], later(hours=2))
    taken = facade.gift(second.claim_code, later(days=3))
    assert (taken.state, taken.friend_id, taken.taken_at) == (GiftState.TAKEN, people[1], later(hours=2))
    assert [each.claim_code for each in facade.gifts_of(people[0], NOW)] == [second.claim_code, first.claim_code]
    assert facade.gifts_of(people[1], NOW) == ()
    refused("unknown_coupon_gift", facade.gift, "NOTHING", NOW)


def test_who_offers_twice_is_told_the_same_code(coupon, people):
    first = facade.offer(coupon.id, people[0], NOW)
    assert facade.offer(coupon.id, people[0], later(hours=1)) == first


def test_who_lives_on_in_another_record_gives_and_takes_back_as_before(coupon, people):
    members.merge(people[1], [people[0]], ACTOR, "twice")
    gift = facade.offer(coupon.id, people[1], NOW)
    refused("coupon_gift_to_oneself", facade.accept, gift.claim_code, people[1], NOW)
    assert [each.claim_code for each in facade.gifts_of(people[1], NOW)] == [gift.claim_code]
    facade.cancel_offer(coupon.id, people[1])
    assert state(coupon) is State.ISSUED


def test_a_code_of_a_pool_is_taken_once_within_the_limit_of_a_member(pool, people):
    taken = facade.take_by_code("flyer 0001", people[0], NOW)
    assert (taken.member_id, taken.code, taken.refused) == (people[0], "FLYER0001", None)
    assert taken.ends_at.isoformat() == "2026-06-03T16:00:00+00:00"
    assert facade.take_by_code("FLYER0001", people[0], NOW) == taken
    refused("unknown_coupon", facade.take_by_code, "FLYER0001", people[1], NOW)
    refused("coupon_limit_reached", facade.take_by_code, "FLYER0002", people[0], NOW)
    assert [facade.template(pool.id).in_pool, len(facade.of_member(people[0], NOW))] == [1, 1]
    assert facade.verify().violations == ()


@pytest.mark.parametrize("term", [{"points": 500}, {"claim_when": "member.tier = 'gold'"}, {"given_on": "order"}])
def test_a_code_is_no_way_around_a_price_a_condition_or_a_rule(pool, people, term):
    template(code="other", codes=Codes.POOL, **term)
    facade.import_codes(facade.template_by_code("other").id, ["OTHER-1"], "codes", ACTOR)
    refused("unknown_coupon", facade.take_by_code, "OTHER-1", people[0], NOW)
    assert facade.of_member(people[0], NOW) == ()


def test_a_pool_that_is_closed_and_a_member_who_is_frozen_get_nothing(pool, people):
    facade.change_template(pool.id, TemplateChange(state=TemplateState.PAUSED), ACTOR)
    refused("coupons_paused", facade.take_by_code, "FLYER0001", people[0], NOW)
    facade.change_template(pool.id, TemplateChange(state=TemplateState.ACTIVE), ACTOR)
    members.set_status(people[0], Status.FROZEN, "lost", ACTOR)
    refused("member_frozen", facade.take_by_code, "FLYER0001", people[0], NOW)
    refused("unknown_coupon", facade.take_by_code, "FLYER0003", people[0], NOW)
    assert (facade.template(pool.id).in_pool, facade.of_member(people[0], NOW)) == (2, ())


def test_a_coupon_of_its_bearer_becomes_a_members_with_its_dates(people):
    template(validity=Validity(days=3), per_member=MemberLimit(1))
    bearers, frozen = issued(None), issued(None)
    facade.freeze([frozen.id], "stolen", ACTOR)
    refused("coupon_not_usable", facade.take_by_code, frozen.code, people[0], NOW)
    taken = facade.take_by_code(bearers.code, people[0], later(days=1))
    assert (taken.id, taken.member_id, taken.ends_at) == (bearers.id, people[0], bearers.ends_at)
    facade.unfreeze([frozen.id], "found", ACTOR)
    refused("coupon_limit_reached", facade.take_by_code, frozen.code, people[0], NOW)
    assert facade.coupon(frozen.id, NOW).member_id is None


def test_a_code_for_many_is_nobodys(people):
    template(codes=Codes.ONE, one_code="SPRING")
    refused("coupon_code_for_many", facade.take_by_code, "spring", people[0], NOW)
    assert facade.of_member(people[0], NOW) == ()
