"""A provider that only pretends: it behaves like the real ones, in business time, so that a test clock moves it.

It tells what happened by signed callbacks, sometimes twice, sometimes days later; sometimes it does not answer although
it did what it was asked. What it does to a payment is chosen where one pays (`settle`), and with it what it will do to
later charges under the agreement that this gives.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from shuke.adapters.payment_sandbox.models import Pretended
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import (
    PAYMENT_PREFIX,
    Acknowledgement,
    Charge,
    ChargeAnswer,
    Outcome,
    Return,
    ReturnAnswer,
    UnansweredError,
)

METHOD = "sandbox"
SIGNATURE, TIMESTAMP = "x-sandbox-signature", "x-sandbox-timestamp"
DELAY, EXPIRY = timedelta(days=3), timedelta(days=1)
_AGREEMENT = "sandbox:"
_SKEW_SECONDS = 300


class Behaviour(StrEnum):
    """What the provider does to a charge: collects and tells once, twice, or days later; collects without answering
    (`query` tells); collects and refuses each refund, until it is asked about it again; declines.
    """

    PAYS = "pays"
    TWICE = "twice"
    LATE = "late"
    SILENT = "silent"
    KEEPS = "keeps"
    DECLINES = "declines"


class Sandbox:
    """The pretended provider."""

    acknowledgement = Acknowledgement("text/plain", "ok")

    def charge(self, charge: Charge) -> ChargeAnswer:
        behaviour = Behaviour(charge.agreement.removeprefix(_AGREEMENT)) if charge.agreement else None
        with unit_of_work():
            row, fresh = Pretended.objects.get_or_create(
                pk=charge.payment_id,
                defaults={
                    "is_refund": False,
                    "amount_minor": charge.amount_minor,
                    "currency": charge.currency,
                    "outcome": Outcome.PENDING,
                    "agreement": "",
                    "made_at": clock.business_now(),
                },
            )
            if fresh and behaviour is not None:
                _decide(row, behaviour, behaviour)
        if behaviour is None:
            return ChargeAnswer(row.id, Outcome.PENDING, pay_url=f"/sandbox/pay/{ids.encode(PAYMENT_PREFIX, row.id)}")
        if behaviour is Behaviour.SILENT:
            raise UnansweredError("The sandbox does not answer.")
        return ChargeAnswer(row.id, Outcome.PENDING)

    def query(self, charge: Charge) -> ChargeAnswer:
        row = Pretended.objects.filter(pk=charge.payment_id).first()
        if row is None:
            return ChargeAnswer(charge.payment_id, Outcome.ABSENT)
        now = clock.business_now()
        if row.outcome == Outcome.PENDING and now >= row.made_at + EXPIRY:
            row.outcome = Outcome.FAILED
            row.save(update_fields=["outcome"])
        if row.tell_at is not None and row.tell_at > now:
            return ChargeAnswer(row.id, Outcome.PENDING)
        return _charge_answer(row)

    def refund(self, back: Return) -> ReturnAnswer:
        now, keeps = clock.business_now(), _keeps(back)
        Pretended.objects.get_or_create(
            pk=back.refund_id,
            defaults={
                "is_refund": True,
                "amount_minor": back.amount_minor,
                "currency": back.currency,
                "outcome": Outcome.FAILED if keeps else Outcome.DONE,
                "agreement": "",
                "made_at": now,
                "tell_at": now,
                "times": 0 if keeps else 1,
            },
        )
        return _return_answer(back.refund_id, Outcome.FAILED if keeps else Outcome.PENDING)

    def query_refund(self, back: Return) -> ReturnAnswer:
        row = Pretended.objects.filter(pk=back.refund_id).first()
        if row is not None and row.outcome == Outcome.FAILED and _keeps(back):
            row.outcome = Outcome.DONE
            row.save(update_fields=["outcome"])
        return _return_answer(back.refund_id, Outcome.ABSENT if row is None else Outcome(row.outcome))

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> ChargeAnswer | ReturnAnswer:
        stamp = headers.get(TIMESTAMP, "")
        if not hmac.compare_digest(_signature(stamp, body).encode(), headers.get(SIGNATURE, "").encode()):
            raise Refusal("payment_callback_refused", "The signature is not the sandbox's.")
        if abs(int(stamp) - clock.machine_milliseconds() // 1000) > _SKEW_SECONDS:
            raise Refusal("payment_callback_refused", "The callback was signed too long ago.")
        told = json.loads(body)
        if told["kind"] == "refund":
            return _return_answer(UUID(told["id"]), Outcome(told["outcome"]))
        return ChargeAnswer(
            UUID(told["id"]),
            Outcome(told["outcome"]),
            told["amount_minor"],
            told["currency"],
            f"sandbox-{told['id']}",
            agreement=told["agreement"],
            reason=_reason(Outcome(told["outcome"])),
        )


def pretended(payment_id: UUID) -> Pretended | None:
    """Return what the provider knows of a payment."""
    return Pretended.objects.filter(pk=payment_id, is_refund=False).first()


def settle(payment_id: UUID, behaviour: Behaviour, later: Behaviour) -> None:
    """Do to a waiting payment what its payer chose, and tell what is to be told now; `later` is kept as agreement.

    Raises: Refusal `unknown_payment` where nothing waits to be paid.
    """
    with unit_of_work():
        row = Pretended.objects.select_for_update().filter(pk=payment_id, outcome=Outcome.PENDING).first()
        if row is None or row.is_refund:
            raise Refusal("unknown_payment", "There is no such payment.")
        _decide(row, behaviour, later)
    deliver(clock.business_now())


def deliver(now: datetime) -> int:
    """Call back about everything that is to be told by `now`; return how many calls were made."""
    calls = 0
    for row in Pretended.objects.filter(times__gt=0, tell_at__lte=now).order_by("tell_at"):
        while row.times:
            payments.answered(METHOD, *callback(row))
            row.times -= 1
            row.save(update_fields=["times"])
            calls += 1
    return calls


def callback(row: Pretended) -> tuple[dict[str, str], bytes]:
    """Return the signed headers and the body by which the provider tells about a charge or refund."""
    told = {
        "kind": "refund" if row.is_refund else "charge",
        "id": str(row.id),
        "outcome": row.outcome,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "agreement": row.agreement,
    }
    body = json.dumps(told).encode()
    stamp = str(clock.machine_milliseconds() // 1000)
    return {TIMESTAMP: stamp, SIGNATURE: _signature(stamp, body)}, body


def _decide(row: Pretended, behaviour: Behaviour, later: Behaviour) -> None:
    now = clock.business_now()
    row.outcome = Outcome.FAILED if behaviour is Behaviour.DECLINES else Outcome.DONE
    row.agreement = f"{_AGREEMENT}{later}"
    row.times = {Behaviour.TWICE: 2, Behaviour.SILENT: 0}.get(behaviour, 1)
    row.tell_at = now + DELAY if behaviour is Behaviour.LATE else now
    row.keeps = behaviour is Behaviour.KEEPS
    row.save()


def _charge_answer(row: Pretended) -> ChargeAnswer:
    return ChargeAnswer(
        row.id,
        Outcome(row.outcome),
        row.amount_minor,
        row.currency,
        f"sandbox-{row.id}",
        agreement=row.agreement,
        reason=_reason(Outcome(row.outcome)),
    )


def _return_answer(refund_id: UUID, outcome: Outcome) -> ReturnAnswer:
    return ReturnAnswer(refund_id, outcome, _reason(outcome))


def _keeps(back: Return) -> bool:
    return Pretended.objects.filter(pk=back.payment_id, keeps=True).exists()


def _reason(outcome: Outcome) -> str:
    return "declined" if outcome is Outcome.FAILED else ""


def _signature(stamp: str, body: bytes) -> str:
    secret = hashlib.sha256(b"payment sandbox" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(secret, stamp.encode() + b"." + body, "sha256").hexdigest()
