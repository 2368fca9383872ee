"""The forecast as a whole: sales, units, cost, break-even, sensitivity and the books, and the same as JSON."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.cohorts import Cohorts
from shuke.engine.forecast.accounting import Movement, Revenue, deferred_revenue, in_money, movements
from shuke.engine.forecast.economics import (
    BreakEven,
    Owed,
    Priced,
    Swing,
    TierCost,
    TierSums,
    break_even,
    owed,
    swings,
    tier_costs,
)
from shuke.engine.forecast.forecasting import (
    CONFIDENCE,
    MOST_MONTHS,
    YEAR,
    Asked,
    MonthAhead,
    Range,
    UnitForecast,
    forecast_sales,
    forecast_unit,
    months_after,
    whole_months,
)
from shuke.engine.forecast.naming import ASSUMPTIONS, METHODS
from shuke.engine.forecast.series import Outlook
from shuke.engine.study_figures import date_of
from shuke.engine.study_result import Study


@dataclass(frozen=True)
class Books:
    """The books of a unit by month: in points, at cost, at market value (minor units), and its deferred revenue."""

    points: tuple[Movement, ...]
    cost: tuple[Movement, ...]
    market: tuple[Movement, ...]
    revenue: tuple[Revenue, ...]


@dataclass(frozen=True)
class OfUnit:
    """A unit: its forecast and books, what a smallest fraction costs and is worth (minor units), and the year ahead."""

    forecast: UnitForecast
    books: Books
    cost: Fraction
    market: Fraction
    owed: Owed


@dataclass(frozen=True)
class Forecast:
    """What a program will owe and cost; `as_json` says the same with stable names (docs/forecast.md)."""

    program: str
    currency: str
    digits: int
    months: tuple[dt.date, ...]
    ahead: tuple[dt.date, ...]
    sales: Outlook
    sales_ahead: tuple[Range, ...]
    units: tuple[OfUnit, ...]
    tiers: tuple[TierCost, ...]
    break_even: BreakEven | None
    sensitivity: tuple[Swing, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the forecast as plain values: money in minor units, points in the smallest fraction of their unit."""
        count = len(self.ahead)
        even = self.break_even
        return {
            "program": self.program,
            "currency": self.currency,
            "digits": self.digits,
            "history": {"from": self.months[0].isoformat(), "months": len(self.months)},
            "confidence": CONFIDENCE,
            "sales": {
                **_chosen(self.sales.method, self.sales.scores),
                "ahead": [
                    {"month": month.isoformat(), "net_minor": _range(told)}
                    for month, told in zip(self.ahead, self.sales_ahead, strict=False)
                ],
            },
            "units": {each.forecast.unit.code: _unit(each, count) for each in self.units},
            "tiers": [
                {"tier": t.tier, "net_minor": t.net_minor, "cost_minor": t.cost_minor,
                 "share": _share(t.share)}
                for t in self.tiers
            ],
            "break_even": even and {
                "sales_minor": round(even.sales), "margin": float(even.margin), "cost_minor": round(even.cost),
                "uplift": _share(even.uplift),
            },
            "sensitivity": [
                {"unit": s.unit, "assumption": s.assumption, "words": ASSUMPTIONS[s.assumption].as_json(),
                 "factors": [float(f) for f in s.factors],
                 "low": _owed(s.low), "high": _owed(s.high)}
                for s in self.sensitivity
            ],
        }  # fmt: skip


def forecast(
    cohorts: Cohorts,
    program: Program,
    until: dt.date,
    asked: Asked | None = None,
    *,
    since: dt.date | None = None,
    tiers: Sequence[TierSums] = (),
) -> Forecast:
    """Forecast a program from the cohorts of its study, whose history goes from local day `since` to before `until`.

    Only months that are over count. Units that can't be spent are left out; one without cost or value has points only.

    Raises:
        Refusal: `history_too_short`, `months_out_of_bounds`.
    """
    asked = asked or Asked()
    if not 1 <= asked.months <= MOST_MONTHS:
        detail = f"A forecast goes 1 to {MOST_MONTHS} months ahead, not {asked.months}."
        raise Refusal("months_out_of_bounds", detail, params={"months": asked.months, "most": MOST_MONTHS})
    cohorts = whole_months(cohorts, until)
    steps = max(asked.months, YEAR)  # so that a year's cost is known
    minor = 10**program.currency_digits
    sales, sales_ahead = forecast_sales(cohorts, since, steps)
    indices = [index for index, unit in enumerate(program.units) if unit.spendable]
    found = [forecast_unit(cohorts, index, program.units[index], since, steps) for index in indices]
    costs, markets = [], []
    for told, _ in found:
        value = asked.values.get(told.unit.code, told.unit.value or Fraction(0))
        each = Fraction(minor, 10**told.unit.scale)
        markets.append(value * each)
        costs.append(asked.costs.get(told.unit.code, value) * each)
    priced = [Priced(told, points, cost) for (told, points), cost in zip(found, costs, strict=True)]
    books = _books(cohorts, indices, priced, markets)
    yearly = [owed(each.points, each.minor) for each in priced]
    net = sum(told.value for told in sales_ahead[:YEAR])
    return Forecast(
        program=program.code,
        currency=program.currency,
        digits=program.currency_digits,
        months=cohorts.months,
        ahead=months_after(cohorts, asked.months),
        sales=sales,
        sales_ahead=sales_ahead[: asked.months],
        units=tuple(
            OfUnit(each.forecast, book, each.minor, market, year)
            for each, book, market, year in zip(priced, books, markets, yearly, strict=True)
        ),
        tiers=tier_costs(priced, tuple(tiers)),
        break_even=None if asked.margin is None else break_even(net, asked.margin, sum(y.accrued for y in yearly)),
        sensitivity=swings(priced, asked.ranges),
    )


def forecast_study(study: Study, asked: Asked | None = None) -> Forecast:
    """Forecast the program of a study from its whole history, with the cost of its tiers within its window.

    Where nothing is asked, costs and margin are those that the study assumed. Its last day counts as over.

    Raises:
        Refusal: as `forecast`.
    """
    figures = study.figures
    assumed = figures.assumptions
    asked = asked or Asked(costs=assumed.costs, margin=assumed.margin)
    told = figures.as_json()
    tiers = [
        TierSums(row["tier"], row["net_minor"], {code: sums["issued"] for code, sums in row["units"].items()})
        for row in told["by_tier"]
        if row["tier"]
    ]
    joined = figures.tally.joined
    return forecast(
        study.cohorts,
        figures.compiled.program,
        date_of(figures.until_day + 1),
        asked,
        since=date_of(int(joined.min())) if len(joined) else None,
        tiers=tiers,
    )


def _books(cohorts: Cohorts, indices: list[int], priced: list[Priced], markets: list[Fraction]) -> list[Books]:
    """Return the books of each unit; all are told apart in the revenue of the same sales."""
    of = replace(
        cohorts,
        issued=cohorts.issued[indices],
        used=cohorts.used[indices],
        expired=cohorts.expired[indices],
        taken_back=cohorts.taken_back[indices],
    )
    revenue = deferred_revenue(of, markets, [each.forecast.later for each in priced])
    return [
        Books(points := movements(of, u), in_money(points, each.minor), in_money(points, markets[u]), revenue[u])
        for u, each in enumerate(priced)
    ]


def _unit(each: OfUnit, count: int) -> dict[str, Any]:
    told, books = each.forecast, each.books
    cost, market = float(each.cost), float(each.market)
    return {
        "scale": told.unit.scale,
        "cost": float(each.cost),
        "value": float(each.market),
        "use": _chosen(told.use.method, told.use.scores),
        "issuing": _chosen(told.issuing.method, told.issuing.scores),
        "breakage": _range(told.breakage, 4) if any(row.issued for row in books.points) else None,
        "curve": [
            {"age": a.age, "hazard": round(a.hazard, 5), "used": _range(a.used, 5), "expired": round(a.expired, 5),
             "taken_back": round(a.taken_back, 5)}
            for a in told.curve
        ],
        "now": {
            "points": told.opening,
            "expected": _range(told.opening_expected),
            "cost_minor": round(told.opening * cost),
            "value_minor": round(told.opening * market),
            "expected_cost_minor": round(told.opening_expected.value * cost),
        },
        "ahead": [_month(month, cost, market) for month in told.ahead[:count]],
        "year": _owed(each.owed),
        "books": {
            "points": [_movement(row) for row in books.points],
            "cost": [_movement(row) for row in books.cost],
            "value": [_movement(row) for row in books.market],
            "revenue": [
                {"month": row.month.isoformat(), "opening": row.opening, "deferred": row.deferred,
                 "recognised": row.recognised, "closing": row.closing}
                for row in books.revenue
            ],
        },
    }  # fmt: skip


def _month(month: MonthAhead, cost: float, market: float) -> dict[str, Any]:
    flows = {name: _range(getattr(month, name)) for name in ("issued", "used", "expired", "taken_back", "closing")}
    return {
        "month": month.month.isoformat(),
        **flows,
        "expected": _range(month.expected),
        "cost_minor": _range(_times(month.closing, cost)),
        "value_minor": _range(_times(month.closing, market)),
        "expected_cost_minor": _range(_times(month.expected, cost)),
    }


def _movement(row: Movement) -> dict[str, Any]:
    names = ("opening", "issued", "used", "expired", "adjusted", "closing")
    return {"month": row.month.isoformat(), **{name: getattr(row, name) for name in names}, "by_age": list(row.by_age)}


def _times(told: Range, factor: float) -> Range:
    return Range(told.value * factor, told.low * factor, told.high * factor)


def _range(told: Range, digits: int | None = None) -> dict[str, float]:
    return {name: round(getattr(told, name), digits) for name in ("value", "low", "high")}


def _chosen(method: str, scores: dict[str, float | None]) -> dict[str, Any]:
    return {
        "method": method,
        "words": METHODS[method].as_json(),
        "errors": {name: _share(score) for name, score in scores.items()},
    }


def _owed(told: Owed) -> dict[str, int]:
    return {"liability_minor": round(told.liability), "used_minor": round(told.cash), "cost_minor": round(told.accrued)}


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
