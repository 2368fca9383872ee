"""When members are told of what comes: before every charge, never of it right after one."""

from datetime import timedelta

import pytest

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Kind, Length, PlanDraft, Terms
from tests.paid import club
from tests.paid.club import BY


def told(subscription):
    """Return of what a member was told on which local day."""
    notices = paid.history(subscription.id).notices
    return [(f"{notice.at + timedelta(hours=8):%Y-%m-%d}", notice.kind.value) for notice in notices]


def charged(subscription):
    return [f"{charge.asked_at + timedelta(hours=8):%Y-%m-%d}" for charge in paid.history(subscription.id).charges]


def test_a_month_is_told_a_week_before_every_charge_and_not_right_after_one(people):
    month = club.buy(people[0], length=Length.MONTH)
    club.pass_days(95)
    assert charged(month) == ["2026-06-15", "2026-07-14", "2026-08-14", "2026-09-14"]
    assert told(month) == [(f"2026-0{month}-08", "plan_renewal") for month in (7, 8, 9)]


def test_a_quarter_is_told_a_month_and_a_week_before(people):
    quarter = club.buy(people[0], length=Length.QUARTER)
    club.pass_days(95)
    assert charged(quarter) == ["2026-06-15", "2026-09-14"]
    assert told(quarter) == [("2026-08-16", "plan_renewal"), ("2026-09-08", "plan_renewal")]


def test_what_is_too_short_for_any_day_is_told_at_once(people):
    paid.try_out(people[0], "plus", Length.MONTH, BY)
    month = club.buy(people[0], length=Length.MONTH)
    paid.create_plan(
        PlanDraft("taste", Kind.SERVICE, "尝鲜", "Taste", "taste", Terms({Length.YEAR: 9_900}, trial_days=3)), BY
    )
    taste = paid.try_out(people[1], "taste", Length.YEAR, BY)
    club.pass_days(1)
    assert told(taste) == [("2026-06-16", "plan_ending")]
    club.pass_days(10)
    assert told(taste)[1:] == [("2026-06-18", "plan_grace"), ("2026-06-25", "plan_lapsed")]
    assert told(month) == []


@pytest.mark.parametrize(
    ("prices", "days", "tries", "bounds"),
    [
        ((Length.MONTH,), (30,), (-1, 2), (2, 14)),
        ((Length.MONTH, Length.YEAR), (30, 15), (2,), (1, 14)),
        ((Length.QUARTER,), (3,), (-5,), (6, 44)),
        ((Length.YEAR,), (), (-1,), (2, 182)),
    ],
)
def test_terms_by_which_a_charge_would_come_unannounced_are_refused(people, prices, days, tries, bounds):
    terms = Terms(dict.fromkeys(prices, 1_500), notice_days=days, try_days=tries)
    now, before = clock.business_now(), paid.list_plans()
    for verb, arguments in (
        (paid.create_plan, (PlanDraft("taste", Kind.SERVICE, "尝鲜", "Taste", "taste", terms), BY)),
        (paid.change_plan, ("plus", terms, now, BY)),
    ):
        with pytest.raises(Refusal) as caught:
            verb(*arguments)
        assert (caught.value.code, caught.value.params) == (
            "notice_days_unfit",
            {"least": bounds[0], "most": bounds[1]},
        )
    assert paid.list_plans() == before


def test_what_is_not_paid_yet_says_what_it_will_cost(people):
    asked = paid.buy(club.Order(people[0], "plus", Length.MONTH, "sandbox"), BY)
    assert asked.subscription.price_minor == 1_500
    switched = club.buy(people[1], length=Length.MONTH)
    bought, told_price = paid.switch(switched.id, "gold-card", Length.YEAR, BY)
    assert (bought.subscription.state.value, bought.subscription.price_minor) == ("pending", 30_000)
    assert told_price.due_minor < 30_000
