"""What goes back when a plan is left or changed: to the minor unit, told before it is done, and done once.

Of a paid period the unused part is its money times the days left over the days it has, rounded half up; today counts as
used. A period that has not begun is unused as a whole.
"""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import AfterCoolingOff, Cause, Leaving, Length, RefundRule, State, Switch, Terms
from shuke.rooms.paid.services import calendar, plans, running
from shuke.rooms.paid.services.running import Sources
from shuke.rooms.payments import facade as payments


def quote(row: models.Subscription, now: datetime, *, at_once: bool) -> Leaving:
    """Say what a cancellation comes to."""
    left, total = _days(_current(row, now), now)
    if not at_once or row.ends_at is None:
        return Leaving(at_once, row.ends_at or now, 0, RefundRule.NOTHING, left, total)
    terms = plans.terms_of(row.plan_id, row.version)
    parts = [(_back(period, terms, now)) for period in queries.periods(row.id)]
    refund = sum(amount for amount, _ in parts)
    rules = [rule for amount, rule in parts if amount]
    rule = min(rules, key=[*RefundRule].index) if rules else RefundRule.NOTHING
    return Leaving(at_once, now, refund, rule, left, total)


def leave(row: models.Subscription, now: datetime, actor: Actor) -> int:
    """End a subscription at once and give back what `quote` says; return how much."""
    terms, back = plans.terms_of(row.plan_id, row.version), 0
    for period in queries.periods(row.id):
        amount, _ = _back(period, terms, now)
        for payment_id, part in _take(period, amount):
            payments.refund(payment_id, part, f"left:{period.id}", now)
        back += amount
    running.cut(row, now, Cause.CANCELLED, actor)
    return back


def quote_switch(row: models.Subscription, plan: models.Plan, length: Length, now: datetime) -> Switch:
    """Say what a change to another plan comes to."""
    view = plans.views([plan.id])[plan.id]
    price = plans.price_of(view.version.terms, length)
    credit = sum(_unused(period, now) for period in queries.periods(row.id))
    left, total = _days(_current(row, now), now)
    ends_at = calendar.months_after(calendar.day_of(now), length.months)
    due, refund = max(0, price - credit), max(0, credit - price)
    return Switch(view, length, price, min(credit, price), due, refund, now, ends_at, left, total)


def hand_over(subscription_id: UUID, credit_minor: int, now: datetime) -> Sources:
    """End the subscription that a switch leaves; return where the money lies that goes on, and give back the rest."""
    row = queries.subscription(subscription_id)
    assert row is not None, "subscriptions stay"
    handed: list[tuple[UUID, int]] = []
    for period in reversed(queries.periods(row.id)):
        unused = _unused(period, now)
        kept = min(credit_minor - sum(amount for _, amount in handed), unused)
        handed += _take(period, kept)
        for payment_id, part in _take(period, unused - kept):
            payments.refund(payment_id, part, f"switched:{period.id}", now)
    running.cut(row, now, Cause.SWITCHED, running.TIME)
    return handed


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


def _unused(period: models.Period, now: datetime) -> int:
    if period.ends_at <= now:
        return 0
    if period.starts_at > now:
        return _money(period)
    left, total = _days(period, now)
    return (2 * _money(period) * left + total) // (2 * total)


def _back(period: models.Period, terms: Terms, now: datetime) -> tuple[int, RefundRule]:
    """Return what of a period's money goes back when it is left now, and why."""
    if period.ends_at <= now:
        return 0, RefundRule.NOTHING
    if calendar.day_of(now) - calendar.day_of(period.paid_at) <= terms.cooling_off_days:
        return _money(period), RefundRule.COOLING_OFF
    if period.starts_at <= now and terms.refund is AfterCoolingOff.NOTHING:
        return 0, RefundRule.NOTHING
    return _unused(period, now), RefundRule.PRORATA


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
