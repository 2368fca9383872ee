"""The shop's own quantities: what members spent and how often they came, from a history or from answers.

Owns the year that is looked at: the last 365 days of the history, or less than that scaled up to a year.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from shuke.core.state.replay import FACT, REFUND, V_AMOUNT, V_AT, V_KIND, V_REF
from shuke.core.values.dates import SECONDS_PER_DAY
from shuke.core.values.errors import Refusal
from shuke.engine.history import Column, History
from shuke.engine.study import Cancelled, Parts
from shuke.engine.zones import local_day

YEAR_DAYS = 365
LEAST_DAYS = 28
MADE_MEMBERS = 1_000  # of a shop that is told by answers alone
UNEVEN = 1.0  # standard deviation of the logarithm of what its members spend: a few spend much
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Shop:
    """A year of a shop's members: `spend_minor` and `orders` of each who bought, ascending by spend.

    `days` are those that were looked at, in which there were so many `orders`; they make `times` as many in a year, and
    spend is that of a year. `measured` is False where the figures come from answers and from a usual spread instead of
    a history. Each row stands for so many members. `returning` is the share of repeat buyers where that was told.
    """

    spend_minor: Column
    orders: Column
    days: int
    last_day: dt.date | None
    measured: bool
    times: Fraction = Fraction(1)
    stands_for: Fraction = Fraction(1)
    returning: Fraction | None = None

    @property
    def members(self) -> int:
        """Members who bought."""
        return round(len(self.spend_minor) * self.stands_for)

    @property
    def sales_minor(self) -> int:
        """Net sales of a year."""
        return round(int(self.spend_minor.sum()) * self.stands_for)

    @property
    def average_order_minor(self) -> Fraction:
        return int(self.spend_minor.sum()) / (int(self.orders.sum()) * self.times)

    @property
    def orders_a_year(self) -> Fraction:
        """Orders of a member who bought."""
        return int(self.orders.sum()) * self.times / len(self.orders)

    @property
    def repeat_share(self) -> Fraction:
        """The share of members who bought more than once within the days that were looked at, or that was told."""
        if self.returning is not None:
            return self.returning
        return Fraction(int((self.orders > 1).sum()), len(self.orders))


def measure(parts: Parts, time_zone: str, cancelled: Callable[[], bool] | None = None) -> Shop:
    """Measure the last year of a history.

    Raises:
        Refusal: `history_too_short`: fewer than 28 days of sales, or nobody whose purchases outweigh the refunds.
        Cancelled: the caller said so.
    """
    rows = []
    for number in range(parts.parts):
        if cancelled is not None and cancelled():
            raise Cancelled
        rows.append(_sold(parts.part(number, lines=False)))
    at, net, counts, owner = (np.concatenate(column) for column in zip(*_apart(rows), strict=True))
    first, last = (local_day(int(end), time_zone) for end in (at.min(), at.max())) if len(at) else (0, -1)
    days = min(YEAR_DAYS, last - first + 1)
    if days < LEAST_DAYS:
        raise _too_short(days)
    inside = at > int(at.max()) - days * SECONDS_PER_DAY
    members = int(owner.max()) + 1
    spend, orders = np.zeros(members, np.int64), np.zeros(members, np.int64)
    np.add.at(spend, owner[inside], net[inside])
    np.add.at(orders, owner[inside], counts[inside])
    bought = (orders > 0) & (spend > 0)
    if not bought.any():
        raise _too_short(0)
    spend, orders = spend[bought] * YEAR_DAYS // days, orders[bought]
    order = np.argsort(spend, kind="stable")
    last_day, times = EPOCH + dt.timedelta(days=last), Fraction(YEAR_DAYS, days)
    return Shop(spend[order], orders[order], days, last_day, measured=True, times=times)


def _too_short(days: int) -> Refusal:
    detail = f"A proposal needs {LEAST_DAYS} days of sales; these are {days}."
    return Refusal("history_too_short", detail, params={"days": days, "least": LEAST_DAYS})


def _sold(history: History) -> tuple[Column, Column, Column, Column]:
    """Return of each order and refund its instant, what it adds to net sales, whether it is an order, and whose."""
    events = history.events
    is_order = events[:, V_KIND] == FACT
    is_order[is_order] = history.facts.is_order[events[is_order, V_REF]]
    is_refund = events[:, V_KIND] == REFUND
    chosen = is_order | is_refund
    net = np.where(is_order, history.facts.net_minor[np.where(is_order, events[:, V_REF], 0)], -events[:, V_AMOUNT])
    return events[chosen, V_AT], net[chosen], is_order[chosen].astype(np.int64), history.member_of[chosen]


def _apart(rows: list[tuple[Column, Column, Column, Column]]) -> list[tuple[Column, Column, Column, Column]]:
    """Number the members of all parts through."""
    before = 0
    numbered = []
    for at, net, counts, owner in rows:
        numbered.append((at, net, counts, owner + before))
        before += int(owner.max(initial=-1)) + 1
    return numbered


def corrected(
    shop: Shop,
    members: int | None,
    orders_a_year: Fraction | None,
    average_order_minor: Fraction | None,
    repeat_share: Fraction | None,
) -> Shop:
    """Return a shop that was measured with what is told of it otherwise: spread and proportions stay as they are."""
    oftener = orders_a_year / shop.orders_a_year if orders_a_year else Fraction(1)
    dearer = average_order_minor / shop.average_order_minor if average_order_minor else Fraction(1)
    spend = np.maximum(1, np.rint(shop.spend_minor * float(oftener * dearer))).astype(np.int64)
    return replace(
        shop,
        spend_minor=spend if oftener * dearer != 1 else shop.spend_minor,
        times=shop.times * oftener,
        stands_for=Fraction(members, len(shop.orders)) if members else shop.stands_for,
        returning=repeat_share,
    )


def imagine(members: int, orders_a_year: Fraction, average_order_minor: int, repeat_share: Fraction | None) -> Shop:
    """Return a shop as answers tell it: orders of a usual spread (log-normal), at least one each, of the same amount.

    Where a share of repeat buyers is told, so many members have two orders or more and the rest one. All together they
    have as many orders as were told, as far as that leaves each the least.
    """
    count = max(1, min(members, MADE_MEMBERS))
    places = (np.arange(count) + 0.5) / count
    shape = np.exp(UNEVEN * np.array([NormalDist().inv_cdf(place) for place in places.tolist()]))
    least = np.ones(count, np.int64)
    if repeat_share is not None:
        once = count - round(count * repeat_share)
        shape[:once] = 0
        least[once:] = 2
    above = np.maximum(0.0, shape * (count * float(orders_a_year) / (shape.sum() or 1.0)) - least)
    rest = max(0, round(count * orders_a_year) - int(least.sum()))
    ends = np.rint(np.cumsum(above) * (rest / (above.sum() or 1.0))).astype(np.int64)
    orders = np.sort(least + np.diff(ends, prepend=0))
    spend = np.maximum(1, orders * average_order_minor)
    return Shop(spend, orders, YEAR_DAYS, None, measured=False, stands_for=Fraction(members, count))
