"""What a plan has saved its member: what it took off orders, less what refunds of them took back, to the minor unit.

What is left is reckoned from what refunds have taken off each order so far, so any split of them ends the same.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from shuke.foundation import clock
from shuke.rooms.orders import facade as orders
from shuke.rooms.orders.contracts import LineLeft, OrderLeft
from shuke.rooms.paid import models, queries
from shuke.rooms.paid.contracts import Saved, Savings


def note(order_id: UUID, saved: Sequence[Saved]) -> None:
    queries.insert_savings(
        [
            models.Saving(
                order_id=order_id,
                subscription_id=one.subscription_id,
                lines=[[number, minor] for number, minor in sorted(one.lines.items())],
                shipping_minor=one.shipping_minor,
            )
            for one in saved
        ]
    )


def of_subscriptions(subscription_ids: Collection[UUID]) -> dict[UUID, Savings]:
    rows: dict[UUID, list[models.Saving]] = {}
    for row in queries.savings(subscription_ids):
        rows.setdefault(row.subscription_id, []).append(row)
    there = orders.left([row.order_id for found in rows.values() for row in found])
    periods, now = queries.periods_of(subscription_ids), clock.business_now()
    return {id: _savings(periods[id], rows.get(id, []), there, now) for id in subscription_ids}


def kept(row: models.Saving, left: OrderLeft) -> int:
    """Return what is left of what a plan took off an order, rounded down.

    A refund of a line takes back its share of what was taken off that line, by money, or by pieces where it was free;
    one of an amount a share of all that is left; and where nothing is left of the order, nothing was saved.
    """
    order, lines = left.order, left.lines
    by_lines = sum(line.refunded_minor for line in lines)
    rest, by_amount = order.net_minor - by_lines, order.refunded_minor - by_lines
    if (order.net_minor and rest == by_amount) or (not order.net_minor and not any(map(_share, lines))):
        return 0
    shares = {line.number: _share(line) for line in lines}
    off = sum((minor * shares[number] for number, minor in row.lines), Fraction(row.shipping_minor))
    return int(off * (rest - by_amount) / rest) if rest else int(off)


def _share(line: LineLeft) -> Fraction:
    """Return what of a line no refund has taken off."""
    if line.line.net_minor:
        return 1 - Fraction(line.refunded_minor, line.line.net_minor)
    return 1 - Fraction(line.refunded_quantity, line.line.quantity or 1)


def _savings(
    periods: Sequence[models.Period], rows: Sequence[models.Saving], there: Mapping[UUID, OrderLeft], now: datetime
) -> Savings:
    saved = {period.number: 0 for period in periods}
    for row in rows:
        left = there[row.order_id]
        saved[_at(periods, left.order.occurred_at).number] += kept(row, left)
    running = _at(periods, now) if periods else None
    return Savings(
        saved_minor=sum(saved.values()),
        paid_minor=sum(_paid(period) for period in periods),
        period_saved_minor=saved[running.number] if running else 0,
        period_paid_minor=_paid(running) if running else 0,
        by_period=saved,
    )


def _at(periods: Sequence[models.Period], at: datetime) -> models.Period:
    """Return the period of an instant: the last that had begun, or the first."""
    return next((period for period in reversed(periods) if period.starts_at <= at), periods[0])


def _paid(period: models.Period) -> int:
    return sum(amount for _, amount in period.sources)
