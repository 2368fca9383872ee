"""The verbs of paid membership: plans, how members come to them, what time does, how they end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from shuke.foundation import clock, cursors, guards
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import queries
from shuke.rooms.paid.contracts import (
    Advanced,
    Batch,
    Bought,
    Carried,
    History,
    Leaving,
    Length,
    Notice,
    Order,
    Plan,
    PlanCount,
    PlanDraft,
    Saved,
    Savings,
    State,
    Subscription,
    SubscriptionPage,
    Switch,
    Terms,
)
from shuke.rooms.paid.services import answers, codes, leaving, merging, plans, renewing, selling, views
from shuke.rooms.paid.services import savings as savings_of
from shuke.rooms.payments.contracts import Payment

SUBSCRIPTIONS = Invariant(
    "I28", "No two periods of a plan overlap for a member, and a subscription is what its changes and periods say."
)
GUARDS = (
    Guard("paid_change", "paid_change_append_only", CHANGE),
    Guard("paid_change", "paid_change_never_emptied", EMPTYING),
    Guard("paid_version", "paid_version_append_only", CHANGE),
    Guard("paid_version", "paid_version_never_emptied", EMPTYING),
)


# --- plans ---


def create_plan(draft: PlanDraft, actor: Actor) -> Plan:
    """Create a plan, on sale at once.

    Raises: Refusal `plan_exists`, `invalid_plan_code`, `invalid_plan_name`, `invalid_plan_price`, `invalid_plan_days`,
        `notice_days_unfit` where some period would be charged for again before anybody is told.
    """
    return plans.create(draft, actor)


def change_plan(code: str, terms: Terms, effective_at: datetime, actor: Actor) -> Plan:
    """Give a plan other terms from an instant on. Who has it keeps theirs until the period ends.

    Raises: Refusal `unknown_plan`, `effective_too_early`, `plan_change_planned`, `invalid_plan_name`,
        `invalid_plan_price`, `invalid_plan_days`, `notice_days_unfit`.
    """
    return plans.change(code, terms, effective_at, actor)


def set_on_sale(code: str, actor: Actor, *, on_sale: bool) -> Plan:
    """Offer a plan to new members, or to no more of them; who has it may go on.

    Raises: Refusal `unknown_plan`.
    """
    return plans.set_on_sale(code, actor, on_sale=on_sale)


def list_plans() -> tuple[Plan, ...]:
    """Return all plans by code. Raises nothing."""
    return tuple(plans.views().values())


def plan(code: str) -> Plan:
    """Return a plan.

    Raises: Refusal `unknown_plan`.
    """
    return plans.one(code)


def counts() -> dict[UUID, PlanCount]:
    """Return how many subscriptions each plan has, by state. Raises nothing."""
    found: dict[UUID, dict[State, int]] = {}
    for plan_id, state, count in queries.counts():
        found.setdefault(plan_id, {})[State(state)] = count
    return {plan_id: PlanCount(plan_id, states) for plan_id, states in found.items()}


# --- coming to a plan ---


def buy(order: Order, actor: Actor) -> Bought:
    """Ask for a period of a plan: the first, or the next of one that the member has. It begins when it is paid.

    Once this is committed, `payments.start` the payment. The same order again, unpaid, is answered with its payment.

    Raises: Refusal `unknown_plan`, `plan_not_on_sale`, `length_not_sold`, `unknown_member`, `member_…` for whoever is
        not active, `unknown_payment_method`.
    """
    with unit_of_work():
        return selling.buy(order, actor)


def try_out(member_id: UUID, plan_code: str, length: Length, actor: Actor) -> Subscription:
    """Begin the trial of a plan, once in a member's life; `length` is what it is to go on with.

    Raises: Refusal `unknown_plan`, `plan_not_on_sale`, `length_not_sold`, `no_trial`, `unknown_member`, `member_…`.
    """
    with unit_of_work():
        return views.subscription(selling.try_out(member_id, plan_code, length, actor))


def gift(member_id: UUID, plan_code: str, length: Length, reason: str, actor: Actor) -> Subscription:
    """Give a member a period that nobody pays for.

    Raises: Refusal `unknown_plan`, `length_not_sold`, `reason_required`, `reason_too_long`, `unknown_member`,
        `member_…`.
    """
    with unit_of_work():
        return views.subscription(selling.gift(member_id, plan_code, length, reason, actor))


def use_code(member_id: UUID, code: str, actor: Actor) -> Subscription:
    """Use an activation code, which gives a period of its plan.

    Raises: Refusal `unknown_activation_code`, `activation_code_used`, `activation_code_expired`, `unknown_member`,
        `member_…`.
    """
    with unit_of_work():
        return views.subscription(codes.use(member_id, code, actor))


def make_codes(plan_code: str, length: Length, count: int, note: str, ends_at: datetime | None, actor: Actor) -> Batch:
    """Make 1 to 10,000 activation codes, of which none works from `ends_at` on.

    Raises: Refusal `unknown_plan`, `plan_not_on_sale`, `length_not_sold`, `code_count`, `invalid_note`,
        `effective_too_early`.
    """
    with unit_of_work():
        made = codes.make(plan_code, length, count, note, ends_at, actor)
        return views.batch(made, 0, plans.one(plan_code))


def batches() -> tuple[Batch, ...]:
    """Return the batches of activation codes, latest first. Raises nothing."""
    return views.batches()


def codes_of(batch_id: UUID, actor: Actor) -> list[tuple[str, datetime | None]]:
    """Return the codes of a batch in clear, with when each was used; the audit log keeps who took them.

    Raises: Refusal `unknown_batch`.
    """
    with unit_of_work():
        return codes.listed(batch_id, actor)


# --- going on and leaving ---


def extend(subscription_id: UUID, days: int, reason: str, actor: Actor) -> Subscription:
    """Let a subscription hold 1 to 366 days longer.

    Raises: Refusal `unknown_subscription`, `subscription_not_live`, `extension_days`, `reason_required`,
        `reason_too_long`.
    """
    with unit_of_work():
        return views.subscription(selling.extend(subscription_id, days, reason, actor))


def set_renewal(subscription_id: UUID, actor: Actor, *, on: bool) -> Subscription:
    """Let a subscription go on by itself, or end with its period.

    Raises: Refusal `unknown_subscription`, `subscription_not_live`, `no_agreement`.
    """
    with unit_of_work():
        return views.subscription(selling.set_renewal(subscription_id, actor, on=on))


def quote_leaving(subscription_id: UUID, *, at_once: bool) -> Leaving:
    """Say what `cancel` would come to now.

    Raises: Refusal `unknown_subscription`, `subscription_not_live`.
    """
    with unit_of_work():
        row = selling.locked(subscription_id)
        leaving.require_live(row)
        return leaving.quote(row, clock.business_now(), at_once=at_once)


def cancel(subscription_id: UUID, actor: Actor, *, at_once: bool) -> tuple[Subscription, Leaving]:
    """End a subscription with its period, or at once, and give back what `quote_leaving` says.

    Raises: Refusal `unknown_subscription`, `subscription_not_live`.
    """
    with unit_of_work():
        row, told = selling.cancel(subscription_id, actor, at_once=at_once)
        return views.subscription(row), told


def end_all(member_id: UUID, actor: Actor) -> None:
    """End at once every plan that a member has who leaves, and give back what `quote_leaving` says. Raises nothing."""
    with unit_of_work():
        selling.end_all(member_id, actor)


def quote_switch(subscription_id: UUID, plan_code: str, length: Length) -> Switch:
    """Say what `switch` would come to now.

    Raises: Refusal as `switch`.
    """
    with unit_of_work():
        _, _, told = selling.quoted_switch(subscription_id, plan_code, length, clock.business_now())
        return told


def switch(
    subscription_id: UUID, plan_code: str, length: Length, actor: Actor, method: str = ""
) -> tuple[Bought, Switch]:
    """Change to another plan: at once where nothing is due, else when the rest is paid, by default as it was before.

    Raises: Refusal `unknown_subscription`, `subscription_not_live`, `unknown_plan`, `plan_not_on_sale`,
        `length_not_sold`, `same_plan`, `unknown_payment_method`.
    """
    with unit_of_work():
        return selling.switch(subscription_id, plan_code, length, method, actor)


# --- one person's two records ---

hold, merge, unmerge = merging.hold, merging.merge, merging.unmerge

# --- what payments and time do ---


def paid(payment: Payment) -> None:
    """Hear that a payment for a plan was paid, once or again, early or late. Raises nothing."""
    answers.paid(payment)


def failed(payment: Payment) -> None:
    """Hear that a payment for a plan failed. Raises nothing."""
    answers.failed(payment)


def advance_due() -> Advanced:
    """Do what is due to subscriptions by the business clock, each in a transaction of its own. Raises nothing."""
    return Advanced(renewing.advance_due())


def notices_to_tell(limit: int, without: Collection[UUID] = ()) -> tuple[Notice, ...]:
    """Return up to `limit` notices that nobody was told yet, `without` some, the oldest first. Raises nothing."""
    rows = queries.untold(limit, without)
    known = plans.views({row.subscription.plan_id for row in rows})
    return tuple(views.notice(row, known[row.subscription.plan_id]) for row in rows)


def told(notice_id: UUID) -> None:
    """Write down that a notice was told. Raises nothing."""
    queries.tell(notice_id, clock.business_now())


# --- what a plan saves ---


def carried(member_id: UUID) -> tuple[Carried, ...]:
    """Return the plans that a member has. Raises nothing."""
    return tuple(Carried(*row) for row in queries.carried(member_id))


def note_savings(order_id: UUID, saved: Sequence[Saved]) -> None:
    """Write down what plans took off an order, in the transaction that places it. Raises nothing."""
    savings_of.note(order_id, saved)


def savings(subscription_ids: Collection[UUID]) -> dict[UUID, Savings]:
    """Return what subscriptions have saved their members so far, by id. Raises nothing."""
    return savings_of.of_subscriptions(subscription_ids)


# --- reading ---


def subscription(subscription_id: UUID) -> Subscription:
    """Return a subscription.

    Raises: Refusal `unknown_subscription`.
    """
    row = queries.subscription(subscription_id)
    if row is None:
        raise selling.unknown()
    return views.subscription(row)


def history(subscription_id: UUID) -> History:
    """Return everything that happened to a subscription.

    Raises: Refusal `unknown_subscription`.
    """
    row = queries.subscription(subscription_id)
    if row is None:
        raise selling.unknown()
    return views.history(row)


def page(
    limit: int,
    cursor: str | None = None,
    *,
    state: State | None = None,
    plan_id: UUID | None = None,
    member_id: UUID | None = None,
) -> SubscriptionPage:
    """Return up to `limit` subscriptions, latest first; those that were never paid only where they are asked for.

    Raises: Refusal `invalid_cursor`.
    """
    below = None if cursor is None else cursors.id_of(cursor)
    found = queries.subscriptions(state=state, plan_id=plan_id, member_id=member_id, below=below, limit=limit + 1)
    rows = views.subscriptions(found[:limit])
    return SubscriptionPage(rows, cursors.of_id(rows[-1].id) if len(found) > limit else None)


def verify() -> Verification:
    """Check that subscriptions say what happened to them. Raises nothing."""
    found = [Violation(SUBSCRIPTIONS.id, member_id, detail) for member_id, detail in queries.violations()]
    if guards.broken(GUARDS):
        detail = "Changes of subscriptions or versions of plans can be changed: a trigger that refuses it is missing."
        found.append(Violation(SUBSCRIPTIONS.id, None, detail))
    return Verification((SUBSCRIPTIONS,), tuple(found))
