"""How payments stand. Amounts are in the minor unit of their currency."""

from typing import Literal

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.payments import contracts as payments
from shuke.surfaces.http.fields import Answer, Body, Instant, instant, text


class PaymentAnswer(Answer):
    """Money asked for. `pay_url` is where the member pays, or the text of a code to scan, once it was started."""

    id: str
    member_id: str
    purpose: Literal["plan", "mall", "value"]
    method: str
    state: Literal["pending", "paid", "failed", "refunded_part", "refunded"]
    amount_minor: int
    refunded_minor: int
    currency: str
    asked_at: Instant
    paid_at: Instant | None
    pay_url: str
    reason: str
    livemode: bool


def payment_answer(payment: payments.Payment, *, livemode: bool) -> PaymentAnswer:
    return PaymentAnswer(
        id=ids.encode(payments.PAYMENT_PREFIX, payment.id),
        member_id=ids.encode(ID_PREFIX, payment.member_id),
        purpose=payment.purpose.value,
        method=payment.method,
        state=payment.state.value,
        amount_minor=payment.amount_minor,
        refunded_minor=payment.refunded_minor,
        currency=payment.currency,
        asked_at=instant(payment.asked_at),
        paid_at=payment.paid_at and instant(payment.paid_at),
        pay_url=payment.pay_url,
        reason=payment.reason,
        livemode=livemode,
    )


class PaidByHandBody(Body):
    """That a refund which failed was paid otherwise: by which proof, such as the number of a bank transfer."""

    reference: text(100)
    note: text(200) | None = None


class PaidByHandAnswer(Answer):
    """Who paid a refund otherwise than its provider, and by which proof."""

    by: str
    reference: str
    note: str


class PaymentRefundAnswer(Answer):
    """Money on its way back. `reason` is why it failed, in the provider's words; `by_hand` says who paid it."""

    id: str
    payment_id: str
    member_id: str
    purpose: Literal["plan", "mall", "value"]
    method: str
    state: Literal["pending", "done", "failed"]
    amount_minor: int
    currency: str
    asked_at: Instant
    done_at: Instant | None
    reason: str
    by_hand: PaidByHandAnswer | None
    livemode: bool
    dry_run: bool


class PaymentRefundsAnswer(Answer):
    """All refunds of a payment, first asked first."""

    items: list[PaymentRefundAnswer]
    livemode: bool


class PaymentRefundPageAnswer(Answer):
    """Refunds, first asked first; `next_cursor` is null on the last page."""

    items: list[PaymentRefundAnswer]
    next_cursor: str | None
    livemode: bool


def refund_answer(
    payment: payments.Payment, refund: payments.Refund, *, livemode: bool, dry_run: bool = False
) -> PaymentRefundAnswer:
    return PaymentRefundAnswer(
        id=ids.encode(payments.REFUND_PREFIX, refund.id),
        payment_id=ids.encode(payments.PAYMENT_PREFIX, payment.id),
        member_id=ids.encode(ID_PREFIX, payment.member_id),
        purpose=payment.purpose.value,
        method=payment.method,
        state=refund.state.value,
        amount_minor=refund.amount_minor,
        currency=payment.currency,
        asked_at=instant(refund.asked_at),
        done_at=refund.done_at and instant(refund.done_at),
        reason=refund.reason,
        by_hand=by_hand(refund.by_hand),
        livemode=livemode,
        dry_run=dry_run,
    )


def by_hand(told: payments.ByHand | None) -> PaidByHandAnswer | None:
    return told and PaidByHandAnswer(by=told.by, reference=told.reference, note=told.note)
