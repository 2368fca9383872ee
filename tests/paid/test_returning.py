"""Who leaves a plan and comes again, or goes to another one, gets nothing for nothing."""

from datetime import timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Benefit, Catalogue, Kind, Per, SetRow
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Kind as CouponKind
from shuke.rooms.coupons.contracts import TemplateDraft, Use
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import AfterCoolingOff, Length, Order, RefundRule, State
from shuke.rooms.paid.services import running
from shuke.rooms.payments import facade as payments
from shuke.rooms.programs import facade as programs
from tests.paid import club
from tests.paid.club import BY


def coupons_of(member_id):
    """Return how the coupons of a member stand, the first first."""
    return [one.state.value for one in reversed(coupons.of_member(member_id, clock.business_now()))]


def leave(subscription):
    told = paid.cancel(subscription.id, BY, at_once=True)[1]
    club.run()
    return told.refund_minor, told.rule


def test_gifts_of_a_plan_go_back_with_its_money_and_come_once_a_period(people):
    draft = TemplateDraft("ten-off", "Ten off", CouponKind.CASH, "{amount: 10}", "Asia/Shanghai")
    coupons.create_template(draft, BY)
    gift = Benefit("gift", "礼券", "Gift", Kind.COUPON, gives="ten-off", quota=2, per=Per.TERM)
    benefits.apply(Catalogue((gift,), (SetRow("plan:plus", "gift"),)), BY)
    anna = people[0]

    month = club.buy(anna, length=Length.MONTH)
    first = coupons.of_member(anna, clock.business_now())[-1]
    assert coupons.redeem([Use(first.id, anna, "till", "o-1", 1_000, clock.business_now())]) == [None]
    assert leave(month) == (1_500, RefundRule.COOLING_OFF)
    assert coupons_of(anna) == ["used", "void"]

    club.pass_days(1)
    again = club.buy(anna, length=Length.MONTH)
    assert coupons_of(anna) == ["used", "void", "issued", "issued"]
    assert leave(again) == (1_450, RefundRule.PRORATA)  # 29 of 30 days
    assert coupons_of(anna)[2:] == ["void", "void"]

    club.pass_days(1)
    third = club.buy(anna, length=Length.YEAR)
    assert len(coupons_of(anna)) == 4  # the month that was left runs on until 16 July
    club.pass_days(28)
    assert (len(coupons_of(anna)), paid.subscription(third.id).state) == (4, State.ACTIVE)
    club.pass_days(1)
    assert coupons_of(anna)[4:] == ["issued", "issued"]
    assert paid.verify().violations == ()


def test_a_switch_gives_no_money_back_that_leaving_would_not(people):
    strict = club.Terms({Length.YEAR: 30_000}, refund=AfterCoolingOff.NOTHING)
    clock.set_business_clock(club.NOON + timedelta(minutes=1))
    paid.change_plan("gold-card", strict, clock.business_now(), BY)
    gold = club.buy(people[0], plan="gold-card")
    club.pass_days(8)
    assert paid.quote_leaving(gold.id, at_once=True).refund_minor == 0

    told = paid.quote_switch(gold.id, "plus", Length.MONTH)
    assert (told.credit_minor, told.due_minor, told.refund_minor) == (1_500, 0, 0)
    bought, done = paid.switch(gold.id, "plus", Length.MONTH, BY)
    assert done == told
    assert leave(bought.subscription) == (0, RefundRule.NOTHING)
    assert club.money(people[0]) == (30_000, 0)


def test_money_that_is_bound_goes_on_with_what_was_paid_beside_it(people):
    strict = club.Terms(club.PRICES, refund=AfterCoolingOff.NOTHING)
    clock.set_business_clock(club.NOON + timedelta(minutes=1))
    paid.change_plan("plus", strict, clock.business_now(), BY)
    plus = club.buy(people[0])
    club.pass_days(100)
    bought, told = paid.switch(plus.id, "gold-card", Length.YEAR, BY)
    assert (told.credit_minor, told.due_minor) == (8_679, 21_321)
    club.pay(bought.payment_id)

    assert leave(bought.subscription) == (21_321, RefundRule.COOLING_OFF)
    assert club.money(people[0]) == (33_321, 21_321)


def test_a_switch_asked_for_twice_waits_once(people):
    plus = club.buy(people[0])
    first, _ = paid.switch(plus.id, "gold-card", Length.YEAR, BY)
    again, _ = paid.switch(plus.id, "gold-card", Length.YEAR, BY)

    assert (again, len(payments.page(9).payments)) == (first, 2)
    assert len(paid.page(9, state=State.PENDING).subscriptions) == 1


def test_money_for_a_plan_that_cannot_begin_goes_back(people, monkeypatch):
    bought = paid.buy(Order(people[0], "plus", Length.YEAR, "sandbox"), BY)

    def refuse(*_, **__):
        raise Refusal("too_many_tags", "Enough of them.")

    with monkeypatch.context() as patched:
        patched.setattr(running, "carry", refuse)
        club.pay(bought.payment_id)
    club.run()

    assert club.money(people[0]) == (12_000, 12_000)
    assert paid.subscription(bought.subscription.id).state is State.PENDING
    assert (paid.history(bought.subscription.id).periods, members.tags(people)[people[0]]) == ((), frozenset())


def test_whoever_leaves_by_whomever_is_charged_no_more(people):
    month = club.buy(people[0], length=Length.MONTH)
    club.pass_days(10)

    programs.set_status(people[0], Status.EXITED, "asked at the desk", BY)
    club.pass_days(40)

    assert paid.subscription(month.id).state is State.CANCELLED
    assert club.money(people[0]) == (1_500, 950)  # 19 of 30 days


@pytest.mark.parametrize("broken", ["advance", "tell"])
def test_one_that_stands_wrong_keeps_no_other_from_its_due(people, monkeypatch, broken):
    anna, ben, _ = (club.buy(one, length=Length.MONTH) for one in people)
    begin, notice = running.note, club.plans.messaging.send

    def note(row, *said, **more):
        if row.id == anna.id:
            raise ValueError("wrong")
        begin(row, *said, **more)

    def send(told):
        if told.member_id == people[0]:
            raise ValueError("wrong")
        return notice(told)

    if broken == "advance":
        monkeypatch.setattr(running, "note", note)
    else:
        monkeypatch.setattr(club.plans.messaging, "send", send)
    club.pass_days(24)

    assert club.inbox() == {"plan_renewal": 2}
    assert paid.subscription(ben.id).state is State.ACTIVE
