"""The statements of the payments room, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from shuke.foundation import sql
from shuke.rooms.payments import contracts
from shuke.rooms.payments.contracts import PAID_TWICE, Purpose, RefundState, State
from shuke.rooms.payments.models import Payment, Refund


def insert_payment(values: dict[str, Any]) -> None:
    """Write a payment unless there is one for its purpose and reference."""
    Payment.objects.bulk_create([Payment(**values)], ignore_conflicts=True)


def of_reference(purpose: Purpose, reference: str) -> Payment | None:
    return Payment.objects.filter(purpose=purpose, reference=reference).first()


def of_references(purpose: Purpose, references: Collection[str]) -> QuerySet[Payment]:
    return Payment.objects.filter(purpose=purpose, reference__in=references).order_by("id")


def payment(payment_id: UUID) -> Payment | None:
    return Payment.objects.filter(pk=payment_id).first()


def lock_payment(payment_id: UUID) -> Payment | None:
    return Payment.objects.select_for_update(no_key=True).filter(pk=payment_id).first()


def payments(
    state: State | None, member_id: UUID | None, purpose: Purpose | None, below: UUID | None, limit: int
) -> list[Payment]:
    found = Payment.objects.order_by("-id")
    if purpose is not None:
        found = found.filter(purpose=purpose)
    if state is not None:
        found = found.filter(state=state)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    if below is not None:
        found = found.filter(id__lt=below)
    return list(found[:limit])


def refund_of_key(payment_id: UUID, key: str) -> Refund | None:
    return Refund.objects.filter(payment_id=payment_id, key=key).first()


def lock_refund(refund_id: UUID) -> Refund | None:
    return Refund.objects.select_for_update(no_key=True).filter(pk=refund_id).first()


def refund(refund_id: UUID) -> Refund | None:
    return Refund.objects.filter(pk=refund_id).first()


def refund_with_payment(refund_id: UUID) -> Refund | None:
    return Refund.objects.select_related("payment").filter(pk=refund_id).first()


def unsent_refunds(member_id: UUID, now: datetime) -> list[UUID]:
    """Return the refunds of a member's payments that nobody has sent yet."""
    found = Refund.objects.filter(payment__member_id=member_id, check_at__lte=now, sent_at__isnull=True)
    return list(found.order_by("id").values_list("id", flat=True))


def failed_refunds(limit: int, above: UUID | None) -> list[Refund]:
    """Return refunds that failed, of payments that still have what they were to give back, by id from one on."""
    kept = F("payment__amount_minor") - F("payment__refunded_minor")
    found = Refund.objects.select_related("payment").filter(state=RefundState.FAILED, amount_minor__lte=kept)
    return list((found if above is None else found.filter(id__gt=above)).order_by("id")[:limit])


def paid_twice(payment_id: UUID, left: int) -> Refund | None:
    """Return a failed refund within what a payment has left, of which its provider told that it paid; locked."""
    found = Refund.objects.select_for_update().filter(payment_id=payment_id, state=RefundState.FAILED)
    return found.filter(reason=PAID_TWICE, amount_minor__lte=left).order_by("id").first()


def refunds_by_hand(limit: int) -> list[Refund]:
    found = Refund.objects.select_related("payment").filter(~Q(hand_by="") | Q(reason=PAID_TWICE))
    return list(found.order_by("-asked_at", "-id")[:limit])


def refunds(payment_ids: Sequence[UUID]) -> list[Refund]:
    return list(Refund.objects.filter(payment_id__in=payment_ids).order_by("id"))


def refunded(payment_id: UUID) -> int:
    """Return what refunds that are done come to."""
    done = Refund.objects.filter(payment_id=payment_id, state=RefundState.DONE)
    return int(done.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def due_payments(now: datetime, limit: int) -> list[UUID]:
    return list(Payment.objects.filter(check_at__lte=now).order_by("check_at").values_list("id", flat=True)[:limit])


def due_refunds(now: datetime, limit: int) -> list[UUID]:
    return list(Refund.objects.filter(check_at__lte=now).order_by("check_at").values_list("id", flat=True)[:limit])


def violations() -> list[tuple[Any, ...]]:
    """Return (member, sentence) of payments whose refunds don't add up."""
    return sql.fetch(
        "SELECT p.member_id, 'A payment counts ' || p.refunded_minor || ' refunded, its refunds come to '"
        " || coalesce(sum(r.amount_minor) FILTER (WHERE r.state <> 'failed'), 0) || '.'"
        " FROM payments_payment p LEFT JOIN payments_refund r ON r.payment_id = p.id GROUP BY p.id"
        " HAVING p.refunded_minor <> coalesce(sum(r.amount_minor) FILTER (WHERE r.state <> 'failed'), 0)",
        {},
    )


def payment_view(row: Payment) -> contracts.Payment:
    return contracts.Payment(
        row.id,
        Purpose(row.purpose),
        row.reference,
        row.member_id,
        row.amount_minor,
        row.currency,
        row.method,
        State(row.state),
        row.refunded_minor,
        row.asked_at,
        row.paid_at,
        row.provider_id,
        row.pay_url,
        row.agreement,
        row.reason,
    )


def refund_view(row: Refund) -> contracts.Refund:
    return contracts.Refund(
        row.id,
        row.payment_id,
        row.key,
        row.amount_minor,
        RefundState(row.state),
        row.asked_at,
        row.done_at,
        row.reason,
        contracts.ByHand(row.hand_by, row.hand_reference, row.hand_note) if row.hand_by else None,
    )
