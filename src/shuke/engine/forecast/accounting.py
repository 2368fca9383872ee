"""The books of points: what opened, came, went and closed by month and age, and the revenue that points defer.

Points are integers and tie to the study's figures; money is in minor units, each flow rounded so that the books add up.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from shuke.core.values.rounding import half_even_of
from shuke.engine.cohorts import Cohorts
from shuke.engine.forecast.endings import Floats


@dataclass(frozen=True)
class Movement:
    """A month of the books: opening + issued − used − expired + adjusted = closing; `by_age` [months] adds up to it."""

    month: dt.date
    opening: int
    issued: int
    used: int
    expired: int
    adjusted: int
    closing: int
    by_age: tuple[int, ...]


def movements(cohorts: Cohorts, unit: int) -> tuple[Movement, ...]:
    """Return the books of a unit in points, in the smallest fraction of it."""
    issued = cohorts.issued[unit].sum(axis=0)
    used, expired, taken = (each[unit].sum(axis=0) for each in (cohorts.used, cohorts.expired, cohorts.taken_back))
    left = np.zeros_like(issued)
    books: list[Movement] = []
    for t, month in enumerate(cohorts.months):
        opening = int(left.sum())
        left[t] += issued[t]
        left -= used[:, t] + expired[:, t] + taken[:, t]
        flows = (int(issued[t]), int(used[:, t].sum()), int(expired[:, t].sum()), -int(taken[:, t].sum()))
        books.append(Movement(month, opening, *flows, int(left.sum()), tuple(left[t::-1].tolist())))
    return tuple(books)


def in_money(books: Sequence[Movement], minor_of_point: Fraction) -> tuple[Movement, ...]:
    """Return the books at so many minor units for each smallest fraction of a point.

    A flow is the difference of what all so far come to before and after it, each rounded half to even: months add up to
    years, and a balance is within two minor units of its points.
    """
    value = _rounded_at(minor_of_point)
    totals = [0, 0, 0, 0]
    opening = value(books[0].opening) if books else 0
    priced: list[Movement] = []
    for book in books:
        flows = (book.issued, book.used, book.expired, book.adjusted)
        moved = [value(total + flow) - value(total) for total, flow in zip(totals, flows, strict=True)]
        totals = [total + flow for total, flow in zip(totals, flows, strict=True)]
        closing = opening + moved[0] - moved[1] - moved[2] + moved[3]
        priced.append(
            Movement(book.month, opening, moved[0], moved[1], moved[2], moved[3], closing, _split(closing, book.by_age))
        )
        opening = closing
    return tuple(priced)


def _rounded_at(rate: Fraction) -> Callable[[int], int]:
    return lambda points: half_even_of(points * rate.numerator, rate.denominator)


def _split(total: int, parts: Sequence[int]) -> tuple[int, ...]:
    """Split an amount by parts, exactly: each is what the sum so far has gained."""
    weight = sum(parts)
    if weight == 0:
        return (total, *(0 for _ in parts[1:])) if parts else ()
    so_far = [0, *np.cumsum(np.array(parts, object)).tolist()]
    at = [half_even_of(total * s * (1 if weight > 0 else -1), abs(weight)) for s in so_far]
    return tuple(after - before for before, after in pairwise(at))


def deferred(price_minor: int, goods_minor: Fraction, points_minor: Fraction) -> int:
    """Return the part of a price that is owed to points: by relative standalone selling prices (IFRS 15.74, 76).

    price × SSP of the points / (SSP of the goods + SSP of the points), rounded half to even, where the standalone price
    of points is their market value × the share expected to be used (IFRS 15.B42; ASC 606-10-55-44).
    """
    together = goods_minor + points_minor
    if price_minor <= 0 or together <= 0:
        return 0
    share = price_minor * points_minor / together
    return half_even_of(share.numerator, share.denominator)


def recognised(deferred_minor: int, used: int, expected: Fraction) -> int:
    """Return the revenue so far: deferred × points used so far / points expected to be used in all (IFRS 15.B46).

    So breakage is recognised in proportion to use; where nothing more is expected, all of it is.
    """
    if expected <= 0 or used >= expected:
        return deferred_minor
    share = deferred_minor * max(used, 0) / expected
    return half_even_of(share.numerator, share.denominator)


@dataclass(frozen=True)
class Revenue:
    """A month of deferred revenue, minor units: `opening` + `deferred` − `recognised` = `closing`."""

    month: dt.date
    opening: int
    deferred: int
    recognised: int
    closing: int


def deferred_revenue(
    cohorts: Cohorts, minor_of_point: Sequence[Fraction], later: Sequence[Floats]
) -> tuple[tuple[Revenue, ...], ...]:
    """Return the deferred revenue of each unit, every month's sales being one contract with its points.

    `minor_of_point` is the market value of each unit's smallest fraction (0: not priced); `later` the share of the
    points of a lot month there at the start of an age that will be used [lots, age], as estimated now.
    """
    units, months = range(len(minor_of_point)), len(cohorts.months)
    net = [int(each) for each in cohorts.net_minor.sum(axis=0)]
    issued = cohorts.issued.sum(axis=1)
    standalone = [
        [minor_of_point[u] * int(issued[u, i]) * _share(later[u][i, 0]) for i in range(months)] for u in units
    ]
    goods = [sum((standalone[other][i] for other in units), Fraction(net[i])) for i in range(months)]
    return tuple(
        _revenue(cohorts, u, [deferred(net[i], goods[i] - standalone[u][i], standalone[u][i]) for i in range(months)],
                 later[u])
        for u in units
    )  # fmt: skip


def _revenue(cohorts: Cohorts, unit: int, allocated: list[int], later: Floats) -> tuple[Revenue, ...]:
    used = cohorts.used[unit].sum(axis=0)
    gone = used + (cohorts.expired[unit] + cohorts.taken_back[unit]).sum(axis=0)
    left = cohorts.issued[unit].sum(axis=0)[:, None] - np.cumsum(gone, axis=1)
    used_by = np.cumsum(used, axis=1)
    rows: list[Revenue] = []
    opening = before = 0
    for t, month in enumerate(cohorts.months):
        so_far = sum(
            recognised(
                allocated[i],
                int(used_by[i, t]),
                int(used_by[i, t]) + int(left[i, t]) * _share(later[i, min(t - i + 1, later.shape[1] - 1)]),
            )
            for i in range(t + 1)
        )
        closing = opening + allocated[t] - (so_far - before)
        rows.append(Revenue(month, opening, allocated[t], so_far - before, closing))
        opening, before = closing, so_far
    return tuple(rows)


def _share(value: float) -> Fraction:
    """Return an estimate as an exact share of a millionth, so that money is computed without floats."""
    return Fraction(round(float(value) * 1_000_000), 1_000_000)
