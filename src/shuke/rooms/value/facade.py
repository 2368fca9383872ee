"""The verbs of stored value: what rooms/programs writes down of top-ups, uses, refunds and gift cards."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import cursors
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.value import cards, queries, views
from shuke.rooms.value.contracts import (
    BatchPage,
    CardBatch,
    CardPage,
    GiftCard,
    NewBatch,
    NewTopUp,
    OrderKey,
    RefundPage,
    TopUp,
    TopUpPage,
    TopUpState,
    ValueRefund,
    ValueUse,
)

TOP_UPS = Invariant(
    "I41", "A paid top-up is deposited once, whole; no more of it goes back than was paid; a gift card is loaded once."
)
REFUNDS = Invariant(
    "I42", "A refund of stored value is withdrawn once, and its money and fee come to what was withdrawn."
)
INVARIANTS = (TOP_UPS, REFUNDS)

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


# --- uses ---


def use_up(use: ValueUse) -> None:
    """Write down that stored value paid. Raises: django.db.IntegrityError where its key was used before."""
    queries.insert_use(use)


def paid_for(order: OrderKey, member_id: UUID) -> int:
    """Return how much of an order a member paid with stored value. Raises: nothing."""
    return queries.paid_for(order, member_id)


def use(use_id: UUID, *, repeated: bool = False) -> ValueUse:
    """Return stored value that paid.

    Raises: Refusal `unknown_value_use`.
    """
    row = queries.use(use_id)
    if row is None:
        raise Refusal("unknown_value_use", "There is no such payment with stored value.")
    return views.use(row, repeated=repeated)


# --- refunds ---


def refundable(member_ids: Collection[UUID]) -> list[TopUp]:
    """Return the top-ups of members of which something may go back, those paid last first. Raises: nothing."""
    return views.top_ups(queries.refundable(member_ids))


def refund(refund: ValueRefund) -> None:
    """Write down a refund with its parts, and of each top-up what went back of it.

    Raises: django.db.IntegrityError where more would go back than was paid.
    """
    queries.insert_refund(refund)


def refund_of(refund_id: UUID) -> ValueRefund:
    """Return a refund with how far its money is.

    Raises: Refusal `unknown_value_refund`.
    """
    row = queries.refund(refund_id)
    if row is None:
        raise Refusal("unknown_value_refund", "There is no such refund of stored value.")
    return views.refunds([row])[0]


def refunds(limit: int, cursor: str | None = None, member_ids: Collection[UUID] | None = None) -> RefundPage:
    """Return up to `limit` refunds, last one first, of some members or of all.

    Raises: Refusal `invalid_cursor`.
    """
    below = None if cursor is None else cursors.id_of(cursor)
    rows = queries.refunds(member_ids, below, limit + 1)
    following = cursors.of_id(rows[limit - 1].id) if len(rows) > limit else None
    return RefundPage(tuple(views.refunds(rows[:limit])), following)


# --- gift cards ---


def make_cards(new: NewBatch, currency: str, now: datetime) -> CardBatch:
    """Make a batch of gift cards.

    Raises: Refusal `card_count`, `value_amount`.
    """
    return cards.make(new, currency, now)


def sell_cards(codes: Collection[str], order: OrderKey | None, now: datetime) -> list[GiftCard]:
    """Let cards be loaded from now on, sold with an order or handed out; all of them or none.

    Raises: Refusal `unknown_gift_card`, `gift_card_in_other_state`.
    """
    return cards.sell(codes, order, now)


def void_card(code: str) -> GiftCard:
    """Make a card worth nothing that nobody has loaded; a second time does nothing.

    Raises: Refusal `unknown_gift_card`, `gift_card_in_other_state`.
    """
    return cards.void(code)


def lock_card(code: str) -> GiftCard:
    """Return a card that nobody else changes until the transaction ends.

    Raises: Refusal `unknown_gift_card`.
    """
    return cards.lock(code)


def load_card(card_id: UUID, top_up_id: UUID, now: datetime) -> None:
    """Write down that a locked card was loaded. Raises: nothing."""
    cards.load(card_id, top_up_id, now)


def gift_card(code: str) -> GiftCard:
    """Return a card by its code, however it was typed.

    Raises: Refusal `unknown_gift_card`.
    """
    return cards.look_up(code)


def card_batch(batch_id: UUID) -> CardBatch:
    """Return a batch of gift cards with how many stand where.

    Raises: Refusal `unknown_card_batch`.
    """
    return cards.one_batch(batch_id)


def card_batches(limit: int, cursor: str | None = None) -> BatchPage:
    """Return up to `limit` batches, last made first.

    Raises: Refusal `invalid_cursor`.
    """
    rows = queries.batches(None if cursor is None else cursors.id_of(cursor), limit + 1)
    following = cursors.of_id(rows[limit - 1].id) if len(rows) > limit else None
    return BatchPage(tuple(cards.batches(rows[:limit])), following)


def cards_page(batch_id: UUID, limit: int, cursor: str | None = None) -> CardPage:
    """Return up to `limit` cards of a batch, in the order made.

    Raises: Refusal `unknown_card_batch`, `invalid_cursor`.
    """
    cards.one_batch(batch_id)
    found = cards.of_batch(batch_id, limit + 1, None if cursor is None else cursors.id_of(cursor))
    following = cursors.of_id(found[limit - 1].id) if len(found) > limit else None
    return CardPage(tuple(found[:limit]), following)


# --- figures and laws ---


def sums() -> tuple[int, int, int, int, int, int]:
    """Return what was paid in, its bonus, principal refunded, bonus gone with it, fees, and what cards sold hold.

    Raises: nothing.
    """
    return queries.sums()


def verify() -> Verification:
    """Check that top-ups, refunds and gift cards say what the ledger booked. Raises: nothing."""
    checks = ((TOP_UPS, "verify_top_ups"), (REFUNDS, "verify_refunds"))
    found = (Violation(law.id, *row) for law, check in checks for row in queries.violations(check))
    return Verification(INVARIANTS, tuple(found))


def _unknown() -> Refusal:
    return Refusal("unknown_top_up", "There is no such top-up.")
