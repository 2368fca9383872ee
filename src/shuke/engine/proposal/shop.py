"""The shop's own quantities: what members spent and how often they came, from a history or from answers.

Owns the year that is looked at: the last 365 days of the history, or less than that scaled up to a year.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
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

    `days` are those that were looked at; less than a year was scaled up. `measured` is False where the figures come
    from answers and from a usual spread instead of a history; each row then stands for so many members.
    """

    spend_minor: Column
    orders: Column
    days: int
    last_day: dt.date | None
    measured: bool
    stands_for: Fraction = Fraction(1)

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
        return Fraction(int(self.spend_minor.sum()), int(self.orders.sum()))

    @property
    def orders_a_year(self) -> Fraction:
        """Orders of a member who bought."""
        return Fraction(int(self.orders.sum()), len(self.orders))

    @property
    def repeat_share(self) -> Fraction:
        """The share of members who bought more than once."""
        return Fraction(int((self.orders > 1).sum()), len(self.orders))


def measure(parts: Parts, time_zone: str, cancelled: Callable[[], bool] | None = None) -> Shop:
    """Measure the last year of a history.

    Raises:
        Refusal: `history_too_short`: fewer than 28 days of sales.
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
        detail = f"A proposal needs {LEAST_DAYS} days of sales; these are {days}."
        raise Refusal("history_too_short", detail, params={"days": days, "least": LEAST_DAYS})
    inside = at > int(at.max()) - days * SECONDS_PER_DAY
    members = int(owner.max()) + 1
    spend, orders = np.zeros(members, np.int64), np.zeros(members, np.int64)
    np.add.at(spend, owner[inside], net[inside])
    np.add.at(orders, owner[inside], counts[inside])
    bought = (orders > 0) & (spend > 0)
    spend, orders = spend[bought] * YEAR_DAYS // days, orders[bought]
    order = np.argsort(spend, kind="stable")
    scaled = np.maximum(1, orders * YEAR_DAYS // days)
    return Shop(spend[order], scaled[order], days, EPOCH + dt.timedelta(days=last), measured=True)


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


def imagine(members: int, orders_a_year: Fraction, average_order_minor: int, repeat_share: Fraction | None) -> Shop:
    """Return a shop as answers tell it: spend of a usual spread (log-normal), orders in proportion, at least one each.

    Where a share of repeat buyers is told, so many members have two orders or more.
    """
    count = max(1, min(members, MADE_MEMBERS))
    places = (np.arange(count) + 0.5) / count
    shape = np.exp(UNEVEN * np.array([NormalDist().inv_cdf(place) for place in places.tolist()]))
    orders = np.maximum(1, np.rint(shape / shape.mean() * float(orders_a_year))).astype(np.int64)
    if repeat_share is not None:
        once = count - round(count * repeat_share)
        orders[:once] = 1
        orders[once:] = np.maximum(2, orders[once:])
    spend = np.maximum(1, orders * average_order_minor)
    return Shop(spend, orders, YEAR_DAYS, None, measured=False, stands_for=Fraction(members, count))
