"""What a program will owe: points by month ahead with an interval, from the cohorts that a study leaves.

Deterministic: samples are drawn from a fixed seed, and nothing here reads a clock. Money is in minor units.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from shuke.core.program.model import Unit
from shuke.core.values.errors import Refusal
from shuke.engine.cohorts import GROUPS, Cohorts
from shuke.engine.forecast.choosing import Chosen, choose
from shuke.engine.forecast.endings import LONGEST, Endings, Floats, endings, month_date, month_number
from shuke.engine.forecast.projection import Projection, project, to_be_used
from shuke.engine.forecast.series import Outlook, ahead, outlook
from shuke.engine.forecast.survival import Fates, Hazards, hazards

SAMPLES = 200  # drawn groups of members, for intervals
CONFIDENCE = 0.9
SEED = 5
YEAR = 12
LEAST_MONTHS = 3
MOST_MONTHS = 36


@dataclass(frozen=True)
class Asked:
    """What a forecast is asked for: `months` ahead; costs and market values of a whole point by unit; the margin.

    `costs` and `values` are in major units of the currency; the program's own value stands where they say nothing.
    `margin` is the gross margin as a share of sales. `ranges` are factors (low, high) for assumptions, by their name.
    """

    months: int = YEAR
    costs: Mapping[str, Fraction] = field(default_factory=dict)
    values: Mapping[str, Fraction] = field(default_factory=dict)
    margin: Fraction | None = None
    ranges: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """A figure with its interval of CONFIDENCE."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MonthAhead:
    """A month to come, in points (smallest fraction); `expected` is what of the closing points will be used later."""

    month: dt.date
    issued: Range
    used: Range
    expired: Range
    taken_back: Range
    closing: Range
    expected: Range


@dataclass(frozen=True)
class Age:
    """A point in its n-th month: hazard of use, and what has become of all by the end of that month, as shares."""

    age: int
    hazard: float
    used: Range
    expired: float
    taken_back: float


@dataclass(frozen=True)
class UnitForecast:
    """The forecast of a unit. `breakage` is the share of points issued and not taken back that is never used."""

    unit: Unit
    use: Chosen
    issuing: Outlook
    breakage: Range
    curve: tuple[Age, ...]
    opening: int
    opening_expected: Range
    ahead: tuple[MonthAhead, ...]
    later: Floats  # [lots, age], for the books


@dataclass(frozen=True)
class Points:
    """What the forecast of a unit rests on, so that an assumption can be changed and the rest kept."""

    left: Floats
    coming: Floats
    hazards: Hazards
    endings: Endings

    def told(self) -> Projection:
        """Return what follows."""
        return project(self.left, self.coming, self.hazards, self.endings, self.coming.shape[-1])


def whole_months(cohorts: Cohorts, until: dt.date) -> Cohorts:
    """Return the cohorts of the months that were over on local day `until`, from the first in which anything was sold
    or issued: members may have joined long before.

    Raises:
        Refusal: history_too_short.
    """
    over = sum(1 for month in cohorts.months if month_date(month_number(month) + 1) <= until)
    first = int(np.argmax(cohorts.orders.sum(axis=0) + cohorts.issued.sum(axis=(0, 1)) > 0))
    count = max(0, over - first)
    if count < LEAST_MONTHS:
        detail = f"A forecast needs {LEAST_MONTHS} whole months of history; these are {count}."
        raise Refusal("history_too_short", detail, params={"months": count, "least": LEAST_MONTHS})
    if count == len(cohorts.months):
        return cohorts
    cut = slice(first, over)
    return Cohorts(
        months=cohorts.months[cut],
        issued=cohorts.issued[..., cut],
        used=cohorts.used[..., cut, cut],
        expired=cohorts.expired[..., cut, cut],
        taken_back=cohorts.taken_back[..., cut, cut],
        net_minor=cohorts.net_minor[:, cut],
        orders=cohorts.orders[:, cut],
        joined=cohorts.joined[:, cut],
        active=cohorts.active[:, cut],
    )


def months_after(cohorts: Cohorts, steps: int) -> tuple[dt.date, ...]:
    """Return the months that follow those of the cohorts."""
    last = month_number(cohorts.months[-1])
    return tuple(month_date(last + k) for k in range(1, steps + 1))


def sample_weights() -> Floats:
    """Return how often each group stands in each sample [1 + SAMPLES, GROUPS]; the first is the members as they are."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    drawn = chance.multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), SAMPLES)
    return np.concatenate([np.ones((1, GROUPS)), drawn]).astype(np.float64)


def _luck(number: int, steps: int) -> Floats:
    """Return standard normal figures [samples, steps], 0 for the first sample; another number, other figures."""
    chance = np.random.Generator(np.random.PCG64([SEED, number]))
    return np.concatenate([np.zeros((1, steps)), chance.standard_normal((SAMPLES, steps))])


def _spread(errors: Floats, steps: int) -> tuple[float, Floats]:
    """Return how far off held-out months were: by chance in one month, and for good by month ahead.

    The root mean square of one month ahead is chance; what more there is further ahead stays with the months after it.
    """
    known = [errors[:, k][~np.isnan(errors[:, k])] for k in range(errors.shape[-1] if errors.size else 0)]
    squares = np.array([float((each**2).mean()) for each in known if len(each)])
    if not len(squares):
        return 0.0, np.zeros(steps)
    drift = np.sqrt(np.maximum.accumulate(squares) - squares[0])
    return float(np.sqrt(squares[0])), np.concatenate([drift, np.full(max(0, steps - len(drift)), drift[-1])])[:steps]


def _pace(off: Floats) -> tuple[float, float]:
    """Return how far off use was on held-out months: at its level, and besides by chance in one month."""
    rows = [row[~np.isnan(row)] for row in off]
    levels = [float(row.mean()) ** 2 for row in rows if len(row)]
    if not levels:
        return 0.0, 0.0
    level = sum(levels) / len(levels)
    return level**0.5, max(0.0, float((np.concatenate(rows) ** 2).mean()) - level) ** 0.5


def forecast_sales(cohorts: Cohorts, since: dt.date | None, steps: int) -> tuple[Outlook, tuple[Range, ...]]:
    """Return sales by month ahead."""
    first = _first_whole(cohorts, since)
    by_group = cohorts.net_minor[:, first:].astype(np.float64)
    found = outlook(by_group.sum(axis=0), cohorts.months[first:], steps)
    drawn = _drawn(by_group, cohorts.months[first:], found, steps, 0)
    return found, ranges(drawn)


def forecast_unit(cohorts: Cohorts, index: int, unit: Unit, since: dt.date | None, steps: int) -> tuple[
    UnitForecast, Points
]:  # fmt: skip
    """Return the forecast of a unit and what it rests on."""
    months = (*cohorts.months, *months_after(cohorts, steps))
    ends = endings(unit, months)
    known = Fates(*(each[index].astype(np.float64) for each in
                    (cohorts.issued, cohorts.used, cohorts.expired, cohorts.taken_back)))  # fmt: skip
    use = choose(Fates(*(each.sum(axis=0) for each in (known.issued, known.used, known.expired, known.taken))), ends)
    first = _first_whole(cohorts, since)
    issuing = outlook(known.issued[:, first:].sum(axis=0), cohorts.months[first:], steps)
    drawn = known.weighed(sample_weights())
    found = hazards(drawn, ends, use.method)
    level, noise = _pace(use.off)
    figures = _luck(2 * index + 2, steps + 1)
    found = found.at_pace(np.exp(figures[:, :1] * level))
    coming = _drawn(known.issued[:, first:], cohorts.months[first:], issuing, steps, 2 * index + 1)
    told = Points(drawn.left, coming, found, ends).told()
    later = to_be_used(found, ends)
    opening = (drawn.left * _at_age(later, len(cohorts.months))).sum(axis=-1)
    flows = [
        ranges(each)
        for each in (
            coming,
            told.used * np.exp(figures[:, 1:] * noise),
            told.expired,
            told.taken,
            told.closing,
            told.expected,
        )
    ]
    rows = zip(months[len(cohorts.months) :], *flows, strict=True)
    plain = Hazards(found.used[0], found.taken[0], found.idle[0])
    breakage, curve = _curve(
        found, Endings(ends.share[len(cohorts.months) - 1 :][:1], ends.into[len(cohorts.months) - 1 :][:1])
    )
    return (
        UnitForecast(
            unit=unit,
            use=use,
            issuing=issuing,
            breakage=breakage,
            curve=curve,
            opening=int(cohorts_left(cohorts, index)),
            opening_expected=ranges(opening[:, None])[0],
            ahead=tuple(MonthAhead(*row) for row in rows),
            later=later[0, : len(cohorts.months)],
        ),
        Points(drawn.left[0], coming[0], plain, ends),
    )


def cohorts_left(cohorts: Cohorts, unit: int) -> int:
    """Return the points of a unit that members have at the end."""
    gone = cohorts.used[unit].sum() + cohorts.expired[unit].sum() + cohorts.taken_back[unit].sum()
    return int(cohorts.issued[unit].sum() - gone)


def ranges(samples: Floats) -> tuple[Range, ...]:
    """Return the first sample with the interval of all others, column by column."""
    low, high = np.quantile(samples[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    rows = zip(samples[0], np.minimum(low, samples[0]), np.maximum(high, samples[0]), strict=True)
    return tuple(Range(float(value), float(lo), float(hi)) for value, lo, hi in rows)


def _first_whole(cohorts: Cohorts, since: dt.date | None) -> int:
    """Return the first month to make a series of: the second where the history begins, or sales begin, within it."""
    return int(since is not None and since != cohorts.months[0] and len(cohorts.months) > LEAST_MONTHS)


def _drawn(by_group: Floats, months: Sequence[dt.date], found: Outlook, steps: int, luck: int) -> Floats:
    """Return the series ahead for every sample: other members, and as far off as held-out months were."""
    series = sample_weights() @ by_group
    told = np.stack([found.values, *(ahead(found.method, each, months, steps) for each in series[1:])])
    noise, drift = _spread(found.errors, steps)
    figures = _luck(luck, steps + 1)
    return told * np.exp(figures[:, :1] * drift + figures[:, 1:] * noise)


def _at_age(later: Floats, months: int) -> Floats:
    lots = np.arange(months)
    picked: Floats = later[..., lots, np.minimum(months - lots, LONGEST)]
    return picked


def _curve(found: Hazards, ends: Endings) -> tuple[Range, tuple[Age, ...]]:
    """Follow the points of the last month to their end."""
    samples = found.used.shape[0]
    one = project(np.zeros((samples, 0)), np.ones((samples, 1)), found, ends, LONGEST + 1)
    used, expired, taken = (np.cumsum(each, axis=-1) for each in (one.used, one.expired, one.taken))
    kept = np.maximum(1 - taken[:, -1], 1e-12)
    breakage = ranges(np.clip(1 - used[:, -1] / kept, 0.0, 1.0)[:, None])[0]
    over = np.nonzero(one.closing[0] < 1e-9)[0]
    last = int(over[0]) if len(over) else LONGEST
    shares = ranges(used)
    curve = tuple(
        Age(age, float(found.used[0, age]), shares[age], float(expired[0, age]), float(taken[0, age]))
        for age in range(last + 1)
    )
    return breakage, curve
