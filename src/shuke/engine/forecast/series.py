"""Figures by month and what they will be: simple methods, and the choice between them on months held out.

Methods but the two naive ones look at the level of a day, so that a short month is not a fall. The one kept had the
least sum of absolute errors over rolling origins, or nearly so and is tamer.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from shuke.engine.forecast.endings import Floats, days_in, month_date, month_number

LEAST = 3  # months that a method is given at least
AHEAD = 12  # months that held-out forecasts go at most
DAMPING = 0.85
YEAR = 12
MOST = 2  # times the highest month that was, which no season or growth goes beyond
FAR = float(np.log(10))  # a forecast further off was one of next to nothing, and says nothing of the others
FIRMNESS = 0.5  # how much of the season is believed of few months: a ridge on its two waves
NAIVE = ("last_value", "straight_line")


def last_value(values: Floats, steps: int) -> Floats:
    """Return the last value for every month."""
    return np.full(steps, values[-1])


def straight_line(values: Floats, steps: int) -> Floats:
    """Return the least-squares line through all values, drawn on."""
    at = np.arange(len(values)) - (len(values) - 1) / 2
    slope = (at * values).sum() / max((at**2).sum(), 1.0)
    line: Floats = values.mean() + slope * ((len(values) - 1) / 2 + np.arange(1, steps + 1))
    return line


def mean_of_three(values: Floats, steps: int) -> Floats:
    """Return the mean of the last three."""
    return np.full(steps, values[-3:].mean())


def smoothed(values: Floats, steps: int) -> Floats:
    """Return the exponentially smoothed level."""
    return np.full(steps, _best(values, ((alpha, 0.0) for alpha in (0.2, 0.4, 0.6, 0.8)))[0])


def damped_trend(values: Floats, steps: int) -> Floats:
    """Return level and trend, the trend fading (Gardner, McKenzie 1985)."""
    level, trend = _best(values, ((a, b) for a in (0.2, 0.4, 0.6, 0.8) for b in (0.1, 0.3, 0.5)))
    result: Floats = level + trend * np.cumsum(DAMPING ** np.arange(1, steps + 1))
    return result


def theta(values: Floats, steps: int) -> Floats:
    """Return the mean of the straight line and of the smoothed values with twice its curves.

    V. Assimakopoulos, K. Nikolopoulos, "The theta model", 2000; it won the M3 competition.
    """
    line = straight_line(values, steps)
    back = straight_line(values[::-1], 1)[0]  # the line one step before the first value
    slope = (line[0] - back) / (len(values) + 1)
    doubled = 2 * values - (back + slope * np.arange(1, len(values) + 1))
    told: Floats = (line + smoothed(doubled, steps)) / 2
    return told


def seasonal(values: Floats, steps: int) -> Floats:
    """Return the same month of the year before, times how the last half year compares with that of the year before."""
    if len(values) < YEAR + 3:
        return smoothed(values, steps)
    recent = min(6, len(values) - YEAR)
    before = values[-YEAR - recent : -YEAR].sum()
    growth = max(0.0, values[-recent:].sum() / before) if before > 0 else 1.0
    years = np.arange(steps) // YEAR
    result: Floats = np.minimum(values[-YEAR:][np.arange(steps) % YEAR] * growth ** (1 + years), MOST * values.max())
    return result


def trend_and_wave(values: Floats, steps: int) -> Floats:
    """Return growth by a share, fading, times one wave a year: least squares on the logarithms."""
    count = len(values)
    if count < YEAR or (values <= 0).any():
        return smoothed(values, steps)
    turn = 2 * np.pi * np.arange(count + steps) / YEAR
    facts = np.stack([np.ones_like(turn), np.arange(count + steps) - (count - 1), np.cos(turn), np.sin(turn)], axis=1)
    known = facts[:count]
    ridge = np.diag([0.0, 0.0, FIRMNESS, FIRMNESS])
    weights = np.linalg.solve(known.T @ known + ridge, known.T @ np.log(values))
    facts[count:, 1] = np.cumsum(DAMPING ** np.arange(1, steps + 1))
    told: Floats = np.minimum(np.exp(facts[count:] @ weights), MOST * values.max())
    return told


def _smooth(values: Floats, alpha: float, beta: float) -> tuple[float, float, float]:
    """Return level, trend and the sum of squared errors of one step."""
    level, trend, error = float(values[0]), 0.0, 0.0
    for value in values[1:]:
        expected = level + DAMPING * trend
        off = float(value) - expected
        error += off * off
        level, trend = expected + alpha * off, DAMPING * trend + alpha * beta * off
    return level, trend, error


def _best(values: Floats, choices: Iterable[tuple[float, float]]) -> tuple[float, float]:
    found = min((_smooth(values, a, b) for a, b in choices), key=lambda each: each[2])
    return found[0], found[1]


Method = Callable[[Floats, int], Floats]
# from the tamest to the boldest: of methods that are nearly as good the tamer one is kept
METHODS: dict[str, Method] = {
    "mean_of_three": mean_of_three,
    "smoothed": smoothed,
    "level_of_day": last_value,
    "last_value": last_value,
    "damped_trend": damped_trend,
    "theta": theta,
    "seasonal": seasonal,
    "trend_and_wave": trend_and_wave,
    "straight_line": straight_line,
}
NEARLY = 1.1  # times the least error


@dataclass(frozen=True)
class Outlook:
    """The months ahead by the method kept.

    `errors` has `off_by` by origin held out and month ahead; `scores` the error of each method as a
    share of the actual sum (WAPE), None where there were too few months to hold any out.
    """

    method: str
    values: Floats
    errors: Floats
    scores: dict[str, float | None]


def ahead(name: str, values: Floats, months: Sequence[dt.date], steps: int) -> Floats:
    """Return the months after `values` by a method; never below 0."""
    if name in NAIVE:
        return np.maximum(METHODS[name](values, steps), 0.0)
    after = [month_date(month_number(months[-1]) + k) for k in range(1, steps + 1)]
    return np.maximum(METHODS[name](values / days_in(months), steps) * days_in(after), 0.0)


def outlook(values: Floats, months: Sequence[dt.date], steps: int) -> Outlook:
    """Choose the method on held-out months and look `steps` months ahead."""
    # a half of the months at least, and where six remain to be told, enough for a year to be seen
    origins = range(max(LEAST, len(values) // 2, min(YEAR + 3, len(values) - 6)), len(values))
    tries = {name: [_try(name, values, months, origin) for origin in origins] for name in METHODS}
    scores = {name: _score(values, origins, found) for name, found in tries.items()}
    known = [score for score in scores.values() if score is not None]
    kept = next(
        (n for n, score in scores.items() if score is not None and score <= NEARLY * min(known)), "level_of_day"
    )
    return Outlook(kept, ahead(kept, values, months, steps), _errors(values, origins, tries[kept]), scores)


def _try(name: str, values: Floats, months: Sequence[dt.date], origin: int) -> Floats:
    return ahead(name, values[:origin], months[:origin], min(AHEAD, len(values) - origin))


def _score(values: Floats, origins: Sequence[int], found: list[Floats]) -> float | None:
    off = sum(float(np.abs(values[o : o + len(f)] - f).sum()) for o, f in zip(origins, found, strict=True))
    total = sum(float(np.abs(values[o : o + len(f)]).sum()) for o, f in zip(origins, found, strict=True))
    return off / total if total > 0 else None


def _errors(values: Floats, origins: Sequence[int], found: list[Floats]) -> Floats:
    errors = np.full((len(found), AHEAD), np.nan)
    for row, (origin, forecast) in enumerate(zip(origins, found, strict=True)):
        actual = values[origin : origin + len(forecast)]
        errors[row, : len(forecast)] = off_by(actual, forecast)
    return errors


def off_by(actual: Floats, forecast: Floats) -> Floats:
    """Return log(actual / forecast), at most tenfold; nan where there was nothing or nothing was told."""
    fair = (forecast > 0) & (actual > 0)
    off = np.log(np.where(fair, actual, 1.0)) - np.log(np.where(fair, forecast, 1.0))
    return np.where(fair, np.clip(off, -FAR, FAR), np.nan)
