"""How fast points are used, by their age: hazards from what became of them, and their tail beyond the oldest.

A hazard is the share of the points at risk in their a-th month (0: the one they were opened in) that is used in it: the
discrete-time Kaplan-Meier estimate, points being the units at risk, those that are still there at the end of the
history being censored. Use, taking back and ending by inactivity compete (Aalen-Johansen); dated expiry is known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from shuke.engine.forecast.endings import LONGEST, Endings, Floats

YEAR = 12
GOES_ON = 4  # months that a change of pace is believed to go on
RECENT = 6  # months of events that count as recent
TAIL = 6  # ages whose level goes on beyond the oldest age seen
ROUNDS, STEPS = 7, 7  # of the search for parameters


@dataclass(frozen=True)
class Fates:
    """What became of points: `issued` [.., M] and `used`, `expired`, `taken` [.., M of the lot, M of the event]."""

    issued: Floats
    used: Floats
    expired: Floats
    taken: Floats

    def before(self, months: int) -> "Fates":
        """Return what was known after so many months."""
        cut = (..., slice(months), slice(months))
        return Fates(self.issued[..., :months], self.used[cut], self.expired[cut], self.taken[cut])

    def weighed(self, weights: Floats) -> "Fates":
        """Return the sums over groups [groups, ..] by weights [samples, groups]."""
        issued, used, expired, taken = (
            np.tensordot(weights, each, 1) for each in (self.issued, self.used, self.expired, self.taken)
        )
        return Fates(issued, used, expired, taken)

    @property
    def left(self) -> Floats:
        """Points of each lot month that are still there at the end."""
        rest: Floats = self.issued - (self.used + self.expired + self.taken).sum(axis=-1)
        return rest


@dataclass(frozen=True)
class Risks:
    """By lot month and month of event [.., M, M]: `exposure` to use, and what was used, taken back, ended undated."""

    exposure: Floats
    used: Floats
    taken: Floats
    idle: Floats


def risks(fates: Fates, endings: Endings) -> Risks:
    """Return exposures: what ends on a date within a month is at risk for the part of it that it lives."""
    months = fates.issued.shape[-1]
    gone = fates.used + fates.expired + fates.taken
    there = fates.issued[..., None] - np.cumsum(gone, axis=-1) + gone
    lot, event = np.indices((months, months))
    seen = event >= lot
    age = np.minimum(np.where(seen, event - lot, 0), LONGEST)
    dated = endings.share[lot, age] > 0
    lived = np.where(dated, endings.into[lot, age], 0.0)
    exposure = np.where(seen, there - np.where(dated, (1 - lived) * fates.expired, 0.0), 0.0)
    idle = np.where(dated, 0.0, fates.expired)
    return Risks(np.maximum(exposure, 0.0), fates.used, fates.taken, idle)


def by_age(values: Floats, recent: int | None = None) -> Floats:
    """Return the sums of [.., M, M] by age, of the last `recent` months of events alone where that is given."""
    months = values.shape[-1]
    if recent is not None:
        values = np.where(np.arange(months) >= months - recent, values, 0.0)
    ages = [np.trace(values, offset=age, axis1=-2, axis2=-1) for age in range(months)]
    return np.stack(ages, axis=-1)


def pooled(exposure: Floats, events: Floats) -> Floats:
    """Return events per exposure by age, and beyond what was seen the level of the last TAIL ages seen."""
    ages = exposure.shape[-1]
    hazard = np.divide(events, exposure, out=np.zeros_like(exposure), where=exposure > 0)
    seen = exposure > 0
    last = np.where(seen.any(axis=-1), ages - np.argmax(seen[..., ::-1], axis=-1), 0)
    near = (np.arange(ages) < last[..., None]) & (np.arange(ages) >= last[..., None] - TAIL)
    under, over = (events * near).sum(axis=-1), (exposure * near).sum(axis=-1)
    level = np.divide(under, over, out=np.zeros_like(over), where=over > 0)
    full = np.broadcast_to(level[..., None], (*level.shape, LONGEST + 1)).copy()
    full[..., : min(ages, LONGEST + 1)] = np.where(np.arange(ages) < last[..., None], hazard, level[..., None])[
        ..., : LONGEST + 1
    ]
    clipped: Floats = np.clip(full, 0.0, 1.0)
    return clipped


def _kaplan_meier(risks: Risks) -> Floats:
    return pooled(by_age(risks.exposure), by_age(risks.used))


def _recent(risks: Risks) -> Floats:
    return pooled(by_age(risks.exposure, RECENT), by_age(risks.used, RECENT))


def _paces(risks: Risks, hazard: Floats) -> Floats:
    """Return for each month of events how much was used as a share of what the hazard of all months expects."""
    months = risks.exposure.shape[-1]
    lot, event = np.indices((months, months))
    age = np.minimum(np.maximum(event - lot, 0), LONGEST)
    expected = (risks.exposure * hazard[..., age]).sum(axis=-2)
    used = risks.used.sum(axis=-2)
    paces: Floats = np.divide(used, expected, out=np.ones_like(used), where=expected > 0)
    return paces


def _levelled(risks: Risks) -> Floats:
    """Return the estimate of all months at the pace of the last three months."""
    hazard = _kaplan_meier(risks)
    return _at_pace(hazard, _paces(risks, hazard)[..., -3:].mean(axis=-1))


def _trending(risks: Risks) -> Floats:
    """Return the estimate of all months at a pace that goes on to change as in the last year, for a third of a year."""
    hazard = _kaplan_meier(risks)
    paces = np.log(np.clip(_paces(risks, hazard)[..., -YEAR:], 0.1, 10.0))
    at = np.arange(paces.shape[-1]) - (paces.shape[-1] - 1) / 2
    slope = (paces * at).sum(axis=-1) / max(float((at**2).sum()), 1.0)
    return _at_pace(hazard, np.exp(paces.mean(axis=-1) + slope * (at[-1] + GOES_ON)))


def _at_pace(hazard: Floats, pace: Floats) -> Floats:
    clipped: Floats = np.clip(hazard * pace[..., None], 0.0, 1.0)
    return clipped


AGES = np.arange(LONGEST + 1, dtype=np.float64)


def _geometric(rate: Floats) -> Floats:
    level: Floats = np.broadcast_to(rate, (*rate.shape[:-1], LONGEST + 1))
    return level


def _beta_geometric(mean: Floats, spread: Floats) -> Floats:
    """Return α / (α + β + age) with mean α / (α + β) and spread 1 / (α + β): rates that differ between points."""
    hazard: Floats = mean / (1 + spread * AGES)
    return hazard


def _weibull(rate: Floats, shape: Floats, immune: Floats) -> Floats:
    """Return the hazard of S(a) = immune + (1 − immune) · exp(−rate · a ** shape): a part is never used."""
    alive = np.maximum(immune + (1 - immune) * np.exp(-rate * np.arange(LONGEST + 2) ** shape), 1e-300)
    result: Floats = 1 - alive[..., 1:] / alive[..., :-1]
    return result


# name → (hazard of its parameters, their bounds); rates and spreads are searched by their logarithm
Curve = Callable[..., Floats]
PARAMETRIC: dict[str, tuple[Curve, tuple[tuple[float, float], ...]]] = {
    "geometric": (lambda rate: _geometric(np.exp(rate)), ((-9.0, -0.05),)),
    "beta_geometric": (
        lambda mean, spread: _beta_geometric(np.exp(mean), np.exp(spread)),
        ((-9.0, -0.05), (-6.0, 4.0)),
    ),
    "weibull_immune": (
        lambda rate, shape, immune: _weibull(np.exp(rate), np.exp(shape), immune),
        ((-7.0, 1.0), (-1.5, 1.0), (0.0, 0.99)),
    ),
}


def _fitted(name: str, exposure: Floats, used: Floats) -> Floats:
    """Return the hazard of greatest likelihood: a grid that is drawn ever closer around its best point."""
    curve, bounds = PARAMETRIC[name]
    ages = min(len(exposure), LONGEST + 1)
    exposure, used = exposure[:ages], np.clip(used, 0.0, exposure)[:ages]
    low, high = (np.array(side) for side in zip(*bounds, strict=True))
    centre, reach = (low + high) / 2, (high - low) / 2
    for _ in range(ROUNDS):
        axes = [
            np.clip(np.linspace(at - by, at + by, STEPS), lo, hi)
            for at, by, lo, hi in zip(centre, reach, low, high, strict=True)
        ]
        points = np.array(list(product(*axes)))
        hazard = np.clip(curve(*points.T[..., None])[:, :ages], 1e-9, 1 - 1e-9)
        fit = (used * np.log(hazard) + (exposure - used) * np.log1p(-hazard)).sum(axis=1)
        centre, reach = points[int(np.argmax(fit))], reach * (2 / (STEPS - 1))
    return np.clip(curve(*centre[:, None]), 0.0, 1.0)


def _parametric(name: str) -> Callable[[Risks], Floats]:
    def method(risks: Risks) -> Floats:
        exposure, used = by_age(risks.exposure), by_age(risks.used)
        if exposure.ndim == 1:
            return _fitted(name, exposure, used)
        return np.stack([_fitted(name, *each) for each in zip(exposure, used, strict=True)])

    return method


# in the order in which the first of equals is kept
METHODS: dict[str, Callable[[Risks], Floats]] = {
    "kaplan_meier": _kaplan_meier,
    "kaplan_meier_recent": _recent,
    "kaplan_meier_level": _levelled,
    "kaplan_meier_trend": _trending,
    **{name: _parametric(name) for name in PARAMETRIC},
}


@dataclass(frozen=True)
class Hazards:
    """By age [.., LONGEST + 1]: of being used, taken back, and ending without a date (by inactivity)."""

    used: Floats
    taken: Floats
    idle: Floats

    def at_pace(self, factor: Floats | float) -> "Hazards":
        """Return the hazards with use by a factor."""
        return Hazards(np.clip(self.used * factor, 0.0, 1.0), self.taken, self.idle)


def hazards(fates: Fates, endings: Endings, method: str) -> Hazards:
    """Estimate the hazards, use by one of METHODS, the others by age over all months."""
    found = risks(fates, endings)
    exposure = by_age(found.exposure)
    taken, idle = (pooled(exposure, by_age(each)) for each in (found.taken, found.idle))
    return Hazards(METHODS[method](found), taken, idle)
