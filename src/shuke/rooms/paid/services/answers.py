"""Does what the answer of a payment says, also when it comes late or twice."""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import LIVE, Cause, ChargeState, Length, NoticeKind, PeriodKind, State
from shuke.rooms.paid.services import leaving, renewing, running
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Payment

_GONE = {Status.EXITED, Status.MERGED}


def paid(payment: Payment) -> None:
    """Begin the period that a payment was for; what nobody owes any more, or what cannot begin, goes back."""
    charge = _locked(payment)
    if charge.state in {ChargeState.PAID, ChargeState.SURPLUS}:
        return
    now = clock.business_now()
    row = _target(charge)
    if row is not None:
        try:
            with unit_of_work(apart=True):
                _begin(charge, row, payment, now)
            return
        except Refusal as refusal:
            logs.failure("plan_not_begun", refusal, payment=str(payment.id))
            charge = _locked(payment)
    charge.state = ChargeState.SURPLUS
    charge.save(update_fields=["state"])
    payments.refund(payment.id, payment.amount_minor, "surplus", now)


def _begin(charge: models.Charge, row: models.Subscription, payment: Payment, now: datetime) -> None:
    cause, bound = _cause(charge, row), 0
    sources: list[tuple[UUID, int]] = [(payment.id, payment.amount_minor)]
    if charge.from_id is not None:
        handed, bound = leaving.hand_over(charge.from_id, charge.credit_minor, now)
        sources += handed
    charge.state = ChargeState.PAID
    charge.save()
    if not charge.gift:
        row.auto_renew, row.method = charge.renews, payment.method
        row.agreement = payment.agreement or row.agreement
    cost = charge.amount_minor + charge.credit_minor
    period = running.NewPeriod(PeriodKind.PAID, Length(charge.length), charge.version, 0, cost, sources, bound)
    running.append(row, period, now, cause, running.TIME)
    if charge.gift:
        running.note(row, NoticeKind.GIFT, str(charge.id), now, day=row.ends_at)


def failed(payment: Payment) -> None:
    """Note that a try failed: a first payment leaves nothing, a renewal is tried again on its next day."""
    charge = _locked(payment)
    if charge.state != ChargeState.ASKED:
        return
    now = clock.business_now()
    charge.state = ChargeState.FAILED
    charge.save(update_fields=["state"])
    row = charge.subscription
    if row.state == State.PENDING and not queries.has_open_charge(row.id):
        running.move(row, State.VOID, Cause.NOT_PAID, now, running.TIME)
    if charge.renewal and row.state in LIVE:
        following = renewing.next_try(row)
        key = f"{charge.number}:{charge.attempt}"
        running.note(row, NoticeKind.CHARGE_FAILED, key, now, day=following, amount_minor=charge.amount_minor)
        renewing.pass_time(row, now)


def _locked(payment: Payment) -> models.Charge:
    """Return the charge of a payment as it stands under its member's lock."""
    charge = queries.charge(UUID(payment.reference))
    assert charge is not None, "a payment for a plan has its charge"
    running.locked(charge.subscription_id)
    charge = queries.charge(charge.id)
    assert charge is not None, "charges stay"
    return charge


def _target(charge: models.Charge) -> models.Subscription | None:
    """Return the subscription that a paid charge goes to, None where its money goes back.

    A plan that the member has by another subscription meanwhile goes on there.
    """
    row = charge.subscription
    if members.get(row.member_id).status in _GONE or row.state == State.CANCELLED:
        return None
    if charge.from_id is not None and not leaving.can_hand_over(charge.from_id, charge.credit_minor):
        return None
    other = queries.live(row.member_id, row.plan_id)
    if other is not None and other.id != row.id:
        if row.state in {State.PENDING, State.VOID}:
            running.move(row, State.VOID, Cause.NOT_PAID, clock.business_now(), running.TIME)
        charge.subscription, charge.number = other, queries.next_number(other.id)
        charge.attempt = queries.next_attempt(other.id, charge.number)
        return other
    return row if charge.number == queries.next_number(row.id) else None


def _cause(charge: models.Charge, row: models.Subscription) -> Cause:
    if charge.from_id is not None:
        return Cause.SWITCHED
    if row.state in {State.LAPSED, State.VOID}:
        return Cause.PAID_LATE
    if charge.gift:
        return Cause.GIFT
    return Cause.RENEWED if charge.renewal else Cause.PAID
