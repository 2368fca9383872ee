"""Issuing: one coupon a fact, within what template, budget and member allow, through every cause."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.coupons import facade, queries
from shuke.rooms.coupons.contracts import (
    Cause,
    Codes,
    Kind,
    MemberLimit,
    Packet,
    Period,
    State,
    TemplateChange,
    TemplateState,
    Validity,
)
from shuke.rooms.coupons.tests.conftest import ACTOR, NOW, fact, issued, later, refusals, template


def test_a_repeat_answers_the_same_coupon(people):
    template()
    told = fact(people[0], key="a")
    (first,), (again,) = facade.issue([told]), facade.issue([told])
    assert (again.coupon, first.repeated, again.repeated) == (first.coupon, False, True)
    wrong = [replace(told, member_id=people[1])]
    assert refusals(facade.issue(wrong)) == ["already_recorded_differently"]
    assert [held.id for held in facade.of_member(people[0], NOW)] == [first.coupon.id]
    assert facade.of_member(people[1], NOW) == ()


def test_dates_count_in_the_templates_zone_and_end_with_the_day(people):
    template(validity=Validity(days=7))
    template("later", validity=Validity(delay_days=1, days=1))
    template("fixed", validity=Validity(since=NOW, until=later(days=3), days=7))
    week, delayed, fixed = (issued(people[0], of=code) for code in ("ten", "later", "fixed"))
    assert (week.starts_at, week.ends_at) == (NOW, datetime(2026, 6, 7, 16, tzinfo=UTC))
    assert delayed.starts_at == datetime(2026, 6, 1, 16, tzinfo=UTC)
    assert delayed.ends_at == datetime(2026, 6, 2, 16, tzinfo=UTC)
    assert fixed.ends_at == later(days=3)


def test_dates_that_leave_nothing_of_a_coupon_issue_none(people):
    template("ahead", validity=Validity(since=later(days=30), days=3))
    template("late", validity=Validity(until=later(days=2), delay_days=5))
    assert issued(people[0], of="ahead").ends_at == datetime(2026, 7, 3, 16, tzinfo=UTC)
    assert refusals(facade.issue([fact(people[0], of="late")])) == ["coupons_over"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"codes": Codes.ONE, "one_code": "GONE", "validity": Validity(until=NOW)}, "/validity/until"),
        ({"validity": Validity(until=NOW)}, "/validity/until"),
        ({"issue_until": NOW}, "/issue_until"),
        ({"budget_minor": 999, "cost_minor": 1_000}, "/budget_minor"),
    ],
)
def test_a_template_of_which_nobody_can_ever_have_a_coupon_is_refused(people, wrong, pointer):
    with pytest.raises(Refusal) as told:
        template("gone", **wrong)
    assert (told.value.code, told.value.pointer) == ("bad_coupon_template", pointer)
    assert facade.templates() == ()


@pytest.mark.parametrize("cause", [*Cause])
def test_a_template_that_is_not_open_issues_nothing_through_any_cause(people, cause):
    other = {"points": 5} if cause is Cause.POINTS else {"claimable": True}
    for code in ("stopped", "paused"):
        made = template(code, **other)
        facade.change_template(made.id, TemplateChange(state=TemplateState(code)), ACTOR)
    template("early", issue_since=later(days=1), **other)
    template("late", issue_until=later(hours=1), **other)
    template("ended", validity=Validity(until=later(hours=1)), **other)
    template("spent", budget_minor=1000, cost_minor=1000, **other)
    assert issued(people[1], of="spent", cause=cause)
    clock.set_business_clock(later(hours=1))
    asked = ["stopped", "paused", "early", "late", "ended", "spent", "unknown"]
    assert refusals(facade.issue([fact(people[0], of=code, cause=cause, at=later(hours=1)) for code in asked])) == [
        "coupons_stopped", "coupons_paused", "coupons_not_open", "coupons_over", "coupons_over", "coupon_budget_spent",
        "unknown_coupon_template",
    ]  # fmt: skip
    assert facade.of_member(people[0], NOW) == ()


def test_most_and_budget_end_it_exactly(people):
    template("three", most=3)
    template("budget", budget_minor=2_500, cost_minor=1_000)
    for code, granted, why in (("three", 3, "coupons_exhausted"), ("budget", 2, "coupon_budget_spent")):
        answers = facade.issue([fact(people[0], of=code) for _ in range(5)])
        assert refusals(answers) == [None] * granted + [why] * (5 - granted)
        assert facade.template_by_code(code).left == 0
    grown = facade.change_template(facade.template_by_code("three").id, TemplateChange(most=4), ACTOR)
    assert (grown.left, refusals(facade.issue([fact(people[1], of="three")] * 1))) == (1, [None])


def test_a_member_gets_what_one_may_have_in_each_period(people):
    template(per_member=MemberLimit(2, Period.WEEK))
    told = [fact(people[0]), fact(people[0]), fact(people[0]), fact(people[1])]
    assert refusals(facade.issue(told)) == [None, None, "coupon_limit_reached", None]
    sunday, monday = datetime(2026, 6, 7, 15, 59, tzinfo=UTC), datetime(2026, 6, 7, 16, tzinfo=UTC)
    assert refusals(facade.issue([fact(people[0], at=sunday)])) == ["coupon_limit_reached"]
    assert refusals(facade.issue([fact(people[0], at=monday)])) == [None]


def test_only_what_is_claimable_is_claimed_and_only_what_has_a_price_is_bought(people):
    template()
    template("priced", points=100, claimable=True)
    asked = [("ten", Cause.CLAIM), ("ten", Cause.POINTS), ("priced", Cause.CLAIM), ("priced", Cause.POINTS)]
    answers = facade.issue([fact(people[0], of=code, cause=cause) for code, cause in asked])
    assert refusals(answers) == ["coupon_not_claimable", "coupon_without_price", "coupon_not_claimable", None]


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_a_lucky_packet_is_split_to_the_cent(people, chunk):
    template(kind=Kind.PACKET, offer="{amount: 1}", packet=Packet(10_000, 100, 7))
    values = []
    while len(values) < 100:
        answers = facade.issue([fact(people[0]) for _ in range(min(chunk, 100 - len(values)))])
        values += [answer.coupon.value_minor for answer in answers]
    assert (len(values), sum(values), min(values) >= 7, len(set(values)) > 20) == (100, 10_000, True, True)
    assert refusals(facade.issue([fact(people[0])])) == ["coupons_exhausted"]


def test_a_code_for_many_is_nobodys(people):
    template(codes=Codes.ONE, one_code="summer-10")
    (held,) = facade.by_codes([" Summer10 "], NOW)
    assert (held.code, held.member_id, held.refused) == ("SUMMER10", None, None)
    assert refusals(facade.issue([fact(people[0])])) == ["coupon_code_for_many"]


def test_what_was_told_only_grows(people):
    made = template(most=5)
    for change in (TemplateChange(most=4), TemplateChange(budget_minor=5), TemplateChange(issue_until=NOW)):
        with pytest.raises(Refusal) as told:
            facade.change_template(made.id, change, ACTOR)
        assert told.value.code == "coupon_template_shrinks"
    facade.change_template(made.id, TemplateChange(state=TemplateState.STOPPED), ACTOR)
    with pytest.raises(Refusal) as told:
        facade.change_template(made.id, TemplateChange(state=TemplateState.ACTIVE), ACTOR)
    assert (told.value.code, facade.template(made.id).draft.most) == ("coupons_stopped", 5)


def test_counts_of_a_template(people):
    made = template(most=10)
    issued(people[0])
    assert (facade.template(made.id).counts, facade.template(made.id).issued) == ({State.ISSUED: 1}, 1)
    assert queries.room_left([made.id]) == {made.id: 9}
