"""Gift cards: made in batches, sold, loaded once, or made void. Who has the code has the card."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import codes, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.value import models, queries
from shuke.rooms.value.contracts import CardBatch, CardState, GiftCard, NewBatch, OrderKey

MOST = 10_000
_EVERY = UUID(int=0)


def make(new: NewBatch, currency: str, now: datetime) -> CardBatch:
    """Make the cards of a batch, each with a code of its own."""
    if not 1 <= new.cards <= MOST:
        raise Refusal("card_count", f"A batch has 1 to {MOST:,} cards.", pointer="/cards")
    if new.amount_minor <= 0:
        raise Refusal("value_amount", "An amount is above 0.", pointer="/amount_minor")
    row = models.Batch(
        id=ids.new_id(),
        name=new.name,
        cards=new.cards,
        amount_minor=new.amount_minor,
        currency=currency,
        ends_on=new.ends_on,
        made_at=now,
    )
    state, sold_at = (CardState.ACTIVE, now) if new.active else (CardState.MADE, None)
    made = [
        models.Card(id=ids.new_id(), code=code, batch=row, state=state, active_at=sold_at)
        for code in codes.new_codes(new.cards)
    ]
    with unit_of_work():
        queries.insert_batch(row, made)
    return batches([row])[0]


def sell(given: Collection[str], order: OrderKey | None, now: datetime) -> list[GiftCard]:
    """Let cards be loaded from now on; all of them or none. Those sold with the same order are answered as they are."""
    source, external_id = order or ("", "")
    with unit_of_work():
        rows = _locked(given)
        for row in rows:
            if row.state == CardState.ACTIVE and (row.order_source, row.order_external_id) == (source, external_id):
                continue
            if row.state != CardState.MADE:
                raise _other(row)
            row.state, row.order_source, row.order_external_id, row.active_at = (
                CardState.ACTIVE,
                source,
                external_id,
                now,
            )
            row.save(update_fields=["state", "order_source", "order_external_id", "active_at"])
    return [view(row) for row in rows]


def void(given: str) -> GiftCard:
    """Make a card worth nothing that nobody has loaded; a second time does nothing."""
    with unit_of_work():
        (row,) = _locked([given])
        if row.state == CardState.LOADED:
            raise _other(row)
        row.state = CardState.VOID
        row.save(update_fields=["state"])
    return view(row)


def lock(given: str) -> GiftCard:
    """Return a card that nobody else changes until the transaction ends."""
    (row,) = _locked([given])
    return view(row)


def load(card_id: UUID, top_up_id: UUID, now: datetime) -> None:
    """Write down that a locked card was loaded."""
    models.Card.objects.filter(pk=card_id).update(state=CardState.LOADED, top_up_id=top_up_id, loaded_at=now)


def look_up(given: str) -> GiftCard:
    """Return a card by its code, however it was typed."""
    row = queries.card(codes.plain(given))
    if row is None:
        raise _unknown()
    return view(row)


def one_batch(batch_id: UUID) -> CardBatch:
    row = queries.batch(batch_id)
    if row is None:
        raise Refusal("unknown_card_batch", "There is no such batch of gift cards.")
    return batches([row])[0]


def batches(rows: Collection[models.Batch]) -> list[CardBatch]:
    """Return batches with how many cards stand where, in the order given."""
    states: dict[UUID, dict[CardState, int]] = {row.id: dict.fromkeys(CardState, 0) for row in rows}
    for batch_id, state, count in queries.states(states):
        states[batch_id][CardState(state)] = count
    return [
        CardBatch(row.id, row.name, row.cards, row.amount_minor, row.currency, row.ends_on, row.made_at, states[row.id])
        for row in rows
    ]


def of_batch(batch_id: UUID, limit: int, after: UUID | None) -> list[GiftCard]:
    """Return cards of a batch in the order made."""
    return [view(row) for row in queries.cards(batch_id, after or _EVERY, limit)]


def view(row: models.Card) -> GiftCard:
    return GiftCard(
        id=row.id,
        code=codes.grouped(row.code),
        batch_id=row.batch.id,
        amount_minor=row.batch.amount_minor,
        currency=row.batch.currency,
        state=CardState(row.state),
        ends_on=row.batch.ends_on,
        order=(row.order_source, row.order_external_id) if row.order_source else None,
        active_at=row.active_at,
        loaded_at=row.loaded_at,
        member_id=row.top_up.member_id if row.top_up else None,
        top_up_id=row.top_up.id if row.top_up else None,
    )


def _locked(given: Collection[str]) -> list[models.Card]:
    asked = {codes.plain(code) for code in given}
    rows = queries.lock_cards(asked)
    if len(rows) < len(asked):
        raise _unknown()
    return rows


def _unknown() -> Refusal:
    return Refusal("unknown_gift_card", "There is no such gift card.", pointer="/code")


def _other(row: models.Card) -> Refusal:
    detail = f"The card is {row.state}."
    return Refusal("gift_card_in_other_state", detail, pointer="/code", params={"state": row.state})
