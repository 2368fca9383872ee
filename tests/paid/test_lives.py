"""The life of a subscription, day by day: S11 and every other way through its states."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.benefits.contracts import Benefit, Catalogue, Kind, Per, SetRow, UseFact
from shuke.rooms.members import facade as members
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import Length, Order, RefundRule, State
from shuke.rooms.payments import facade as payments
from tests.paid import club
from tests.paid.club import BY, NOON


def refused(code, verb, *arguments, **options):
    with pytest.raises(Refusal) as caught:
        verb(*arguments, **options)
    assert caught.value.code == code


def day(month, number, year=2026):
    """Return the first instant of a day in Shanghai."""
    return datetime(year, month, number, tzinfo=UTC) - timedelta(hours=8)


def tags(member_id):
    return members.tags([member_id])[member_id]


def test_a_plan_brings_its_benefits_and_takes_them(people):
    lounge = Benefit("lounge", "贵宾厅", "Lounge", Kind.COUNTED, quota=2)
    benefits.apply(Catalogue((lounge,), (SetRow("plan:plus", "lounge"),)), BY)
    anna, ben = people[:2]

    plus = club.buy(anna)
    had = benefits.of_member(anna)
    assert [(one.benefit.code, one.left) for one in had] == [("lounge", 2)]
    assert benefits.of_member(ben) == ()
    paid.cancel(plus.id, BY, at_once=True)
    assert benefits.of_member(anna) == ()


def test_quotas_of_a_term_begin_anew_with_the_period_that_was_paid_for(people):
    pool = Benefit("pool", "泳池", "Pool", Kind.COUNTED, quota=2, per=Per.TERM)
    benefits.apply(Catalogue((pool,), (SetRow("plan:plus", "pool"),)), BY)
    anna = people[0]

    def left():
        return [one.left for one in benefits.of_member(anna)]

    month = club.buy(anna, length=Length.MONTH)
    benefits.use(UseFact("desk", "first", anna, "pool"), BY)
    assert left() == [1]
    paid.gift(anna, "plus", Length.MONTH, "why", BY)  # to the end of the one that runs
    paid.extend(month.id, 3, "why", BY)
    assert left() == [1]
    club.pass_days(29)
    assert left() == [1]
    club.pass_days(2)
    assert left() == [2]
    benefits.use(UseFact("desk", "second", anna, "pool"), BY)
    club.pass_days(30)
    assert (left(), paid.subscription(month.id).ends_at) == ([1], day(8, 18))  # the three days are of the same term
    club.pass_days(3)
    assert (left(), paid.subscription(month.id).ends_at) == ([2], day(9, 18))  # renewed, and paid for


def test_a_year_with_dunning_grace_and_lapse(people):
    anna = people[0]
    year = club.buy(anna, later=Behaviour.DECLINES)
    assert (year.state, year.ends_at, tags(anna)) == (State.ACTIVE, day(6, 15, 2027), {"plus"})

    club.pass_days(335)
    assert club.inbox() == {"plan_renewal": 1}
    club.pass_days(29)
    assert (paid.subscription(year.id).state, club.inbox()["plan_charge_failed"]) == (State.ACTIVE, 1)
    club.pass_days(3)
    assert (paid.subscription(year.id).state, tags(anna)) == (State.PAST_DUE, {"plus"})
    club.pass_days(3)
    assert (paid.subscription(year.id).state, tags(anna)) == (State.GRACE, {"plus"})
    club.pass_days(7)

    assert (paid.subscription(year.id).state, tags(anna)) == (State.LAPSED, frozenset())
    assert club.states(year) == [
        ("2026-06-15", "pending", "asked"),
        ("2026-06-15", "active", "paid"),
        ("2027-06-15", "past_due", "period_ended"),
        ("2027-06-20", "grace", "tries_over"),
        ("2027-06-27", "lapsed", "grace_over"),
    ]
    assert club.inbox() == {
        "plan_renewal": 2,
        "plan_charge_failed": 2,
        "plan_charge_failed_last": 1,
        "plan_grace": 1,
        "plan_lapsed": 1,
    }
    assert [charge.state.value for charge in paid.history(year.id).charges] == ["paid", "failed", "failed", "failed"]
    assert club.money(anna) == (12_000, 0)
    club.pass_days(3)
    assert sum(club.inbox().values()) == 7
    assert paid.verify().violations == ()


def test_cancelling_inside_the_cooling_off_gives_everything_back(people):
    year = club.buy(people[1])
    club.pass_days(7)
    told = paid.quote_leaving(year.id, at_once=True)
    assert (told.refund_minor, told.rule, told.days_left, told.days_total) == (
        12_000,
        RefundRule.COOLING_OFF,
        357,
        365,
    )

    after, done = paid.cancel(year.id, BY, at_once=True)
    club.run()

    assert (done, after.state, tags(people[1])) == (told, State.CANCELLED, frozenset())
    assert club.money(people[1]) == (12_000, 12_000)


def test_cancelling_later_gives_the_days_that_are_left_back(people):
    year = club.buy(people[0])
    club.pass_days(100)
    told = paid.quote_leaving(year.id, at_once=True)
    # 264 of 365 days are left after today: 12,000 × 264 / 365 = 8,679.45
    assert (told.refund_minor, told.rule, told.days_left) == (8_679, RefundRule.PRORATA, 264)

    paid.cancel(year.id, BY, at_once=True)
    club.run()

    assert club.money(people[0]) == (12_000, 8_679)
    refused("subscription_not_live", paid.cancel, year.id, BY, at_once=True)
    assert club.money(people[0]) == (12_000, 8_679)


def test_cancelling_with_the_period_keeps_it_to_its_end(people):
    year = club.buy(people[0])
    after, told = paid.cancel(year.id, BY, at_once=False)
    assert (after.state, after.leaving, told.refund_minor, told.ends_at) == (State.ACTIVE, True, 0, day(6, 15, 2027))

    club.pass_days(364)
    assert (paid.subscription(year.id).state, club.inbox()) == (State.ACTIVE, {"plan_ending": 2})
    club.pass_days(1)

    assert (paid.subscription(year.id).state, tags(people[0])) == (State.CANCELLED, frozenset())
    assert club.money(people[0]) == (12_000, 0)


def test_it_renews_by_itself_at_the_price_that_was_told(people):
    month = club.buy(people[0], length=Length.MONTH)
    club.pass_days(20)
    dearer = dict(club.PRICES) | {Length.MONTH: 1_800}
    paid.change_plan("plus", club.Terms(dearer), clock.business_now(), BY)
    club.pass_days(3)
    assert (club.inbox(), paid.subscription(month.id).renews_at_minor) == ({"plan_price": 1}, 1_800)
    paid.change_plan("plus", club.Terms(dict(dearer) | {Length.MONTH: 2_500}), clock.business_now(), BY)

    club.pass_days(20)

    after = paid.subscription(month.id)
    assert (after.state, after.ends_at, after.price_minor) == (State.ACTIVE, day(8, 15), 1_800)
    assert club.states(month)[2:] == [("2026-07-14", "active", "renewed")]
    assert club.money(people[0]) == (3_300, 0)


def test_months_keep_the_day_on_which_they_began(people):
    clock.set_business_clock(datetime(2027, 1, 31, 4, tzinfo=UTC))
    month = club.buy(people[0], length=Length.MONTH)

    club.pass_days(100)

    ends = [period.ends_at for period in paid.history(month.id).periods]
    assert ends == [day(2, 28, 2027), day(3, 31, 2027), day(4, 30, 2027), day(5, 31, 2027)]


def test_who_buys_again_early_goes_on_where_the_first_ends(people):
    club.buy(people[0])
    again = club.buy(people[0], length=Length.QUARTER)

    assert (again.ends_at, len(paid.history(again.id).periods)) == (day(9, 15, 2027), 2)
    assert [one.state for one in paid.page(9).subscriptions] == [State.ACTIVE]


def test_the_same_order_twice_is_one_payment(people):
    order = Order(people[0], "plus", Length.YEAR, "sandbox")
    first = paid.buy(order, BY)

    assert paid.buy(order, BY) == first
    assert len(payments.page(9).payments) == 1


def test_a_first_payment_that_fails_leaves_nothing_and_may_still_come(people):
    bought = paid.buy(Order(people[0], "plus", Length.YEAR, "sandbox"), BY)
    club.pay(bought.payment_id, Behaviour.DECLINES)
    assert (paid.subscription(bought.subscription.id).state, tags(people[0])) == (State.VOID, frozenset())

    row = club.sandbox.pretended(bought.payment_id)
    row.outcome = "done"
    payments.answered("sandbox", *club.sandbox.callback(row))

    assert (paid.subscription(bought.subscription.id).state, tags(people[0])) == (State.ACTIVE, {"plus"})


def test_money_that_arrives_after_the_lapse_begins_a_new_period_then(people):
    month = club.buy(people[0], later=Behaviour.LATE, length=Length.MONTH)
    terms = club.Terms(club.PRICES, try_days=(0,), grace_days=0)
    paid.change_plan("plus", terms, clock.business_now(), BY)
    late = club.buy(people[1], later=Behaviour.LATE, length=Length.MONTH)
    club.pass_days(31)
    assert paid.subscription(late.id).state is State.LAPSED
    club.pass_days(3)

    assert club.states(late)[2:] == [
        ("2026-07-15", "past_due", "period_ended"),
        ("2026-07-16", "grace", "tries_over"),
        ("2026-07-16", "lapsed", "grace_over"),
        ("2026-07-18", "active", "paid_late"),
    ]
    assert paid.subscription(late.id).ends_at == day(8, 18)
    assert paid.subscription(month.id).ends_at == day(8, 15)  # told two days late, within its tries


def test_money_for_what_was_cancelled_or_had_already_goes_back(people):
    bought = paid.buy(Order(people[0], "plus", Length.YEAR, "sandbox"), BY)
    paid.cancel(bought.subscription.id, BY, at_once=True)
    club.pay(bought.payment_id)
    first = paid.buy(Order(people[1], "plus", Length.YEAR, "sandbox"), BY)
    second = paid.buy(Order(people[1], "plus", Length.MONTH, "sandbox"), BY)
    club.pay(first.payment_id)
    club.pay(second.payment_id)
    club.run()

    assert (club.money(people[0]), paid.subscription(bought.subscription.id).state) == (
        (12_000, 12_000),
        State.CANCELLED,
    )
    assert club.money(people[1]) == (13_500, 1_500)
    assert len(paid.history(first.subscription.id).periods) == 1


def test_silent_and_doubled_renewals_are_charged_once(people):
    silent, twice = (
        club.buy(member, later=behaviour, length=Length.MONTH)
        for member, behaviour in zip(people, (Behaviour.SILENT, Behaviour.TWICE), strict=False)
    )
    club.pass_days(35)

    for subscription, member in ((silent, people[0]), (twice, people[1])):
        assert (len(paid.history(subscription.id).periods), club.money(member)) == (2, (3_000, 0))


def test_a_trial_is_had_once_and_goes_on_when_it_is_paid(people):
    trial = paid.try_out(people[0], "plus", Length.YEAR, BY)
    assert (trial.state, trial.ends_at, tags(people[0])) == (State.TRIAL, day(6, 29), {"plus"})
    refused("no_trial", paid.try_out, people[0], "plus", Length.YEAR, BY)
    refused("no_trial", paid.try_out, people[0], "gold-card", Length.YEAR, BY)
    club.pass_days(8)
    assert club.inbox() == {"plan_ending": 1}

    after = club.buy(people[0])

    assert (after.id, after.state, after.ends_at) == (trial.id, State.ACTIVE, day(6, 29, 2027))
    told = paid.quote_leaving(trial.id, at_once=True)
    assert (told.refund_minor, told.rule) == (12_000, RefundRule.COOLING_OFF)


def test_a_gift_a_code_and_days_more_cost_nothing(people):
    anna, ben, cora = people
    given = paid.gift(anna, "plus", Length.QUARTER, "for her patience", BY)
    club.run()
    assert (given.ends_at, club.inbox()) == (day(9, 15), {"plan_gift": 1})
    assert paid.extend(given.id, 10, "a slow week", BY).ends_at == day(9, 25)
    batch = paid.make_codes("plus", Length.MONTH, 3, "fair", day(7, 1), BY)
    (first, _), (second, _), (third, _) = paid.codes_of(batch.id, BY)
    assert len({first, second, third}) == 3

    assert paid.use_code(anna, first.lower().replace("-", " "), BY).ends_at == day(10, 25)
    assert paid.use_code(ben, second, BY).ends_at == day(7, 15)
    refused("activation_code_used", paid.use_code, cora, first, BY)
    refused("unknown_activation_code", paid.use_code, cora, "0000-0000-0000-0000", BY)
    club.pass_days(16)
    refused("activation_code_expired", paid.use_code, cora, third, BY)

    assert [(one.used, one.count) for one in paid.batches()] == [(2, 3)]
    assert tags(cora) == frozenset()
    assert club.money(anna) == (0, 0)
    assert paid.quote_leaving(given.id, at_once=True).refund_minor == 0


def test_a_gift_that_another_pays_for_is_theirs_to_get_back(people):
    anna, ben, _ = people
    given = club.buy(ben, payer_id=anna)
    club.run()
    assert (given.member_id, given.auto_renew, given.agreement, tags(ben)) == (ben, False, "", {"plus"})
    assert (club.inbox(), club.money(anna)) == ({"plan_gift": 1}, (12_000, 0))

    paid.cancel(given.id, BY, at_once=True)
    club.run()

    assert (club.money(anna), tags(ben)) == ((12_000, 12_000), frozenset())


def test_changing_up_costs_the_price_less_what_is_unused(people):
    year = club.buy(people[0])
    club.pass_days(100)
    told = paid.quote_switch(year.id, "gold-card", Length.YEAR)
    assert (told.price_minor, told.credit_minor, told.due_minor, told.refund_minor) == (30_000, 8_679, 21_321, 0)

    bought, done = paid.switch(year.id, "gold-card", Length.YEAR, BY)
    assert (done, paid.subscription(year.id).state) == (told, State.ACTIVE)
    club.pay(bought.payment_id)
    club.run()

    assert (paid.subscription(year.id).state, tags(people[0])) == (State.CANCELLED, {"goldcard"})
    assert paid.subscription(bought.subscription.id).ends_at == day(9, 23, 2027)
    assert club.money(people[0]) == (33_321, 0)
    paid.cancel(bought.subscription.id, BY, at_once=True)  # in the cooling-off: what was paid, and what came over
    club.run()
    assert club.money(people[0]) == (33_321, 30_000)


def test_changing_down_gives_the_difference_back_at_once(people):
    gold = club.buy(people[0], plan="gold-card")
    told = paid.quote_switch(gold.id, "plus", Length.YEAR)
    assert (told.credit_minor, told.due_minor, told.refund_minor) == (12_000, 0, 17_918)  # 30,000 × 364 / 365

    bought, _ = paid.switch(gold.id, "plus", Length.YEAR, BY)
    club.run()

    assert (bought.payment_id, bought.subscription.state, tags(people[0])) == (None, State.ACTIVE, {"plus"})
    assert club.money(people[0]) == (30_000, 17_918)
    refused("same_plan", paid.quote_switch, bought.subscription.id, "plus", Length.YEAR)


def test_what_is_not_sold_is_refused(people):
    refused("length_not_sold", paid.buy, Order(people[0], "gold-card", Length.MONTH, "sandbox"), BY)
    refused("unknown_plan", paid.buy, Order(people[0], "silver", Length.YEAR, "sandbox"), BY)
    refused("unknown_payment_method", paid.buy, Order(people[0], "plus", Length.YEAR, "barter"), BY)
    paid.set_on_sale("plus", BY, on_sale=False)
    refused("plan_not_on_sale", paid.buy, Order(people[0], "plus", Length.YEAR, "sandbox"), BY)
    assert paid.page(9, state=State.PENDING).subscriptions == ()


def test_who_has_left_gets_nothing_and_their_money_back(people):
    bought = paid.buy(Order(people[0], "plus", Length.YEAR, "sandbox"), BY)
    members.set_status(people[0], members.Status.EXITED, "asked to", BY)
    club.pay(bought.payment_id)
    club.run()

    assert club.money(people[0]) == (12_000, 12_000)
    refused("member_exited", paid.gift, people[0], "plus", Length.YEAR, "why", BY)


def test_plans_are_checked_before_they_are_written(people):
    wrong = {
        "plan_exists": club.PLUS,
        "invalid_plan_code": replace(club.PLUS, code="Plus!"),
        "invalid_plan_name": replace(club.PLUS, code="x", name_zh=" "),
        "invalid_plan_price": replace(club.PLUS, code="x", terms=club.Terms({})),
        "invalid_plan_days": replace(club.PLUS, code="x", terms=club.Terms(club.PRICES, try_days=(400,))),
    }
    for code, draft in wrong.items():
        refused(code, paid.create_plan, draft, BY)
    refused("effective_too_early", paid.change_plan, "plus", club.PLUS.terms, NOON - timedelta(seconds=1), BY)
    assert [plan.code for plan in paid.list_plans()] == ["gold-card", "plus"]


def test_the_database_refuses_overlaps_a_second_charge_and_a_changed_past(people):
    year = club.buy(people[0])
    period, charge, change, version = (
        apps.get_model("paid", name) for name in ("Period", "Charge", "Change", "Version")
    )
    row = period.objects.values().get()
    wrong = [
        lambda: period.objects.create(**row | {"id": UUID(int=1), "number": 2}),
        lambda: charge.objects.create(**charge.objects.values().get() | {"id": UUID(int=1), "attempt": 2}),
        lambda: change.objects.update(after="lapsed"),
        lambda: version.objects.all().delete(),
    ]
    for forbidden in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()
    period.objects.create(
        **row | {"id": UUID(int=1), "number": 2, "starts_at": row["ends_at"], "ends_at": day(6, 15, 2028)}
    )
    assert [found.detail for found in paid.verify().violations] == [
        "A subscription ends at 2027-06-14 16:00:00+00, its last period at 2028-06-14 16:00:00+00."
    ]
    assert paid.subscription(year.id).state is State.ACTIVE


@pytest.mark.parametrize("size", [1, 3])
def test_any_number_of_subscriptions_is_listed_by_five_statements(people, size, django_assert_num_queries):
    for member_id in people[:size]:
        club.buy(member_id)
    with django_assert_num_queries(5):  # subscriptions, plans, the clock, and versions for what is sold and what was
        found = paid.page(9).subscriptions
    assert [one.renews_at_minor for one in found] == [12_000] * size
