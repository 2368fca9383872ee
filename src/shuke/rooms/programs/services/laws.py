"""The laws of every room that keeps value, checked together, and the seal over the ledger."""

from dataclasses import replace

from shuke.foundation import logs
from shuke.foundation.verification import Verification
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.mall import facade as mall
from shuke.rooms.orders import facade as orders
from shuke.rooms.paid import facade as paid
from shuke.rooms.payments import facade as payments
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Seal
from shuke.rooms.programs.services import verifying
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.value import facade as value


def verify_all(*, since_seal: bool = False) -> tuple[Verification, ...]:
    """Check every law of every room that keeps value: what `shuke verify-ledger` runs.

    `since_seal` checks the ledger alone, of the holders whose entries are newer than the last seal, and tells which
    laws it did not look at. Raises: nothing.
    """
    if since_seal:
        found = points.verify(since_seal=True)
        others = (
            tiers.STATE_IS_LAST_CHANGE,
            coupons.ONE_ORDER_AT_A_TIME,
            *verifying.INVARIANTS,
            orders.REFUNDS_ADD_UP,
            payments.REFUNDS_WITHIN_PAYMENT,
            paid.SUBSCRIPTIONS,
            mall.STOCK_ADDS_UP,
            *benefits.INVARIANTS,
            *value.INVARIANTS,
        )
        return (replace(found, unchecked=(*found.unchecked, *others)),)
    return (
        points.verify(),
        tiers.verify(),
        verifying.verify(),
        orders.verify(),
        payments.verify(),
        paid.verify(),
        mall.verify(),
        coupons.verify(),
        benefits.verify(),
        value.verify(),
    )


def seal() -> Seal | None:
    """Seal the entries of the ledger committed since the last seal, and return the new one; None where there are none.

    Its digest goes to the log: kept on another machine, it proves that the chain was not made anew. Raises: nothing.
    """
    made = points.seal()
    if made is not None:
        logs.event("sealed", number=made.number, entries=made.entries, digest=made.digest.hex())
    return made
