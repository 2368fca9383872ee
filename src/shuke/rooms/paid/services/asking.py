"""Asks a payer for the money of a period."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.foundation import ids
from shuke.rooms.org import facade as org
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import ChargeState, Length
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import Purpose


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a period at the price of a version, less a credit that another subscription hands over.

    With an `agreement` it is a renewal, for which nobody has to be there; without, `renews` says what comes after.
    """

    length: Length
    version: int
    amount_minor: int
    method: str
    renews: bool
    agreement: str = ""
    credit_minor: int = 0
    from_id: UUID | None = None


def ask(row: models.Subscription, payer_id: UUID, wanted: Wanted, now: datetime) -> models.Charge:
    """Ask a payer for the next period of a subscription; one that was asked for just so, and is open, is answered."""
    number = queries.next_number(row.id)
    same = {
        "number": number,
        "length": wanted.length,
        "version": wanted.version,
        "amount_minor": wanted.amount_minor,
        "from_id": wanted.from_id,
        "renews": wanted.renews,
        "gift": payer_id != row.member_id,
    }
    for one in queries.charges(row.id):
        if one.state == ChargeState.ASKED and not one.renewal and not wanted.agreement and _is(one, same):
            return one
    charge = models.Charge(
        id=ids.new_id(),
        subscription=row,
        attempt=queries.next_attempt(row.id, number),
        state=ChargeState.ASKED,
        credit_minor=wanted.credit_minor,
        renewal=bool(wanted.agreement),
        asked_at=now,
        **same,
    )
    own = org.organisation()
    currency = own.currency if own else ""
    payment = payments.ask(
        Purpose.PLAN, str(charge.id), payer_id, wanted.amount_minor, currency, wanted.method, now, wanted.agreement
    )
    charge.payment_id = payment.id
    charge.save(force_insert=True)
    return charge


def _is(charge: models.Charge, same: dict[str, object]) -> bool:
    return all(getattr(charge, name) == value for name, value in same.items())
