"""What goes back when a plan is left or changed: to the minor unit, told before it is done, and done once.

Of a paid period the unused part is its money times the days left over the days it has, rounded half up; today counts as
used. A period that has not begun is unused as a whole. The cooling-off is of the first period of a plan that a member
pays for: otherwise one could use a plan for nothing, again and again. Money that would not go back to who cancels does
not go back by a switch either: it goes on as credit, and stays bound in the plan that it came to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import AfterCoolingOff, Cause, Leaving, Length, RefundRule, State, Switch
from shuke.rooms.paid.services import calendar, plans, running
from shuke.rooms.paid.services.running import Sources
from shuke.rooms.payments import facade as payments


@dataclass(frozen=True, slots=True)
class _Share:
    """What a switch makes of a period's money: how much goes on, how much of that is bound, and how much goes back."""

    period: models.Period
    kept: int
    bound: int
    back: int


def quote(row: models.Subscription, now: datetime, *, at_once: bool) -> Leaving:
    """Say what a cancellation comes to."""
    left, total = _days(_current(row, now), now)
    if not at_once or row.ends_at is None:
        return Leaving(at_once, row.ends_at or now, 0, RefundRule.NOTHING, left, total)
    parts = [_back(row, period, now) for period in queries.periods(row.id)]
    refund = sum(amount for amount, _ in parts)
    rules = [rule for amount, rule in parts if amount]
    rule = min(rules, key=[*RefundRule].index) if rules else RefundRule.NOTHING
    return Leaving(at_once, now, refund, rule, left, total)


def leave(row: models.Subscription, now: datetime, actor: Actor) -> int:
    """End a subscription at once and give back what `quote` says; return how much."""
    back, recall = 0, False
    for period in queries.periods(row.id):
        amount, _ = _back(row, period, now)
        recall = recall or (amount > 0 and period.starts_at <= now)
        for payment_id, part in _take(period, amount):
            payments.refund(payment_id, part, f"left:{period.id}", now)
        back += amount
    running.cut(row, now, Cause.CANCELLED, actor, recall=recall)
    return back


def quote_switch(row: models.Subscription, plan: models.Plan, length: Length, now: datetime) -> Switch:
    """Say what a change to another plan comes to."""
    view = plans.views([plan.id])[plan.id]
    price = plans.price_of(view.version.terms, length)
    shares = list(_shares(row, price, now))
    credit, refund = sum(one.kept for one in shares), sum(one.back for one in shares)
    left, total = _days(_current(row, now), now)
    ends_at = calendar.months_after(calendar.day_of(now), length.months)
    return Switch(view, length, price, credit, price - credit, refund, now, ends_at, left, total)


def hand_over(subscription_id: UUID, credit_minor: int, now: datetime) -> tuple[Sources, int]:
    """End the subscription that a switch leaves, and give back what goes back.

    Return where the money lies that goes on, and how much of it is bound.
    """
    row = queries.subscription(subscription_id)
    assert row is not None, "subscriptions stay"
    handed: list[tuple[UUID, int]] = []
    bound, recall = 0, False
    for share in _shares(row, credit_minor, now):
        handed += _take(share.period, share.kept)
        bound += share.bound
        recall = recall or (share.kept + share.back > 0 and share.period.starts_at <= now)
        for payment_id, part in _take(share.period, share.back):
            payments.refund(payment_id, part, f"switched:{share.period.id}", now)
    running.cut(row, now, Cause.SWITCHED, running.TIME, recall=recall)
    return handed, bound


def can_hand_over(subscription_id: UUID, credit_minor: int) -> bool:
    """Say whether a subscription is live and holds the money that a switch was promised."""
    row = queries.subscription(subscription_id)
    if row is None or row.state not in {State.TRIAL, State.ACTIVE}:
        return False
    return sum(_money(period) for period in queries.periods(row.id)) >= credit_minor


def require_live(row: models.Subscription) -> None:
    """Refuse what only a running subscription can do."""
    if row.state not in {State.TRIAL, State.ACTIVE, State.PAST_DUE, State.GRACE}:
        raise Refusal("subscription_not_live", f"This subscription is {row.state}.", params={"state": row.state})


def _current(row: models.Subscription, now: datetime) -> models.Period | None:
    return next((one for one in queries.periods(row.id) if one.starts_at <= now < one.ends_at), None)


def _days(period: models.Period | None, now: datetime) -> tuple[int, int]:
    """Return how many days of a period are left after today, and how many it has."""
    if period is None:
        return 0, 0
    first, end = calendar.day_of(period.starts_at), calendar.day_of(period.ends_at)
    return max(0, end - max(first, calendar.day_of(now) + 1)), end - first


def _unused(period: models.Period, money: int, now: datetime) -> int:
    """Return what of a period's money is for days that are left."""
    if period.ends_at <= now:
        return 0
    if period.starts_at > now:
        return money
    left, total = _days(period, now)
    return (2 * money * left + total) // (2 * total)


def _shares(row: models.Subscription, credit_minor: int, now: datetime) -> Iterator[_Share]:
    """Say of each period what goes on to another plan, up to a credit, and what goes back.

    What does not go back goes on first, so that a member loses as little as can be.
    """
    for period in queries.periods(row.id):
        unused = _unused(period, _money(period), now)
        cash = min(unused, _back(row, period, now)[0])
        kept = min(credit_minor, unused)
        credit_minor -= kept
        yield _Share(period, kept, min(kept, unused - cash), min(cash, unused - kept))


def _back(row: models.Subscription, period: models.Period, now: datetime) -> tuple[int, RefundRule]:
    """Return what of a period's money goes back when it is left now, and why."""
    terms, money = plans.terms_of(period.plan_id, period.version), _money(period) - period.bound_minor
    if period.ends_at <= now or money <= 0:
        return 0, RefundRule.NOTHING
    early = calendar.day_of(now) - calendar.day_of(period.paid_at) <= terms.cooling_off_days
    if early and not queries.paid_before(running.records_of(row.member_id), period.plan_id, period.id):
        return money, RefundRule.COOLING_OFF
    if period.starts_at <= now and terms.refund is AfterCoolingOff.NOTHING:
        return 0, RefundRule.NOTHING
    return _unused(period, money, now), RefundRule.PRORATA


def _money(period: models.Period) -> int:
    return sum(amount for _, amount in period.sources)


def _take(period: models.Period, amount: int) -> Sources:
    """Take money from a period, the last that came first; return where it lies."""
    taken: list[tuple[UUID, int]] = []
    kept = []
    for payment_id, there in reversed(period.sources):
        part = min(there, amount)
        amount -= part
        if part:
            taken.append((UUID(payment_id), part))
        if there - part:
            kept.insert(0, [payment_id, there - part])
    period.sources = kept
    period.save(update_fields=["sources"])
    return taken
