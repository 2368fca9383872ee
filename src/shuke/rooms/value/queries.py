"""The statements of the room of stored value, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Sum

from shuke.foundation import sql
from shuke.rooms.value.contracts import CardState, NewTopUp, OrderKey, TopUpState, ValueRefund, ValueUse
from shuke.rooms.value.models import Batch, Card, Refund, RefundPart, TopUp, Use

# --- top-ups ---


def insert_top_up(new: NewTopUp) -> None:
    source, external_id = new.order or ("", "")
    TopUp.objects.create(
        id=new.id,
        source=new.source,
        external_id=new.external_id,
        member_id=new.member_id,
        amount_minor=new.amount_minor,
        bonus_minor=new.bonus_minor,
        principal=new.principal,
        bonus=new.bonus,
        currency=new.currency,
        method=new.method,
        store=new.store,
        state=TopUpState.ASKED,
        order_source=source,
        order_external_id=external_id,
        asked_at=new.at,
    )


def top_up(top_up_id: UUID) -> TopUp | None:
    return TopUp.objects.filter(pk=top_up_id).first()


def lock_top_up(top_up_id: UUID) -> TopUp | None:
    return TopUp.objects.select_for_update(no_key=True).filter(pk=top_up_id).first()


def set_state(top_up_id: UUID, state: TopUpState, paid_at: datetime | None, deposit_id: UUID | None) -> None:
    TopUp.objects.filter(pk=top_up_id).update(state=state, paid_at=paid_at, deposit_id=deposit_id)


def top_ups(member_ids: Collection[UUID] | None, below: UUID | None, limit: int) -> list[TopUp]:
    """Return top-ups, last asked first, of some members or of all."""
    found = TopUp.objects.all() if member_ids is None else TopUp.objects.filter(member_id__in=member_ids)
    return list((found if below is None else found.filter(id__lt=below)).order_by("-id")[:limit])


def deposits_of(key: OrderKey, member_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Return (member, deposit) of the paid top-ups of members that came with an order."""
    found = TopUp.objects.filter(order_source=key[0], order_external_id=key[1], member_id__in=member_ids)
    return list(found.filter(state=TopUpState.PAID).values_list("member_id", "deposit_id"))


# --- uses ---


def insert_use(use: ValueUse) -> None:
    source, external_id = use.order or ("", "")
    Use.objects.create(
        id=use.id,
        source=use.source,
        external_id=use.external_id,
        member_id=use.member_id,
        principal_minor=use.principal_minor,
        bonus_minor=use.bonus_minor,
        order_source=source,
        order_external_id=external_id,
        at=use.at,
    )


def paid_for(key: OrderKey, member_id: UUID) -> int:
    found = Use.objects.filter(member_id=member_id, order_source=key[0], order_external_id=key[1])
    return sum(principal + bonus for principal, bonus in found.values_list("principal_minor", "bonus_minor"))


def use(use_id: UUID) -> Use | None:
    return Use.objects.filter(pk=use_id).first()


# --- refunds ---


def refundable(member_ids: Collection[UUID]) -> list[TopUp]:
    """Return the paid top-ups of which something may go back, those paid last first."""
    found = TopUp.objects.filter(member_id__in=member_ids, state=TopUpState.PAID, refunded_minor__lt=F("amount_minor"))
    return list(found.order_by("-paid_at", "-id"))


def insert_refund(refund: ValueRefund) -> None:
    Refund.objects.create(
        id=refund.id,
        member_id=refund.member_id,
        principal_minor=refund.principal_minor,
        bonus_minor=refund.bonus_minor,
        fee_minor=refund.fee_minor,
        reason=refund.reason,
        at=refund.at,
        withdrawal_id=refund.withdrawal_id,
    )
    for number, part in enumerate(refund.parts, start=1):
        RefundPart.objects.create(
            refund_id=refund.id,
            number=number,
            top_up_id=part.top_up_id,
            payment_id=part.payment_id,
            covered_minor=part.covered_minor,
            amount_minor=part.amount_minor,
        )
        TopUp.objects.filter(pk=part.top_up_id).update(refunded_minor=F("refunded_minor") + part.covered_minor)


def refund(refund_id: UUID) -> Refund | None:
    return Refund.objects.filter(pk=refund_id).first()


def refunds(member_ids: Collection[UUID] | None, below: UUID | None, limit: int) -> list[Refund]:
    """Return refunds, last one first, of some members or of all."""
    found = Refund.objects.all() if member_ids is None else Refund.objects.filter(member_id__in=member_ids)
    return list((found if below is None else found.filter(id__lt=below)).order_by("-id")[:limit])


def parts(refund_ids: Collection[UUID]) -> list[RefundPart]:
    found = RefundPart.objects.select_related("top_up").filter(refund_id__in=refund_ids)
    return list(found.order_by("refund_id", "number"))


# --- gift cards ---


def insert_batch(batch: Batch, cards: Sequence[Card]) -> None:
    batch.save(force_insert=True)
    Card.objects.bulk_create(cards, batch_size=1_000)


def batch(batch_id: UUID) -> Batch | None:
    return Batch.objects.filter(pk=batch_id).first()


def batches(below: UUID | None, limit: int) -> list[Batch]:
    """Return batches, last made first."""
    found = Batch.objects.all() if below is None else Batch.objects.filter(id__lt=below)
    return list(found.order_by("-id")[:limit])


def states(batch_ids: Collection[UUID]) -> list[tuple[UUID, str, int]]:
    """Return (batch, state, how many cards)."""
    rows = Card.objects.filter(batch_id__in=batch_ids).values_list("batch_id", "state").annotate(count=Count("id"))
    return list(rows)


def lock_cards(codes: Collection[str]) -> list[Card]:
    """Lock cards by their codes, in the order of their ids."""
    found = Card.objects.select_for_update(of=("self",), no_key=True).filter(code__in=codes)
    return list(found.select_related("batch", "top_up").order_by("id"))


def card(code: str) -> Card | None:
    return Card.objects.select_related("batch", "top_up").filter(code=code).first()


def cards(batch_id: UUID, after: UUID, limit: int) -> list[Card]:
    """Return cards of a batch in the order made."""
    found = Card.objects.select_related("batch", "top_up").filter(batch_id=batch_id, id__gt=after)
    return list(found.order_by("id")[:limit])


# --- figures and laws ---


def sums() -> tuple[int, int, int, int, int, int]:
    """Return what was paid in, its bonus, principal refunded, bonus gone with it, fees, and what cards sold hold."""
    paid = TopUp.objects.filter(state=TopUpState.PAID).aggregate(a=Sum("amount_minor"), b=Sum("bonus_minor"))
    back = Refund.objects.aggregate(a=Sum("principal_minor"), b=Sum("bonus_minor"), c=Sum("fee_minor"))
    sold = Card.objects.filter(state=CardState.ACTIVE).aggregate(a=Sum("batch__amount_minor"))
    return (
        int(paid["a"] or 0),
        int(paid["b"] or 0),
        int(back["a"] or 0),
        int(back["b"] or 0),
        int(back["c"] or 0),
        int(sold["a"] or 0),
    )


def violations(check: str) -> list[tuple[Any, ...]]:
    """Return (member, sentence) of what does not hold."""
    return sql.fetch(sql.load("shuke.rooms.value", check), {})
