"""What a program costs and has to bring: cost of the year ahead, by tier, break-even, and what moves both most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from shuke.core.program.model import ExpiryKind
from shuke.engine.forecast.endings import Endings, endings, month_date, month_number
from shuke.engine.forecast.forecasting import YEAR, Points, UnitForecast
from shuke.engine.forecast.projection import to_be_used
from shuke.engine.forecast.survival import Hazards

# factors (low, high) where the question names none; expiry is in months more or less
RANGES: Mapping[str, tuple[Fraction, Fraction]] = {
    "use": (Fraction(4, 5), Fraction(6, 5)),
    "issuing": (Fraction(9, 10), Fraction(11, 10)),
    "cost": (Fraction(9, 10), Fraction(11, 10)),
    "expiry": (Fraction(-3), Fraction(3)),
    "taken_back": (Fraction(1, 2), Fraction(3, 2)),
}


@dataclass(frozen=True)
class Priced:
    """A unit's forecast, what it rests on and minor units of cost for its smallest fraction."""

    forecast: UnitForecast
    points: Points
    minor: Fraction


@dataclass(frozen=True)
class Owed:
    """Minor units: liability at the end of the year ahead, and the year's cost, of points used and of points issued.

    `cash` counts points as they are used, `accrued` those that are issued and will be used, whenever that is.
    """

    liability: float
    cash: float
    accrued: float


def owed(points: Points, minor: Fraction) -> Owed:
    """Return what a unit's points come to after a year."""
    told = points.told()
    months = points.left.shape[-1]
    later = to_be_used(points.hazards, points.endings)[months : months + YEAR, 0]
    price = float(minor)
    return Owed(
        liability=price * float(told.closing[YEAR - 1]),
        cash=price * float(told.used[:YEAR].sum()),
        accrued=price * float((points.coming[:YEAR] * later).sum()),
    )


@dataclass(frozen=True)
class Swing:
    """An assumption of a unit at its low and high end: `factors`, and what would then be owed."""

    unit: str
    assumption: str
    factors: tuple[Fraction, Fraction]
    low: Owed
    high: Owed

    @property
    def width(self) -> float:
        """How far liability and yearly cost move together."""
        return abs(self.high.liability - self.low.liability) + abs(self.high.accrued - self.low.accrued)


def swings(priced: list[Priced], asked: Mapping[str, tuple[Fraction, Fraction]]) -> tuple[Swing, ...]:
    """Return every assumption that moves something at both its ends, the others as they are, the widest first."""
    found = [
        Swing(
            each.forecast.unit.code, name, factors, _changed(each, name, factors[0]), _changed(each, name, factors[1])
        )
        for each in priced
        for name, factors in {**RANGES, **{name: asked[name] for name in asked if name in RANGES}}.items()
        if name != "expiry" or _may_end_otherwise(each)
    ]
    return tuple(sorted((swing for swing in found if swing.width > 0), key=lambda swing: -swing.width))


def _changed(each: Priced, name: str, factor: Fraction) -> Owed:
    points, by = each.points, float(factor)
    h = points.hazards
    changes: dict[str, Callable[[], Points]] = {
        "use": lambda: replace(points, hazards=h.at_pace(by)),
        "issuing": lambda: replace(points, coming=points.coming * by),
        "expiry": lambda: _ending_later(each, int(factor)),
        "taken_back": lambda: replace(points, hazards=Hazards(h.used, np.clip(h.taken * by, 0.0, 1.0), h.idle)),
    }
    if name == "cost":
        return owed(points, each.minor * factor)
    return owed(changes[name](), each.minor)


def _may_end_otherwise(each: Priced) -> bool:
    expiry = each.forecast.unit.expiry
    return expiry.kind is ExpiryKind.AFTER and expiry.after.months > 0


def _ending_later(each: Priced, months: int) -> Points:
    """Let the points that are still to be issued end so many months later (at least one month after they come)."""
    unit, points = each.forecast.unit, each.points
    after = replace(unit.expiry.after, months=max(1, unit.expiry.after.months + months))
    known, steps = points.left.shape[-1], points.coming.shape[-1]
    first = month_number(each.forecast.ahead[0].month)
    new = endings(
        replace(unit, expiry=replace(unit.expiry, after=after)), [month_date(first + k) for k in range(steps)]
    )
    share = np.concatenate([points.endings.share[:known], new.share])
    into = np.concatenate([points.endings.into[:known], new.into])
    return replace(points, endings=Endings(share, into))


@dataclass(frozen=True)
class TierSums:
    """What a study says of a tier over its window: sales while it was held, and points issued by unit."""

    tier: str
    net_minor: int
    issued: Mapping[str, int]


@dataclass(frozen=True)
class TierCost:
    """What the points of a tier cost, and as a share of what its members spent (None: they spent nothing)."""

    tier: str
    net_minor: int
    cost_minor: int
    share: float | None


def tier_costs(priced: list[Priced], tiers: tuple[TierSums, ...]) -> tuple[TierCost, ...]:
    """Return the cost by tier of what was issued: the part that will be used, at cost."""
    rates = {each.forecast.unit.code: float(each.minor) * each.forecast.curve[-1].used.value for each in priced}
    costs = [sum(rates[code] * points for code, points in tier.issued.items() if code in rates) for tier in tiers]
    return tuple(
        TierCost(tier.tier, tier.net_minor, round(cost), cost / tier.net_minor if tier.net_minor > 0 else None)
        for tier, cost in zip(tiers, costs, strict=True)
    )


@dataclass(frozen=True)
class BreakEven:
    """What pays for a program: `uplift` u of what members spend, such that u · sales · margin = (1 + u) · cost.

    `sales` and `cost` are of the year ahead without any uplift, in minor units; what is spent on top earns points, too.
    None: no uplift pays, since a point costs more than the margin it is given for.
    """

    sales: float
    margin: Fraction
    cost: float
    uplift: float | None


def break_even(sales: float, margin: Fraction, cost: float) -> BreakEven:
    """Return the uplift u = cost / (sales · margin − cost)."""
    earned = sales * float(margin)
    return BreakEven(sales, margin, cost, cost / (earned - cost) if earned > cost else None)
