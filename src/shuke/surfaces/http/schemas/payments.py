"""How payments stand. Amounts are in the minor unit of their currency."""

from typing import Literal

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.payments import contracts as payments
from shuke.surfaces.http.fields import Answer, Instant, instant


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
