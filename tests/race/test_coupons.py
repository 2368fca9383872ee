"""Many at once after few coupons: one is issued once, used by one order, and a template that is stopped gives nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from shuke.core.offers.model import Reason
from shuke.foundation import clock
from shuke.rooms.coupons import facade
from shuke.rooms.coupons.contracts import (
    Cause,
    Codes,
    IssueFact,
    Kind,
    MemberLimit,
    Packet,
    TemplateChange,
    TemplateDraft,
    TemplateState,
    Use,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ExternalId, MemberRef, NewMember
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, Status
from shuke.surfaces.cli.demo import PROGRAM
from tests.race.test_concurrent_facts import _at_once

pytestmark = pytest.mark.django_db(transaction=True)

ACTOR = Actor(ActorKind.SYSTEM, "tests", "tests")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CLIENTS = 64


@pytest.fixture
def people(transactional_db):
    clock.set_business_clock(NOW)
    new = [NewMember((ExternalId("shop", str(number)),), joined_at=NOW) for number in range(8)]
    return [member.id for member in members.enrol(new, ACTOR)]


def template(**other):
    draft = {"kind": Kind.CASH, "offer": "amount: 10", "claimable": True} | other
    return facade.create_template(TemplateDraft(code="ten", name="Ten", time_zone="UTC", **draft), ACTOR)


def claims(people, count=CLIENTS, each=1):
    """Let so many clients claim at once, each under a key of its own, and return what they were told."""

    def claim(number):
        who = people[number % len(people)]
        facts = [IssueFact("app", f"{number}-{go}", "ten", who, Cause.CLAIM, NOW) for go in range(each)]
        return facade.issue(facts)

    answers = [answer for told in _at_once(claim, count) for answer in told]
    return [answer.coupon for answer in answers if answer.coupon], {
        answer.refusal.code for answer in answers if answer.refusal
    }


@pytest.mark.parametrize(
    ("other", "granted", "why"),
    [
        ({"most": 1}, 1, "coupons_exhausted"),
        ({"most": 37}, 37, "coupons_exhausted"),
        ({"budget_minor": 10_999, "cost_minor": 1_000}, 10, "coupon_budget_spent"),
        ({"per_member": MemberLimit(1)}, 8, "coupon_limit_reached"),
    ],
)
def test_of_64_who_claim_at_once_just_so_many_get_one(people, other, granted, why):
    made = template(**other)
    got, refused = claims(people)
    assert (len(got), refused) == (granted, {why})
    assert (facade.template(made.id).issued, facade.verify().violations) == (granted, ())


def test_one_fact_from_64_is_one_coupon(people):
    template()
    told = IssueFact("app", "same", "ten", people[0], Cause.CLAIM, NOW)
    answers = [facade_answer for (facade_answer,) in _at_once(lambda _: facade.issue([told]), CLIENTS)]
    assert len({answer.coupon.id for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1


def test_a_lucky_packet_is_split_to_the_cent_by_many(people):
    template(kind=Kind.PACKET, offer="amount: 1", packet=Packet(7_777, 60, 5))
    got, refused = claims(people)
    assert (len(got), sum(coupon.value_minor for coupon in got), refused) == (60, 7_777, {"coupons_exhausted"})
    assert facade.verify().violations == ()


def test_a_pool_hands_each_code_out_once(people):
    made = template(codes=Codes.POOL)
    facade.import_codes(made.id, [f"CODE{number:03}" for number in range(50)], "old", ACTOR)
    got, refused = claims(people)
    assert (len({coupon.code for coupon in got}), refused) == (50, {"coupons_exhausted"})


@pytest.mark.parametrize("many", [False, True])
def test_a_coupon_is_used_by_one_order_and_a_code_for_many_just_so_often(people, many):
    made = template(codes=Codes.ONE, one_code="SUMMER", most=5, claimable=False) if many else template()
    coupon = facade.by_codes(["SUMMER"], NOW)[0] if many else claims(people, 1)[0][0]

    def redeem(number):
        use = Use(coupon.id, coupon.member_id, "till", f"o{number}", 1_000, NOW)
        if number % 3 == 0 and facade.lock([use], NOW + timedelta(hours=1)) != [None]:
            return [Reason.NOT_USABLE]
        return facade.redeem([use])

    told = [reason for reasons in _at_once(redeem, CLIENTS) for reason in reasons]
    assert told.count(None) == (5 if many else 1)
    assert (facade.template(made.id).uses, facade.verify().violations) == (5 if many else 1, ())


def test_one_order_told_by_many_uses_a_code_for_many_once(people):
    made = template(codes=Codes.ONE, one_code="SUMMER", most=5, claimable=False)
    (code,) = facade.by_codes(["SUMMER"], NOW)
    use = Use(code.id, people[0], "till", "o1", 1_000, NOW)
    told = _at_once(lambda _: facade.redeem([use]), 16)
    assert told == [[None]] * 16
    assert (facade.template(made.id).uses, facade.template(made.id).left, facade.verify().violations) == (1, 4, ())


def test_what_is_stopped_while_many_claim_gives_nothing_after(people):
    made = template()

    def claim_or_stop(number):
        if number == 20:
            facade.change_template(made.id, TemplateChange(state=TemplateState.STOPPED), ACTOR)
            return len(facade.of_member(people[0], NOW)), sum(len(facade.of_member(id, NOW)) for id in people)
        return facade.issue([IssueFact("app", str(number), "ten", people[number % 8], Cause.CLAIM, NOW)])

    answers = _at_once(claim_or_stop, CLIENTS)
    _, when_stopped = answers.pop(20)
    got = [answer for (answer,) in answers if answer.coupon]
    assert len(got) == when_stopped == facade.template(made.id).issued
    assert {answer.refusal.code for (answer,) in answers if answer.refusal} <= {"coupons_stopped"}


def given_by_rule(**other):
    """Make a template that each order gives a coupon of, in a shop of eight members, and return the members."""
    programs.publish(PROGRAM.read_text(), ACTOR)
    new = [NewMember((ExternalId("till", str(number)),), joined_at=NOW) for number in range(8)]
    who = [member.id for member in programs.enrol(new, ACTOR)]
    draft = {"kind": Kind.CASH, "offer": "amount: 10", "given_on": "order"} | other
    programs.create_coupon_template(TemplateDraft(code="ten", name="Ten", time_zone="UTC", **draft), ACTOR)
    return who


def sale(number):
    ref = MemberRef(external=ExternalId("till", str(number % 8)))
    return OrderFact("till", str(number), ref, NOW, 10_00, 10_00, "USD")


def unsound():
    return [found for check in programs.verify_all() for found in check.violations]


def test_one_order_from_everybody_gives_one_coupon(transactional_db):
    clock.set_business_clock(NOW)
    who = given_by_rule()

    results = [result for (result,) in _at_once(lambda _: programs.record([sale(0)], ACTOR), 16)]

    assert sorted({result.status for result in results}, key=str) == [Status.RECORDED, Status.REPEATED]
    assert len({coupon.id for result in results for coupon in result.coupons}) == 1
    assert [len(result.coupons) for result in results] == [1] * 16
    assert len(facade.of_member(who[0], NOW)) == 1
    assert unsound() == []


def test_orders_race_for_the_last_coupons_and_all_of_them_are_taken(transactional_db):
    clock.set_business_clock(NOW)
    who = given_by_rule(budget_minor=50_00, per_member=MemberLimit(2))

    def send(number):
        return programs.record([sale(number * 4 + place) for place in range(4)], ACTOR)

    results = [result for sender in _at_once(send, 12) for result in sender]

    assert [result.status for result in results] == [Status.RECORDED] * 48
    held = [len(facade.of_member(member, NOW)) for member in who]
    assert (sum(held), sum(len(result.coupons) for result in results)) == (5, 5)
    assert max(held) <= 2
    assert unsound() == []
