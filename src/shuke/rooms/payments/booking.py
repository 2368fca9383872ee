"""Books what providers say of payments and refunds, once each, and lets hear who waits for it.

A payment is locked before anything that its handlers lock; verbs of the rooms above that hold their own rows only touch
payments whose answer was booked before, so the two never wait for each other.
"""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.payments import models, queries
from shuke.rooms.payments.contracts import (
    PAID_TWICE,
    PAYMENT_PREFIX,
    ChargeAnswer,
    Handler,
    Outcome,
    Purpose,
    Refund,
    RefundState,
    ReturnAnswer,
    State,
)

PAID: dict[Purpose, Handler] = {}
FAILED: dict[Purpose, Handler] = {}


def book(answer: ChargeAnswer | ReturnAnswer, method: str) -> None:
    """Book an answer of the provider of `method`; one that says nothing new changes nothing."""
    with unit_of_work():
        if isinstance(answer, ReturnAnswer):
            _book_refund(answer, method)
        else:
            _book_payment(answer, method)


def begin_refund(payment: models.Payment, amount_minor: int, key: str, now: datetime) -> Refund:
    """Write a refund of a locked payment, to be sent."""
    payment.refunded_minor += amount_minor
    payment.save(update_fields=["refunded_minor"])
    row = models.Refund.objects.create(
        id=ids.new_id(),
        payment=payment,
        key=key,
        amount_minor=amount_minor,
        state=RefundState.PENDING,
        asked_at=now,
        check_at=now,
    )
    return queries.refund_view(row)


def reopen_refund(refund_id: UUID, now: datetime, actor: Actor) -> Refund:
    """Let a refund that failed be sent again, within what the payment has left."""
    asked = queries.refund(refund_id)
    payment = None if asked is None else queries.lock_payment(asked.payment_id)
    row = queries.lock_refund(refund_id)
    if row is None or payment is None:
        raise Refusal("unknown_payment", "There is no such refund.")
    if row.state == RefundState.FAILED:
        require_left(payment, row.amount_minor)
        payment.refunded_minor += row.amount_minor
        payment.save(update_fields=["refunded_minor"])
        row.state, row.reason, row.check_at, row.checks = RefundState.PENDING, "", now, 0
        row.save(update_fields=["state", "reason", "check_at", "checks"])
        told = {"amount_minor": row.amount_minor, "currency": payment.currency}
        org.audit("refund.tried_again", ids.encode(PAYMENT_PREFIX, payment.id), None, told, actor)
    return queries.refund_view(row)


def pay_by_hand(refund_id: UUID, reference: str, note: str, now: datetime, actor: Actor) -> Refund:
    """Close a refund that failed: somebody paid it otherwise, within what the payment has left."""
    asked = queries.refund(refund_id)
    payment = None if asked is None else queries.lock_payment(asked.payment_id)
    row = queries.lock_refund(refund_id)
    if row is None or payment is None:
        raise Refusal("unknown_payment", "There is no such refund.")
    if row.state != RefundState.FAILED:
        detail = f"Only a refund that failed is paid by hand; this one is {row.state}."
        raise Refusal("refund_not_failed", detail, params={"state": row.state})
    require_left(payment, row.amount_minor)
    payment.refunded_minor += row.amount_minor
    row.hand_by, row.hand_reference, row.hand_note = actor.label, reference, note
    _done(row, payment, now)
    told = {"amount_minor": row.amount_minor, "currency": payment.currency, "reference": reference, "note": note}
    org.audit("refund.paid_by_hand", ids.encode(PAYMENT_PREFIX, payment.id), None, told, actor)
    return queries.refund_view(row)


def require_left(payment: models.Payment, amount_minor: int) -> None:
    """Refuse to give back more than a payment has left."""
    left = payment.amount_minor - payment.refunded_minor
    if not 0 < amount_minor <= left:
        raise Refusal(
            "refund_exceeds_payment",
            f"{amount_minor} asked back; {left} of the payment is left.",
            params={"asked": amount_minor, "left": left},
        )


def _book_payment(answer: ChargeAnswer, method: str) -> None:
    row = queries.lock_payment(answer.payment_id)
    if row is None or row.method != method:
        raise Refusal("unknown_payment", "There is no such payment.")
    if answer.outcome is Outcome.DONE and row.state in {State.PENDING, State.FAILED}:
        _book_paid(row, answer)
    elif answer.outcome is Outcome.FAILED and row.state == State.PENDING:
        row.state, row.reason, row.check_at = State.FAILED, answer.reason, None
        row.save(update_fields=["state", "reason", "check_at"])
        _tell(FAILED, row)
    elif row.state == State.PENDING:
        row.pay_url = answer.pay_url or row.pay_url
        row.save(update_fields=["pay_url"])


def _book_paid(row: models.Payment, answer: ChargeAnswer) -> None:
    if (answer.amount_minor, answer.currency) != (row.amount_minor, row.currency):
        logs.event("payment_amount_differs", payment=str(row.id), method=row.method)
        raise Refusal("payment_amount_differs", "The provider speaks of another amount than was asked for.")
    row.state, row.paid_at, row.reason, row.check_at = State.PAID, clock.business_now(), "", None
    row.provider_id, row.agreement = answer.provider_id, answer.agreement
    row.save(update_fields=["state", "paid_at", "reason", "check_at", "provider_id", "agreement"])
    _tell(PAID, row)


def _tell(handlers: dict[Purpose, Handler], row: models.Payment) -> None:
    handler = handlers.get(Purpose(row.purpose))
    if handler is not None:
        handler(queries.payment_view(row))


def _book_refund(answer: ReturnAnswer, method: str) -> None:
    asked = queries.refund(answer.refund_id)
    payment = None if asked is None else queries.lock_payment(asked.payment_id)
    row = queries.lock_refund(answer.refund_id)
    if row is None or payment is None or payment.method != method:
        raise Refusal("unknown_payment", "There is no such refund.")
    if row.state == RefundState.PENDING and answer.outcome is Outcome.FAILED:
        row.state, row.reason, row.check_at = RefundState.FAILED, answer.reason, None
        row.save(update_fields=["state", "reason", "check_at"])
        payment.refunded_minor -= row.amount_minor
        payment.save(update_fields=["refunded_minor"])
        _book_told_before(payment)
    elif answer.outcome is Outcome.DONE and row.state != RefundState.DONE:
        _book_returned(row, payment)
    elif answer.outcome is Outcome.DONE and row.hand_by:
        _paid_twice(row, payment)


def _book_returned(row: models.Refund, payment: models.Payment) -> None:
    """Book that money went back, also where the provider had said before that it would not."""
    if row.state == RefundState.FAILED:
        if row.amount_minor > payment.amount_minor - payment.refunded_minor:
            _paid_twice(row, payment)
            return
        payment.refunded_minor += row.amount_minor
    _done(row, payment, clock.business_now())


def _book_told_before(payment: models.Payment) -> None:
    """Book a refund of which its provider had told that it paid, where there is room for it by now: once, not twice."""
    row = queries.paid_twice(payment.id, payment.amount_minor - payment.refunded_minor)
    if row is not None:
        _book_returned(row, payment)


def _paid_twice(row: models.Refund, payment: models.Payment) -> None:
    """Keep that a provider paid what had gone back otherwise, told once: it is for people to ask for it back."""
    if row.reason == PAID_TWICE:
        return
    row.reason = PAID_TWICE
    row.save(update_fields=["reason"])
    logs.event("refund_paid_twice", refund=str(row.id), payment=str(payment.id), method=payment.method)
    told = {"amount_minor": row.amount_minor, "currency": payment.currency}
    provider = Actor(ActorKind.SYSTEM, payment.method, payment.method)
    org.audit("refund.paid_twice", ids.encode(PAYMENT_PREFIX, payment.id), None, told, provider)


def _done(row: models.Refund, payment: models.Payment, now: datetime) -> None:
    row.state, row.reason, row.done_at, row.check_at = RefundState.DONE, "", now, None
    row.save()
    whole = queries.refunded(payment.id) == payment.amount_minor
    payment.state = State.REFUNDED if whole else State.REFUNDED_PART
    payment.save(update_fields=["state", "refunded_minor"])
