"""Coupons given by a rule: for which facts, once, within what there is, and void with the order that gave them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import (
    Cause,
    Codes,
    Kind,
    MemberLimit,
    Period,
    State,
    TemplateChange,
    TemplateDraft,
    TemplateState,
    Use,
)
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status as MemberStatus
from shuke.rooms.orders.contracts import Line, RefundLine
from shuke.rooms.programs import facade
from shuke.rooms.programs.contracts import BehaviourFact, RefundFact, Status, Undecided
from shuke.rooms.programs.services import laws
from shuke.rooms.programs.tests.conftest import ACTOR, NOW, PROGRAM, member, order

REVIEWS = "behaviours:\n  review: {stars: number}\n"


@pytest.fixture
def shop(program):
    return facade.publish(PROGRAM + REVIEWS, ACTOR)


@pytest.fixture
def ann(shop, enrol):
    return enrol(1)


def template(code="twenty", on="order", when="order.net >= 300", **other):
    draft = TemplateDraft(
        code=code, name=f"Gift {code}", kind=Kind.CASH, offer="amount: 20", time_zone="UTC", given_on=on,
        given_when=when, **other
    )  # fmt: skip
    return facade.create_coupon_template(draft, ACTOR)


def record(*facts, **how):
    return facade.record(list(facts), ACTOR, **how)


def given(result):
    return [coupon.template_code for coupon in result.coupons]


def held(who):
    return [(coupon.template_code, coupon.state.value) for coupon in coupons.of_member(who, clock.business_now())]


def review(id, stars, who=1, at=NOW):
    return BehaviourFact("app", id, member(who), "review", at, attributes={"stars": stars})


def test_an_order_that_meets_the_rule_gives_its_coupon_and_another_does_not(ann):
    template()
    below, met = record(order("a", 299_99), order("b", 300_00))
    assert (given(below), given(met)) == ([], ["twenty"])
    (coupon,) = coupons.of_member(ann, NOW)
    assert (coupon.cause, coupon.issued_at, coupon.state) == (Cause.RULE, NOW, State.ISSUED)
    assert (coupon.given_for.id, coupon.given_for.on, coupon.given_for.external_id) == (met.reference, "order", "b")


def test_an_order_sent_again_says_nothing_of_what_is_a_friends_by_now(ann, enrol):
    template(transferable=True)
    (first,) = record(order("a", 300_00))
    gift = coupons.offer(first.coupons[0].id, ann, NOW)
    assert given(*record(order("a", 300_00))) == ["twenty"]
    friends = coupons.accept(gift.claim_code, enrol(2), NOW)
    assert (friends.from_friend, given(*record(order("a", 300_00)))) == (True, [])


def test_a_behaviour_gives_by_its_own_facts_and_an_order_does_not(ann):
    template(on="review", when="event.stars >= 4")
    results = record(review("1", 3), review("2", 4), order("a", 900_00))
    assert [given(each) for each in results] == [[], ["twenty"], []]
    (coupon,) = coupons.of_member(ann, NOW)
    assert (coupon.given_for.on, coupon.given_for.external_id) == ("review", "2")


def test_the_condition_is_judged_on_the_member_as_they_stood_before_the_order(ann):
    template("third", when="member.orders = 2")
    template("silver", when="member.tier = 'silver'")
    template("tagged", when="TAGGED('plus')")
    template("all", when=None)
    results = record(*(order(id, 400_00, NOW + timedelta(seconds=place)) for place, id in enumerate("abcd")))
    assert [given(each) for each in results] == [["all"], ["all"], ["third", "silver", "all"], ["silver", "all"]]
    members.set_tags(ann, ["plus"], ACTOR)
    (tagged,) = record(order("e", 400_00, NOW + timedelta(minutes=1)))
    assert given(tagged) == ["silver", "tagged", "all"]


def test_a_repeat_is_answered_with_the_same_coupon_and_gives_none_again(ann):
    template()
    (first,) = record(order("a", 300_00))
    again, twice = record(order("a", 300_00), order("a", 300_00))
    assert (again.status, twice.status) == (Status.REPEATED, Status.REPEATED)
    assert [each.id for each in again.coupons] == [each.id for each in first.coupons]
    assert len(held(ann)) == 1


def test_a_fact_sent_twice_in_one_batch_gives_one(ann):
    template()
    results = record(order("a", 300_00), order("a", 300_00))
    assert [each.status for each in results] == [Status.RECORDED, Status.REPEATED]
    assert results[0].coupons == results[1].coupons
    assert held(ann) == [("twenty", "issued")]


def test_budget_and_limits_end_the_giving_and_the_orders_are_taken_all_the_same(ann, enrol):
    enrol(2)
    template("budget", when=None, budget_minor=40_00)
    template("once", when=None, per_member=MemberLimit(1))
    template("daily", when=None, per_member=MemberLimit(1, Period.DAY))
    template("pool", when=None, codes=Codes.POOL)
    results = record(order("a", 10_00), order("b", 10_00), order("c", 10_00, who=member(2)))
    assert [given(each) for each in results] == [["budget", "once", "daily"], ["budget"], ["once", "daily"]]
    assert [each.status for each in results] == [Status.RECORDED] * 3
    assert [each.points for each in results] == [{"points": 10}] * 3
    clock.set_business_clock(NOW + timedelta(days=1))
    (next_day,) = record(order("d", 10_00, NOW + timedelta(days=1)))
    assert given(next_day) == ["daily"]


def test_codes_of_a_pool_are_handed_out(ann):
    made = template(codes=Codes.POOL)
    coupons.import_codes(made.id, ["FIRSTCODE"], "file", ACTOR)
    first, second = record(order("a", 300_00), order("b", 300_00))
    assert ([each.code for each in first.coupons], given(second)) == (["FIRSTCODE"], [])


def test_templates_that_are_paused_stopped_or_over_give_nothing(ann):
    paused, stopped = template("paused", when=None), template("stopped", when=None)
    template("over", when=None, issue_until=NOW + timedelta(hours=1))
    coupons.change_template(paused.id, TemplateChange(state=TemplateState.PAUSED), ACTOR)
    coupons.change_template(stopped.id, TemplateChange(state=TemplateState.STOPPED), ACTOR)
    clock.set_business_clock(NOW + timedelta(hours=1))
    (result,) = record(order("a", 300_00))  # of an hour ago
    assert (given(result), held(ann)) == ([], [])


def test_history_the_unknown_and_the_frozen_are_given_nothing(ann, enrol):
    enrol(2)
    template(when=None)
    facade.set_status(ann, MemberStatus.FROZEN, "suspicious", ACTOR)
    (past,) = record(order("a", 300_00, who=member(2), at=NOW - timedelta(days=1, seconds=1)), history=True)
    frozen, unknown = record(order("b", 300_00), order("c", 300_00, who=member(9)))
    assert (past.undecided, frozen.undecided) == (None, Undecided.FROZEN)
    assert [given(each) for each in (past, frozen, unknown)] == [[], [], []]
    assert held(ann) == []


def test_what_is_of_the_last_day_gives_whoever_may_write_history(ann):
    template(when=None)
    (live,) = record(order("a", 300_00, at=NOW - timedelta(days=1)), history=True)
    assert given(live) == ["twenty"]


def test_a_dry_run_tells_the_coupon_and_leaves_none(ann):
    template()
    (foretold,) = record(order("a", 300_00), dry_run=True)
    assert (given(foretold), held(ann)) == (["twenty"], [])


def test_a_cart_tells_what_it_would_give_and_gives_it_with_its_order(ann):
    template(per_member=MemberLimit(1))
    cart = replace(order("a", 300_00), source="shop")
    assert facade.evaluate_cart(cart).gives == (("twenty", "Gift twenty"),)
    assert facade.evaluate_cart(replace(order("b", 299_99), source="shop")).gives == ()
    done = facade.commit_cart(cart, ACTOR)
    again = facade.commit_cart(cart, ACTOR)
    assert (given(done.order), again.order.coupons, again.priced) == (["twenty"], done.order.coupons, done.priced)
    assert facade.evaluate_cart(replace(cart, external_id="b")).gives == ()  # one has all that one may have


def test_a_coupon_stays_while_what_is_left_of_its_order_would_have_earned_it(ann):
    template()
    template("any", when=None)
    record(order("a", 400_00))
    record(RefundFact("till", "r1", ("till", "a"), NOW, net_minor=100_00))
    assert held(ann) == [("any", "issued"), ("twenty", "issued")]
    record(RefundFact("till", "r2", ("till", "a"), NOW, net_minor=1))
    every, twenty = coupons.of_member(ann, NOW)
    assert (twenty.state, twenty.order_refunded) == (State.VOID, True)
    assert (every.state, every.order_refunded) == (State.ISSUED, False)
    record(RefundFact("till", "r3", ("till", "a"), NOW))
    assert held(ann) == [("any", "void"), ("twenty", "void")]
    assert [each.violations for each in laws.verify_all() if each.violations] == []


def test_a_refund_of_a_line_takes_the_coupon_that_its_goods_earned(ann):
    template("coffee", when="SUM(item.net) FILTER (WHERE item.category = 'COFFEE') >= 50")
    lines = Line("a", "COFFEE", 1, 50_00), Line("b", "TEA", 1, 20_00)
    record(order("a", 70_00, lines=lines))
    record(RefundFact("till", "r1", ("till", "a"), NOW, lines=(RefundLine(2, 1, 20_00),)))
    assert held(ann) == [("coffee", "issued")]
    record(RefundFact("till", "r2", ("till", "a"), NOW, lines=(RefundLine(1, 0, 1),)))
    assert held(ann) == [("coffee", "void")]


def test_who_the_member_became_since_takes_no_coupon_with_a_refund_of_a_part(ann):
    template("silver", when="member.tier <> 'silver' AND order.net >= 100")
    template("tagged", when="TAGGED('plus')")
    members.set_tags(ann, ["plus"], ACTOR)
    record(order("a", 900_00))
    members.set_tags(ann, [], ACTOR)
    record(RefundFact("till", "r", ("till", "a"), NOW, net_minor=50_00))
    assert held(ann) == [("tagged", "issued"), ("silver", "issued")]


def test_a_tag_of_the_program_is_the_one_of_the_time_of_the_order(program, enrol):
    more = "  - {code: more, unit: points, points: order.net, when: TAGGED('plus')}\n"
    facade.publish(PROGRAM + more, ACTOR)
    ann = enrol(1)
    template(when="TAGGED('plus') AND order.net >= 300")
    members.set_tags(ann, ["plus"], ACTOR)
    record(order("a", 300_00))
    members.set_tags(ann, [], ACTOR)
    assert held(ann) == [("twenty", "issued")]
    record(RefundFact("till", "r", ("till", "a"), NOW, net_minor=1))
    assert held(ann) == [("twenty", "void")]


def test_whoever_is_frozen_loses_it_with_the_refund_all_the_same(ann):
    template()
    record(order("a", 300_00))
    facade.set_status(ann, MemberStatus.FROZEN, "suspicious", ACTOR)
    record(RefundFact("till", "r", ("till", "a"), NOW, net_minor=1))
    assert held(ann) == [("twenty", "void")]


def test_refunds_that_came_before_their_order_are_off_it_when_a_rule_is_judged(ann):
    template()
    early = [RefundFact("till", f"r-{id}", ("till", id), NOW, net_minor=100_00) for id in "ab"]
    record(*early)
    results = record(order("a", 400_00), order("b", 399_99))
    assert [given(each) for each in results] == [["twenty"], []]
    assert [each.violations for each in laws.verify_all() if each.violations] == []


def test_a_coupon_that_was_used_stays_so_and_is_void_once_it_comes_back(ann):
    template()
    (bought,) = record(order("a", 300_00))
    (coupon,) = bought.coupons
    assert coupons.redeem([Use(coupon.id, ann, "till", "b", 20_00, NOW)]) == [None]
    record(order("b", 50_00), RefundFact("till", "r1", ("till", "a"), NOW))
    assert held(ann) == [("twenty", "used")]
    record(RefundFact("till", "r2", ("till", "b"), NOW))
    assert held(ann) == [("twenty", "void")]
    assert [each.violations for each in laws.verify_all() if each.violations] == []


def test_an_order_of_which_a_refund_left_nothing_before_it_came_gives_none(ann):
    template(when=None)
    record(RefundFact("till", "r", ("till", "a"), NOW))
    (result,) = record(order("a", 300_00))
    assert (given(result), held(ann)) == ([], [])


def test_a_merged_member_counts_what_both_had_and_the_order_of_before_is_answered_the_same(ann, enrol):
    other = enrol(2)
    template(when=None, per_member=MemberLimit(1))
    (first,) = record(order("a", 10_00, who=member(2)))
    facade.merge_members(ann, [other], "same person", ACTOR)
    (again,) = record(order("a", 10_00, who=member(2)))
    (more,) = record(order("b", 10_00))
    assert (again.status, [each.id for each in again.coupons]) == (Status.REPEATED, [each.id for each in first.coupons])
    assert (given(more), held(ann)) == ([], [("twenty", "issued")])


@pytest.mark.parametrize(
    ("on", "when", "code", "pointer", "place"),
    [
        ("order", "order.nett >= 300", "unknown_fact", "/given_when", "1:1"),
        ("order", "order.net >= 300 AND event.stars > 3", "wrong_scope", "/given_when", "1:22"),
        ("review", "event.stars > 3 AND order.net > 1", "wrong_scope", "/given_when", "1:21"),
        ("order", "SPEND('this month') > 1", "offer_counts_more", "/given_when", "1:1"),
        ("visit", None, "unknown_behaviour", "/given_on", None),
        ("", "order.net > 1", "bad_coupon_template", "/given_when", None),
    ],
)
def test_what_a_rule_can_not_be_about_is_refused_with_its_place(shop, on, when, code, pointer, place):
    with pytest.raises(Refusal) as told:
        template(on=on, when=when)
    assert (told.value.code, told.value.pointer, told.value.params.get("place")) == (code, pointer, place)
    assert coupons.templates() == ()


def test_a_condition_that_the_next_version_cannot_read_gives_none(ann):
    template(on="order", when="member.tier = 'silver'")
    template("plain", when=None)
    facade.publish(PROGRAM.replace("silver", "gold") + REVIEWS + "changes: {tiers: {main: {silver: gold}}}\n", ACTOR)
    (result,) = record(order("a", 300_00))
    assert given(result) == ["plain"]


def test_a_batch_gives_all_its_coupons_in_as_many_statements_as_one_order(ann):
    record(order("warm", 900_00))
    with CaptureQueriesContext(connection) as without:
        record(order("a", 10_00))
    template()
    with CaptureQueriesContext(connection) as missed:
        record(order("b", 10_00))
    with CaptureQueriesContext(connection) as one:
        record(order("c", 300_00))
    with CaptureQueriesContext(connection) as batch:
        results = record(*(order(f"d{n}", 300_00) for n in range(50)))
    assert len(missed) == len(without)
    assert len(batch) <= len(one)
    assert [given(each) for each in results] == [["twenty"]] * 50


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE coupons_coupon SET given_for = id", "Coupon {0} was given by a rule for what is not there."),
        (
            "UPDATE coupons_coupon SET recalled = true, order_refunded = true, state = 'void'",
            "Coupon {0} was taken back, of the order that gave it nothing was refunded.",
        ),
        (
            "UPDATE orders_refund SET empties = true",
            "Coupon {0} stands, of the order that gave it nothing is left.",
        ),
    ],
)
def test_a_coupon_that_is_not_what_its_order_says_is_found(ann, statement, found):
    template()
    (bought,) = record(order("a", 301_00))
    if "orders_refund" in statement:
        record(RefundFact("till", "r1", ("till", "a"), NOW, net_minor=1_00))
    assert coupons.verify().violations == ()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert [each.detail for each in coupons.verify().violations] == [found.format(bought.coupons[0].id)]
