"""Whatever happens to a member's subscriptions over years: the laws hold, and their days are those of a small model.

The model knows months and days of the calendar and nothing of the product: when a period that is bought, given or
extended must end. The laws are asked after every step: no overlap, one paid charge a period, refunds within what was
paid, money where the periods say it is, a tag for who has the plan and nobody else, changes that follow one another.
"""

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.adapters.payment_sandbox import provider as sandbox
from shuke.adapters.payment_sandbox.models import Pretended
from shuke.adapters.payment_sandbox.provider import Behaviour
from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.rooms.members import facade as members
from shuke.rooms.paid import facade as paid
from shuke.rooms.paid.contracts import LIVE, ChargeState, Length, State
from shuke.rooms.payments import facade as payments
from tests.paid import club
from tests.paid.club import BY

MONTHS = {Length.MONTH: 1, Length.QUARTER: 3, Length.YEAR: 12}
FOLLOWS = {
    None: {State.PENDING, State.TRIAL, State.ACTIVE},
    State.PENDING: {State.ACTIVE, State.VOID, State.CANCELLED},
    State.TRIAL: {State.TRIAL, State.ACTIVE, State.PAST_DUE, State.GRACE, State.CANCELLED},
    State.ACTIVE: {State.ACTIVE, State.PAST_DUE, State.GRACE, State.CANCELLED},
    State.PAST_DUE: {State.PAST_DUE, State.ACTIVE, State.GRACE, State.CANCELLED},
    State.GRACE: {State.GRACE, State.ACTIVE, State.LAPSED, State.CANCELLED},
    State.LAPSED: {State.ACTIVE},
    State.VOID: {State.ACTIVE},
    State.CANCELLED: set(),
}

lengths, behaviours = st.sampled_from(list(Length)), st.sampled_from(list(Behaviour))
steps = st.one_of(
    st.tuples(st.just("buy"), lengths, behaviours, behaviours),
    st.tuples(st.just("wait"), st.integers(1, 400)),
    st.tuples(st.just("wait"), st.integers(1, 12)),
    st.tuples(st.just("give"), lengths),
    st.tuples(st.just("extend"), st.integers(1, 40)),
    st.tuples(st.just("try"), lengths),
    st.tuples(st.just("leave"), st.booleans()),
    st.tuples(st.just("renew"), st.booleans()),
    st.tuples(st.just("switch"), behaviours),
    st.tuples(st.just("replay")),
    st.tuples(st.just("pay late")),
)


def month_later(anchor, months):
    """Return the same day of a month to come, or its last day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def local(at):
    return (at + timedelta(hours=8)).date()


class Model:
    """The last day that a member does not have the plan any more, by the calendar alone."""

    def __init__(self):
        self.anchor, self.months = None, 0

    def ends(self):
        return month_later(self.anchor, self.months)

    def add(self, found, *, months=0, days=0):
        """Tell of a period that follows those of `found`, or begins today where it is not live."""
        if found is None or not found.is_live:
            self.anchor, self.months = local(clock.business_now()), 0
        if days:
            self.anchor, self.months = self.ends() + timedelta(days=days), 0
        self.months += months

    def go_on(self, ends, *, begun_anew):
        """Hear where time or late money led: whole months of the same days, or days of their own."""
        whole = () if begun_anew else range(self.months, self.months + 99)
        months = next((each for each in whole if month_later(self.anchor, each) == ends), None)
        self.anchor, self.months = (ends, 0) if months is None else (self.anchor, months)


def current(member):
    """Return the live subscription to the plan plus, or None."""
    mine = paid.page(99, member_id=member).subscriptions
    return next((one for one in mine if one.is_live and one.plan.code == "plus"), None)


def do(member, model, step):  # noqa: C901  # one branch a step
    name, *said = step
    found = current(member)
    if name == "wait":
        club.pass_days(said[0])
    elif name == "buy":
        if club.buy(member, said[1], said[2], length=said[0]).is_live and said[1] in {
            Behaviour.PAYS,
            Behaviour.TWICE,
            Behaviour.KEEPS,
        }:
            model.add(found, months=MONTHS[said[0]])
    elif name == "give":
        paid.gift(member, "plus", said[0], "why", BY)
        model.add(found, months=MONTHS[said[0]])
    elif name == "extend" and found:
        paid.extend(found.id, said[0], "why", BY)
        model.add(found, days=said[0])
    elif name == "try":
        paid.try_out(member, "plus", said[0], BY)
        model.add(None, days=14)
    elif name == "leave" and found:
        told = paid.quote_leaving(found.id, at_once=said[0])
        assert paid.cancel(found.id, BY, at_once=said[0])[1] == told
    elif name == "renew" and found:
        paid.set_renewal(found.id, BY, on=said[0])
    elif name == "switch" and found:
        bought, told = paid.switch(found.id, "gold-card", Length.YEAR, BY, "sandbox")
        assert told.price_minor == told.credit_minor + told.due_minor
        if bought.payment_id:
            club.pay(bought.payment_id, said[0])
    elif name == "replay":
        for row in Pretended.objects.exclude(outcome="pending"):
            payments.answered("sandbox", *sandbox.callback(row))
    elif name == "pay late":
        for row in Pretended.objects.filter(outcome="failed", is_refund=False):
            row.outcome = "done"
            row.save()
            payments.answered("sandbox", *sandbox.callback(row))


def check(member):
    assert paid.verify().violations == ()
    assert payments.verify().violations == ()
    kept, carried = 0, set()
    for one in (*paid.page(999, member_id=member).subscriptions, *paid.page(999, state=State.VOID).subscriptions):
        told = paid.history(one.id)
        assert [change.before for change in told.changes[1:]] == [change.after for change in told.changes[:-1]]
        assert all(change.after in FOLLOWS[change.before] for change in told.changes)
        numbers = [charge.number for charge in told.charges if charge.state is ChargeState.PAID]
        assert len(numbers) == len(set(numbers))
        assert all(0 <= period.value_minor <= period.cost_minor for period in told.periods)
        assert (one.grace_until is not None) is (one.state is State.GRACE)
        kept += sum(period.value_minor for period in told.periods)
        if one.state in LIVE:
            carried.add(one.plan.tag)
    assert members.tags([member])[member] == carried
    came, back = club.money(member)
    assert 0 <= back <= came
    assert kept <= came - back


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(steps, min_size=3, max_size=10))
def test_years_of_a_subscription_keep_the_laws(people, told):
    live_through(people[0], told)


@pytest.mark.long
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(steps, min_size=3, max_size=16))
def test_many_more_years_keep_them_too(people, told):
    live_through(people[0], told)


def live_through(member, told):
    """Do the steps, with the laws and the model asked after each, and leave nothing of them."""
    with transaction.atomic():
        model = Model()
        for step in told:
            before = current(member)
            try:
                with transaction.atomic():
                    do(member, model, step)
            except Refusal:
                check(member)
                continue
            check(member)
            after = current(member)
            if (
                step[0] in {"buy", "give", "extend", "try"}
                and after
                and (not before or before.ends_at != after.ends_at)
            ):
                assert local(after.ends_at) == model.ends(), step
            elif after and after.ends_at is not None:  # time, or money that came late: go on from what is there
                model.go_on(local(after.ends_at), begun_anew=not before or before.started_at != after.started_at)
        transaction.set_rollback(True)


def test_the_model_itself_knows_the_ends_of_months():
    assert [month_later(date(2027, 1, 31), months).day for months in (1, 2, 3, 13)] == [28, 31, 30, 29]
    assert local(datetime(2026, 6, 15, 16, tzinfo=UTC)) == date(2026, 6, 16)
