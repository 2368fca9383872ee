"""The statements of the room of stored value, one function each. They decide nothing and open no transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from shuke.rooms.value.contracts import NewTopUp, OrderKey, TopUpState
from shuke.rooms.value.models import TopUp

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
