"""Rows of the room as what leaves it."""

from collections.abc import Collection

from shuke.foundation import ids
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Payment, Purpose
from shuke.rooms.value import models
from shuke.rooms.value.contracts import TOP_UP_PREFIX, TopUp, TopUpState


def top_ups(rows: Collection[models.TopUp]) -> list[TopUp]:
    """Return top-ups with their payments, in the order given."""
    names = [ids.encode(TOP_UP_PREFIX, row.id) for row in rows]
    asked = payments.of_references(Purpose.VALUE, names) if rows else {}
    return [_view(row, asked.get(name)) for row, name in zip(rows, names, strict=True)]


def _view(row: models.TopUp, payment: Payment | None) -> TopUp:
    state = TopUpState(row.state)
    if row.refunded_minor:
        whole = row.refunded_minor == row.amount_minor
        state = TopUpState.REFUNDED if whole else TopUpState.REFUNDED_PART
    return TopUp(
        id=row.id,
        source=row.source,
        external_id=row.external_id,
        member_id=row.member_id,
        amount_minor=row.amount_minor,
        bonus_minor=row.bonus_minor,
        currency=row.currency,
        method=row.method,
        store=row.store,
        state=state,
        refunded_minor=row.refunded_minor,
        order=(row.order_source, row.order_external_id) if row.order_source else None,
        asked_at=row.asked_at,
        paid_at=row.paid_at,
        deposit_id=row.deposit_id,
        payment=payment,
    )
