"""How a member comes to a plan: buys it, tries it, is given it, brings a code; and how it goes on or ends by hand."""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import Bought, Cause, Leaving, Length, NoticeKind, Order, PeriodKind, State, Switch
from shuke.rooms.paid.services import asking, leaving, plans, running, views

_DAYS_MOST = 366
_REASON_MOST = 200


def buy(order: Order, actor: Actor) -> Bought:
    now = clock.business_now()
    plan = on_sale(order.plan_code)
    version = plans.version_at(plan.id, now)
    price = plans.price_of(version.terms, order.length)
    payer = order.payer_id or order.member_id
    for member_id in {order.member_id, payer}:
        require_active(member_id)
    row = _row_for(order.member_id, plan, order.length, version.number, actor)
    renews = order.auto_renew and payer == order.member_id
    wanted = asking.Wanted(order.length, version.number, price, order.method, renews)
    charge = asking.ask(row, payer, wanted, now)
    return Bought(views.subscription(row), charge.payment_id)


def _row_for(member_id: UUID, plan: models.Plan, length: Length, version: int, actor: Actor) -> models.Subscription:
    """Return the subscription that an order is for: the live one, one that waits to be paid, or a new one."""
    queries.lock_member(member_id)
    row = queries.live(member_id, plan.id) or queries.waiting(member_id, plan.id)
    if row is None:
        row = running.begin(member_id, plan, length, version)
        running.move(row, State.PENDING, Cause.ASKED, clock.business_now(), actor)
    return row


def try_out(member_id: UUID, plan_code: str, length: Length, actor: Actor) -> models.Subscription:
    now = clock.business_now()
    plan = on_sale(plan_code)
    version = plans.version_at(plan.id, now)
    plans.price_of(version.terms, length)
    queries.lock_member(member_id)
    require_active(member_id)
    if not version.terms.trial_days or queries.had(members.records([member_id])[member_id], plan.id):
        raise Refusal("no_trial", "There is no trial of this plan for this member.")
    row = running.begin(member_id, plan, length, version.number)
    period = running.NewPeriod(PeriodKind.TRIAL, length, version.number, days=version.terms.trial_days)
    running.append(row, period, now, Cause.TRIAL, actor)
    return row


def give(
    member_id: UUID, plan: models.Plan, length: Length, kind: PeriodKind, cause: Cause, actor: Actor
) -> models.Subscription:
    """Give a member a period that nobody pays for, after those that they have."""
    now = clock.business_now()
    queries.lock_member(member_id)
    require_active(member_id)
    version = plans.version_at(plan.id, now).number
    row = queries.live(member_id, plan.id)
    if row is None:
        row = running.begin(member_id, plan, length, version)
    running.append(row, running.NewPeriod(kind, length, version), now, cause, actor)
    if kind is PeriodKind.GIFT:
        running.note(row, NoticeKind.GIFT, str(queries.last_period(row.id).id), now, day=row.ends_at)
    return row


def gift(member_id: UUID, plan_code: str, length: Length, reason: str, actor: Actor) -> models.Subscription:
    _require_reason(reason)
    plan = _plan(plan_code)
    plans.price_of(plans.version_at(plan.id, clock.business_now()).terms, length)
    row = give(member_id, plan, length, PeriodKind.GIFT, Cause.GIFT, actor)
    _audit("plan.given", row, {"plan": plan_code, "length": length.value, "reason": reason}, actor)
    return row


def extend(subscription_id: UUID, days: int, reason: str, actor: Actor) -> models.Subscription:
    _require_reason(reason)
    if not 0 < days <= _DAYS_MOST:
        raise Refusal("extension_days", f"A plan is extended by 1 to {_DAYS_MOST} days.", pointer="/days")
    row = locked(subscription_id)
    leaving.require_live(row)
    period = running.NewPeriod(PeriodKind.EXTENSION, Length(row.length), row.version, days=days)
    running.append(row, period, clock.business_now(), Cause.EXTENDED, actor)
    _audit("plan.extended", row, {"days": days, "reason": reason}, actor)
    return row


def set_renewal(subscription_id: UUID, actor: Actor, *, on: bool) -> models.Subscription:
    row = locked(subscription_id)
    leaving.require_live(row)
    if on and not row.agreement:
        raise Refusal("no_agreement", "There is no agreement to be charged by; the plan is renewed by hand.")
    if (row.auto_renew, row.leaving) != (on, not on):
        row.auto_renew, row.leaving = on, not on
        cause = Cause.RENEWAL_ON if on else Cause.RENEWAL_OFF
        running.move(row, State(row.state), cause, clock.business_now(), actor)
    return row


def cancel(subscription_id: UUID, actor: Actor, *, at_once: bool) -> tuple[models.Subscription, Leaving]:
    now = clock.business_now()
    row = locked(subscription_id)
    if row.state == State.PENDING:
        running.move(row, State.CANCELLED, Cause.CANCELLED, now, actor)
        return row, leaving.quote(row, now, at_once=True)
    leaving.require_live(row)
    told = leaving.quote(row, now, at_once=at_once)
    if at_once:
        back = leaving.leave(row, now, actor)
        assert back == told.refund_minor, "what is done is what was told"
        _audit("plan.cancelled", row, {"refund_minor": back, "rule": told.rule.value}, actor)
    else:
        set_renewal(subscription_id, actor, on=False)
        row = locked(subscription_id)
    return row, told


def end_all(member_id: UUID, actor: Actor) -> None:
    queries.lock_member(member_id)
    for row in queries.live_of([member_id]):
        cancel(row.id, actor, at_once=True)


def switch(subscription_id: UUID, plan_code: str, length: Length, method: str, actor: Actor) -> tuple[Bought, Switch]:
    now = clock.business_now()
    row, plan, told = quoted_switch(subscription_id, plan_code, length, now)
    fresh = queries.waiting(row.member_id, plan.id) if told.due_minor else None
    waits = fresh is not None
    if fresh is None:
        fresh = running.begin(row.member_id, plan, length, told.plan.version.number)
    fresh.agreement, fresh.method, fresh.auto_renew = row.agreement, row.method, row.auto_renew
    fresh.length, fresh.version = length, told.plan.version.number
    if told.due_minor:
        if waits:
            fresh.save()
        else:
            running.move(fresh, State.PENDING, Cause.ASKED, now, actor)
        wanted = asking.Wanted(
            length,
            fresh.version,
            told.due_minor,
            method or row.method,
            row.auto_renew,
            credit_minor=told.credit_minor,
            from_id=row.id,
        )
        charge = asking.ask(fresh, row.member_id, wanted, now)
        return Bought(views.subscription(fresh), charge.payment_id), told
    sources, bound = leaving.hand_over(row.id, told.credit_minor, now)
    period = running.NewPeriod(PeriodKind.PAID, length, fresh.version, 0, told.price_minor, sources, bound)
    running.append(fresh, period, now, Cause.SWITCHED, actor)
    return Bought(views.subscription(fresh), None), told


def quoted_switch(
    subscription_id: UUID, plan_code: str, length: Length, now: datetime
) -> tuple[models.Subscription, models.Plan, Switch]:
    """Lock a subscription and say what its change to another plan comes to."""
    row = locked(subscription_id)
    if row.state not in {State.TRIAL, State.ACTIVE}:
        raise Refusal("subscription_not_live", f"This subscription is {row.state}.", params={"state": row.state})
    plan = on_sale(plan_code)
    if plan.id == row.plan_id or queries.live(row.member_id, plan.id) is not None:
        raise Refusal("same_plan", "The member has this plan already.", pointer="/plan")
    return row, plan, leaving.quote_switch(row, plan, length, now)


def locked(subscription_id: UUID) -> models.Subscription:
    """Return a subscription as it stands under its member's lock."""
    row = running.locked(subscription_id)
    if row is None:
        raise unknown()
    return row


def on_sale(code: str) -> models.Plan:
    """Return a plan that new members can come to."""
    plan = _plan(code)
    if not plan.on_sale:
        raise Refusal("plan_not_on_sale", "This plan is not on sale.", pointer="/plan")
    return plan


def require_active(member_id: UUID) -> None:
    """Refuse a member who may not get anything."""
    status = members.get(member_id).status
    if status is not Status.ACTIVE:
        raise Refusal(f"member_{status}", f"The member is {status}.")


def unknown() -> Refusal:
    return Refusal("unknown_subscription", "There is no such subscription.")


def _plan(code: str) -> models.Plan:
    plan = queries.plan_of_code(code)
    if plan is None:
        raise plans.unknown()
    return plan


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reason_required", "Say why.", pointer="/reason")
    if len(reason) > _REASON_MOST:
        raise Refusal("reason_too_long", "A reason has at most 200 characters.", pointer="/reason")


def _audit(action: str, row: models.Subscription, values: dict[str, object], actor: Actor) -> None:
    org.audit(action, ids.encode(ID_PREFIX, row.member_id), None, values, actor)
