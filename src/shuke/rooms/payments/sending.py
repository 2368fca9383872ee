"""Speaks with providers, outside of any transaction: what was asked is committed before, what they say is booked after.

Who is asked is leased first by moving its next check, so that two processes seldom ask the same; where they do, the
provider tells them the same, because our id is its order number.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.payments import booking, models, queries
from shuke.rooms.payments.contracts import (
    Charge,
    ChargeAnswer,
    Outcome,
    Payments,
    Reconciled,
    RefundState,
    Return,
    ReturnAnswer,
    State,
    UnansweredError,
)

PROVIDERS: dict[str, Payments] = {}
_CHUNK = 200
_Answer = ChargeAnswer | ReturnAnswer
_Question = Callable[[Payments], _Answer]
_PAYABLE = timedelta(hours=2)
_FIRST_CHECK, _LAST_CHECK = timedelta(minutes=1), timedelta(hours=6)


def reconcile(now: datetime) -> Reconciled:
    """Send or ask about every payment and refund whose check is due, each once."""
    asked = answered = 0
    for due, send in ((queries.due_payments, send_payment), (queries.due_refunds, send_refund)):
        while waiting := due(now, _CHUNK):
            told = [send(id, now) for id in waiting]
            asked, answered = asked + len(told), answered + sum(told)
    return Reconciled(asked, answered)


def send_payment(payment_id: UUID, now: datetime) -> bool:
    """Send a pending payment, or ask about it; tell whether the provider answered."""
    with unit_of_work():
        row = queries.lock_payment(payment_id)
        if row is None or row.state != State.PENDING:
            return False
        first = _leased(row, now)
        own = org.organisation()
        until, name = row.until_at or row.asked_at + _PAYABLE, own.name if own else ""
        charge = Charge(row.id, row.amount_minor, row.currency, name, row.asked_agreement, row.asked_at, until)
    return _told(
        row.method, lambda by: by.charge(charge), lambda by: by.query(charge), first=first, payment=str(payment_id)
    )


def send_refund(refund_id: UUID, now: datetime) -> bool:
    """Send a pending refund, or ask about it; tell whether the provider answered."""
    with unit_of_work():
        row = queries.lock_refund(refund_id)
        if row is None or row.state != RefundState.PENDING:
            return False
        first = _leased(row, now)
        payment = queries.payment(row.payment_id)
        assert payment is not None, "a refund is of a payment"
        back = Return(row.id, payment.id, row.amount_minor, payment.amount_minor, payment.currency, row.asked_at)
    return _told(
        payment.method, lambda by: by.refund(back), lambda by: by.query_refund(back), first=first, refund=str(refund_id)
    )


def _leased(row: models.Payment | models.Refund, now: datetime) -> bool:
    """Move the next check of a locked row, and tell whether it was never sent before."""
    first = row.sent_at is None
    row.sent_at, row.check_at, row.checks = now, now + _pause(row.checks), row.checks + 1
    row.save(update_fields=["sent_at", "check_at", "checks"])
    return first


def _told(method: str, send: _Question, ask: _Question, *, first: bool, **about: str) -> bool:
    """Send what was never sent or never arrived, ask about the rest, and book what the provider says."""
    try:
        provider = PROVIDERS[method]
        answer = send(provider) if first else ask(provider)
        if answer.outcome is Outcome.ABSENT:
            answer = send(provider)
        return _booked(answer, method)
    except UnansweredError as error:
        logs.failure("payment_unanswered", error, method=method, **about)
    except Exception as failure:  # noqa: BLE001  # a method without keys, an answer of another shape: it keeps no other
        logs.failure("payment_not_settled", failure, method=method, **about)
    return False


def _booked(answer: _Answer, method: str) -> bool:
    """Book an answer; one that is refused (another amount than was asked) is a matter for people and stays open."""
    try:
        booking.book(answer, method)
    except Refusal as refusal:
        logs.failure("payment_answer_refused", refusal, method=method)
        return False
    return True


def _pause(checks: int) -> timedelta:
    return min(_FIRST_CHECK * 2 ** min(checks, 10), _LAST_CHECK)
