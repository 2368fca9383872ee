"""The verbs of the payments room: ask for money, send the question to a provider, book its answer, give money back."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, cursors, ids
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.org.contracts import Actor
from shuke.rooms.payments import booking, models, queries, sending
from shuke.rooms.payments.contracts import (
    Acknowledgement,
    FailedRefundPage,
    Handler,
    Payment,
    PaymentPage,
    Payments,
    Purpose,
    Reconciled,
    Refund,
    State,
)

REFUNDS_WITHIN_PAYMENT = Invariant("I40", "Refunds of a payment come to what it counts, never to more than was paid.")
_AMOUNT_MOST = 10**15
_REFERENCE_MOST = 100


def provide(method: str, provider: Payments) -> None:
    """Say which provider serves a method; called when the house is wired. Raises nothing."""
    sending.PROVIDERS[method] = provider


def methods() -> tuple[str, ...]:
    """Return the methods by which one can pay here, in the order of their wiring. Raises nothing."""
    return tuple(sending.PROVIDERS)


def when_paid(purpose: Purpose, handler: Handler) -> None:
    """Say who hears that a payment of a purpose was paid; called when the house is wired. Raises nothing."""
    booking.PAID[purpose] = handler


def when_failed(purpose: Purpose, handler: Handler) -> None:
    """Say who hears that a payment of a purpose failed; called when the house is wired. Raises nothing."""
    booking.FAILED[purpose] = handler


def ask(  # noqa: PLR0913  # all that a demand for money says
    purpose: Purpose,
    reference: str,
    member_id: UUID,
    amount_minor: int,
    currency: str,
    method: str,
    now: datetime,
    agreement: str = "",
    until: datetime | None = None,
) -> Payment:
    """Ask a member for money; `start` or the next `reconcile` sends it to the provider, once this is committed.

    There is one payment for a purpose and reference: a repeat is answered with it. With an `agreement` the provider
    charges without the member at hand. From `until` on, by default two hours from now, it can't be paid any more.

    Raises: Refusal `unknown_payment_method`, `payment_amount_invalid` outside 1 to 10**15, `payment_asked_differently`
        where the reference stands for another amount, currency or member.
    """
    if method not in sending.PROVIDERS:
        known = ", ".join(sending.PROVIDERS)
        raise Refusal("unknown_payment_method", f"One pays here by {known or 'no method'}.", params={"known": known})
    if not 0 < amount_minor <= _AMOUNT_MOST:
        raise Refusal("payment_amount_invalid", "A payment is of more than nothing.", pointer="/amount")
    values = {
        "id": ids.new_id(),
        "purpose": purpose,
        "reference": reference,
        "member_id": member_id,
        "amount_minor": amount_minor,
        "currency": currency,
        "method": method,
        "asked_agreement": agreement,
        "state": State.PENDING,
        "asked_at": now,
        "until_at": until,
        "check_at": now,
    }
    with unit_of_work():
        queries.insert_payment(values)
        row = queries.of_reference(purpose, reference)
        assert row is not None, "written or there before"
        asked = queries.payment_view(row)
        if (asked.member_id, asked.amount_minor, asked.currency) != (member_id, amount_minor, currency):
            raise Refusal("payment_asked_differently", "This was asked for with another amount, currency or member.")
        return asked


def start(payment_id: UUID) -> Payment:
    """Hand a payment to its provider, or ask what became of it, and return it as it then stands.

    Call it outside a transaction. A provider that does not answer changes nothing; it is asked again later.

    Raises: Refusal `unknown_payment`.
    """
    find(payment_id)
    sending.send_payment(payment_id, clock.business_now())
    return find(payment_id)


def answered(method: str, headers: Mapping[str, str], body: bytes) -> Acknowledgement:
    """Book what a provider tells by itself; telling it again, or late, changes nothing more.

    Raises: Refusal `unknown_payment_method`, `payment_callback_refused` where the signature is not the provider's,
        `unknown_payment`, `payment_amount_differs`.
    """
    provider = sending.PROVIDERS.get(method)
    if provider is None:
        raise Refusal("unknown_payment_method", "Nobody pays by this method here.", params={"known": ""})
    booking.book(provider.read_callback({name.lower(): value for name, value in headers.items()}, body), method)
    return provider.acknowledgement


def refund(payment_id: UUID, amount_minor: int, key: str, now: datetime) -> Refund:
    """Give back part or all of a payment; `reconcile` sends it once this is committed. A repeat of `key` is answered.

    Raises: Refusal `unknown_payment`, `payment_not_paid`, `refund_exceeds_payment`, `payment_asked_differently` where
        the key stands for another amount.
    """
    with unit_of_work():
        row = queries.lock_payment(payment_id)
        if row is None:
            raise _unknown()
        before = queries.refund_of_key(payment_id, key)
        if before is not None:
            if before.amount_minor != amount_minor:
                raise Refusal("payment_asked_differently", "This refund was asked for with another amount.")
            return queries.refund_view(before)
        if row.state in {State.PENDING, State.FAILED}:
            raise Refusal("payment_not_paid", "What was not paid cannot be given back.")
        booking.require_left(row, amount_minor)
        return booking.begin_refund(row, amount_minor, key, now)


def retry_refund(refund_id: UUID, now: datetime, actor: Actor) -> Refund:
    """Try a refund again that failed, under the same id; the provider is first asked whether it moved meanwhile.

    `send_refunds` or the next `reconcile` sends it once this is committed. One that did not fail is answered.

    Raises: Refusal `unknown_payment`, `refund_exceeds_payment` where the money has gone back otherwise.
    """
    with unit_of_work():
        return booking.reopen_refund(refund_id, now, actor)


def pay_refund_by_hand(refund_id: UUID, reference: str, note: str, now: datetime, actor: Actor) -> Refund:
    """Close a refund that failed: its money was paid otherwise, with a proof. The audit log keeps who says so.

    Raises: Refusal `unknown_payment`, `reference_required`, `reason_required`, `reason_too_long` of the note,
        `refund_not_failed` where it is on its way or done, by whomever, `refund_exceeds_payment` where the money has
        gone back otherwise.
    """
    reference, note = reference.strip(), note.strip()
    if not 0 < len(reference) <= _REFERENCE_MOST or not reference.isprintable():
        detail = f"Say by which proof it was paid, in 1 to {_REFERENCE_MOST} characters."
        raise Refusal("reference_required", detail, pointer="/reference")
    refusal = reasons.fault(note, "/note") if note else None
    if refusal is not None:
        raise refusal
    with unit_of_work():
        return booking.pay_by_hand(refund_id, reference, note, now, actor)


def failed_refunds(limit: int, cursor: str | None = None) -> FailedRefundPage:
    """Return up to `limit` refunds that failed and whose money is still here, the first asked first.

    Raises: Refusal `invalid_cursor`.
    """
    above = None if cursor is None else cursors.id_of(cursor)
    rows = queries.failed_refunds(limit + 1, above)
    following = cursors.of_id(rows[limit - 1].id) if len(rows) > limit else None
    return FailedRefundPage(tuple(map(_with_payment, rows[:limit])), following)


def refunds_by_hand(limit: int) -> tuple[tuple[Payment, Refund], ...]:
    """Return up to `limit` refunds that were paid by hand or twice, the last asked first. Raises nothing."""
    return tuple(map(_with_payment, queries.refunds_by_hand(limit)))


def refund_of(refund_id: UUID) -> tuple[Payment, Refund]:
    """Return a refund with its payment.

    Raises: Refusal `unknown_payment`.
    """
    row = queries.refund_with_payment(refund_id)
    if row is None:
        raise Refusal("unknown_payment", "There is no such refund.")
    return _with_payment(row)


def _with_payment(row: models.Refund) -> tuple[Payment, Refund]:
    return queries.payment_view(row.payment), queries.refund_view(row)


def send_refund(refund_id: UUID) -> None:
    """Send a refund, or ask what became of it; call it outside a transaction. Raises nothing."""
    sending.send_refund(refund_id, clock.business_now())


def send_refunds(member_id: UUID) -> None:
    """Send the refunds of a member's payments that were begun just now; call it outside a transaction.

    Raises nothing.
    """
    now = clock.business_now()
    for refund_id in queries.unsent_refunds(member_id, now):
        sending.send_refund(refund_id, now)


def reconcile() -> Reconciled:
    """Send what was not sent yet, and ask again about what has no answer; call it outside a transaction.

    Raises nothing.
    """
    return sending.reconcile(clock.business_now())


def find(payment_id: UUID) -> Payment:
    """Return a payment.

    Raises: Refusal `unknown_payment`.
    """
    row = queries.payment(payment_id)
    if row is None:
        raise _unknown()
    return queries.payment_view(row)


def of_references(purpose: Purpose, references: Collection[str]) -> dict[str, Payment]:
    """Return the payments of a purpose by what they are for, as many as there are. Raises nothing."""
    return {row.reference: queries.payment_view(row) for row in queries.of_references(purpose, references)}


def refunds_of(payment_ids: Collection[UUID]) -> dict[UUID, tuple[Refund, ...]]:
    """Return the refunds of payments, first asked first; a payment without one is absent. Raises nothing."""
    found: dict[UUID, tuple[Refund, ...]] = {}
    for refund in map(queries.refund_view, queries.refunds(list(payment_ids))):
        found[refund.payment_id] = (*found.get(refund.payment_id, ()), refund)
    return found


def page(
    limit: int,
    cursor: str | None = None,
    state: State | None = None,
    member_id: UUID | None = None,
    purpose: Purpose | None = None,
) -> PaymentPage:
    """Return up to `limit` payments, last asked first, in one state or any, of one member or all, of a purpose or any.

    Raises: Refusal `invalid_cursor`.
    """
    below = None if cursor is None else cursors.id_of(cursor)
    rows = queries.payments(state, member_id, purpose, below, limit + 1)
    following = cursors.of_id(rows[limit - 1].id) if len(rows) > limit else None
    return PaymentPage(tuple(map(queries.payment_view, rows[:limit])), following)


def verify() -> Verification:
    """Check that refunds add up to what their payments count. Raises nothing."""
    found = tuple(Violation(REFUNDS_WITHIN_PAYMENT.id, member_id, text) for member_id, text in queries.violations())
    return Verification((REFUNDS_WITHIN_PAYMENT,), found)


def _unknown() -> Refusal:
    return Refusal("unknown_payment", "There is no such payment.")
