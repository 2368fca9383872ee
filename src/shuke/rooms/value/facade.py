"""The verbs of stored value: what rooms/programs writes down of top-ups, uses, refunds and gift cards."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.value import queries, views
from shuke.rooms.value.contracts import NewTopUp, OrderKey, TopUp, TopUpPage, TopUpState

# --- top-ups ---


def ask(new: NewTopUp) -> None:
    """Write down a top-up that is to be paid. Raises: django.db.IntegrityError where its key was used before."""
    queries.insert_top_up(new)


def top_up(top_up_id: UUID) -> TopUp:
    """Return a top-up with its payment.

    Raises: Refusal `unknown_top_up`.
    """
    row = queries.top_up(top_up_id)
    if row is None:
        raise _unknown()
    return views.top_ups([row])[0]


def lock_top_up(top_up_id: UUID) -> TopUp:
    """Return a top-up that nobody else changes until the transaction ends.

    Raises: Refusal `unknown_top_up`.
    """
    row = queries.lock_top_up(top_up_id)
    if row is None:
        raise _unknown()
    return views.top_ups([row])[0]


def book(top_up_id: UUID, deposit_id: UUID, now: datetime) -> None:
    """Write down that a top-up was paid and deposited. Raises: nothing."""
    with unit_of_work():
        queries.set_state(top_up_id, TopUpState.PAID, now, deposit_id)


def fail(top_up_id: UUID) -> None:
    """Write down that a top-up was not paid. Raises: nothing."""
    queries.set_state(top_up_id, TopUpState.FAILED, None, None)


def return_money(top_up_id: UUID, now: datetime) -> None:
    """Write down that the money of a top-up came and went back at once. Raises: nothing."""
    queries.set_state(top_up_id, TopUpState.RETURNED, now, None)


def top_ups(limit: int, cursor: str | None = None, member_ids: Collection[UUID] | None = None) -> TopUpPage:
    """Return up to `limit` top-ups, last asked first, of some members or of all.

    Raises: Refusal `invalid_cursor`.
    """
    below = None if cursor is None else cursors.id_of(cursor)
    rows = queries.top_ups(member_ids, below, limit + 1)
    following = cursors.of_id(rows[limit - 1].id) if len(rows) > limit else None
    return TopUpPage(tuple(views.top_ups(rows[:limit])), following)


def deposits_of(order: OrderKey, member_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Return (member, deposit) of what members topped up with an order: it does not pay for that. Raises: nothing."""
    return queries.deposits_of(order, list(member_ids))


def _unknown() -> Refusal:
    return Refusal("unknown_top_up", "There is no such top-up.")
