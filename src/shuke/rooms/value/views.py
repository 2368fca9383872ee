"""Rows of the room as what leaves it."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from shuke.foundation import ids
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Payment, Purpose, Refund
from shuke.rooms.value import models, queries
from shuke.rooms.value.contracts import (
    REFUND_PREFIX,
    TOP_UP_PREFIX,
    RefundPart,
    TopUp,
    TopUpState,
    ValueRefund,
    ValueUse,
)


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


def use(row: models.Use, *, repeated: bool) -> ValueUse:
    """Return stored value that paid."""
    order = (row.order_source, row.order_external_id) if row.order_source else None
    who = row.id, row.source, row.external_id, row.member_id
    return ValueUse(*who, row.principal_minor, row.bonus_minor, order, row.at, repeated)


def refunds(rows: Collection[models.Refund]) -> list[ValueRefund]:
    """Return refunds with their parts and how far each is, in the order given."""
    parts: dict[UUID, list[models.RefundPart]] = {}
    for part in queries.parts([row.id for row in rows]):
        parts.setdefault(part.refund_id, []).append(part)
    paid = [part.payment_id for each in parts.values() for part in each if part.payment_id]
    sent = {
        (payment_id, refund.key): refund for payment_id, found in payments.refunds_of(paid).items() for refund in found
    }
    return [_refund(row, parts.get(row.id, []), sent) for row in rows]


def _refund(
    row: models.Refund, parts: Sequence[models.RefundPart], sent: Mapping[tuple[UUID, str], Refund]
) -> ValueRefund:
    return ValueRefund(
        id=row.id,
        member_id=row.member_id,
        principal_minor=row.principal_minor,
        bonus_minor=row.bonus_minor,
        fee_minor=row.fee_minor,
        reason=row.reason,
        at=row.at,
        withdrawal_id=row.withdrawal_id,
        parts=tuple(_part(part, sent.get((part.payment_id, ids.encode(REFUND_PREFIX, row.id)))) for part in parts),
    )


def _part(part: models.RefundPart, sent: Refund | None) -> RefundPart:
    method = part.top_up.method if part.top_up else ""
    where = part.top_up_id, part.payment_id, method
    return RefundPart(
        part.amount_minor, part.covered_minor, *where, sent and sent.state, sent.by_hand if sent else None
    )
