"""How well the forecast tells what comes: made histories of three regimes, and the demo's year.

`python -m benchmarks.forecast` writes benchmarks/forecast.json. Errors are Σ |forecast − actual| / Σ actual over the
months ahead (WAPE), beside those of the last value and of the straight line; `inside` is the share of actual figures in
their interval of 90 %. Nobody's redemptions are in the demo's data: its breakage is that of its seeded ones, which are
drawn for the demo and say nothing of a real shop.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.backtest import UNTIL, grocer, year
from benchmarks.figures import machine, write
from benchmarks.forecast_lives import PROGRAM, REGIMES, Regime, made, until
from shuke.engine.cohorts import Cohorts
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.forecast.forecasting import Range, whole_months
from shuke.engine.forecast.result import forecast
from shuke.engine.forecast.series import NAIVE, ahead
from shuke.engine.schema import load_program
from shuke.engine.study import One, study
from shuke.surfaces.cli.journey.source import read_journey
from shuke.surfaces.cli.journey.year import history_of, plan_year

SEEDS = range(100, 110)  # others than those that the methods were made with
KNOWN, AHEAD = 24, 12
LATEST = 3  # months whose points' breakage is compared, by what became of them afterwards
ENDED = KNOWN + 14  # months by which what was issued in the last known one has ended
DEMO_AHEAD = 3

Floats = np.ndarray


def off(told: Floats, actual: Floats) -> float:
    """Return the error as a share of what came."""
    return float(np.abs(told - actual).sum() / np.abs(actual).sum())


def beside(values: Floats, told: Sequence[Range], months: Sequence[dt.date], known: int) -> dict[str, float]:
    """Compare a forecast with the naive ones on the months after the first `known`."""
    actual = values[known : known + len(told)]
    return {
        "kept": off(np.array([each.value for each in told]), actual),
        **{name: off(ahead(name, values[:known], months[:known], len(told)), actual) for name in NAIVE},
        "inside": fmean(each.low <= value <= each.high for each, value in zip(told, actual.tolist(), strict=True)),
    }


def figures_of(cohorts: Cohorts) -> dict[str, Floats]:
    """Return by month what is told: sales, points issued and used, and what members had at its end."""
    used, expired, taken = (each[0].sum(axis=(0, 1)) for each in (cohorts.used, cohorts.expired, cohorts.taken_back))
    issued = cohorts.issued[0].sum(axis=0)
    figures = {"sales": cohorts.net_minor.sum(axis=0), "issued": issued, "used": used,
               "liability": np.cumsum(issued - used - expired - taken)}  # fmt: skip
    return {name: each.astype(np.float64) for name, each in figures.items()}


def told_of(cohorts: Cohorts, compiled: Compiled, known: int) -> tuple[dict[str, Sequence[Range]], Range, str]:
    """Return the forecast made after `known` months, the breakage of points and the method kept for their use."""
    day = cohorts.months[known] if known < len(cohorts.months) else dt.date(2018, 1, 1)
    told = forecast(cohorts, compiled.program, day)
    unit = told.units[0].forecast
    series = {
        "sales": told.sales_ahead,
        "issued": [month.issued for month in unit.ahead],
        "used": [month.used for month in unit.ahead],
        "liability": [month.closing for month in unit.ahead],
    }
    return series, unit.breakage, unit.use.method


def mean_of(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(fmean(row[name] for row in rows), 4) for name in rows[0]}


def of_regime(regime: Regime, compiled: Compiled) -> dict[str, Any]:
    compared: dict[str, list[dict[str, float]]] = {}
    breakage, methods = [], Counter[str]()
    for seed in SEEDS:
        cohorts = study(compiled, One(made(regime, ENDED, seed)), until(ENDED)).cohorts
        told, share, method = told_of(cohorts, compiled, KNOWN)
        for name, values in figures_of(cohorts).items():
            compared.setdefault(name, []).append(beside(values, told[name][:AHEAD], cohorts.months, KNOWN))
        latest = slice(KNOWN - LATEST, KNOWN)
        true = 1 - cohorts.used[0, :, latest].sum() / cohorts.issued[0, :, latest].sum()
        breakage.append({"true": true, "forecast": share.value, "off": abs(share.value - true),
                         "inside": float(share.low <= true <= share.high)})  # fmt: skip
        methods[method] += 1
    return {
        **{name: mean_of(rows) for name, rows in compared.items()},
        "breakage": mean_of(breakage),
        "use_methods": dict(methods.most_common()),
    }


def of_demo() -> dict[str, Any]:
    """Compare the last three months from the first nine, and every three months from the first six to nine."""
    compiled = grocer()
    cohorts = whole_months(study(compiled, One(year()), UNTIL - 1).cohorts, dt.date(2018, 1, 1))
    figures = figures_of(cohorts)
    result: dict[str, Any] = {"last_three_months": {}, "three_months_from_six_to_nine": {}}
    rows: dict[str, list[dict[str, float]]] = {"sales": [], "issued": []}
    for known in (6, 7, 8, 9):
        told, _, _ = told_of(cohorts, compiled, known)
        for name, found in rows.items():
            found.append(beside(figures[name], told[name][:DEMO_AHEAD], cohorts.months, known))
    for name, found in rows.items():
        result["last_three_months"][name] = mean_of(found[-1:])
        result["three_months_from_six_to_nine"][name] = mean_of(found)
    return result


def of_seeded_redemptions() -> dict[str, Any]:
    """Return the breakage of the demo's points under its seeded redemptions, as its year tells it."""
    compiled, journey = grocer(), read_journey()
    planned = plan_year(journey, compiled, UNTIL - 1)
    cohorts = study(compiled, One(history_of(journey, planned.redemptions)), UNTIL - 1).cohorts
    _, share, method = told_of(cohorts, compiled, len(cohorts.months))
    issued, used = int(cohorts.issued.sum()), int(cohorts.used.sum())
    return {
        "redemptions": len(planned.redemptions),
        "used_within_the_year": round(used / issued, 4),
        "breakage": {name: round(getattr(share, name), 4) for name in ("value", "low", "high")},
        "use_method": method,
    }


def main() -> None:
    compiled = compile_program(load_program(PROGRAM))
    regimes = {regime.code: of_regime(regime, compiled) for regime in REGIMES}
    rows = [regime[name] for regime in regimes.values() for name in ("sales", "issued", "used", "liability")]
    together = {name: round(fmean(row[name] for row in rows), 4) for name in ("kept", *NAIVE, "inside")}
    write(
        "forecast",
        {
            "what": f"{KNOWN} months known, {AHEAD} ahead, {len(SEEDS)} histories a regime; errors are WAPE",
            "regimes": regimes,
            "regimes_together": together,
            "demo": of_demo(),
            "demo_with_seeded_redemptions": of_seeded_redemptions(),
            "machine": machine("numpy", "numba"),
        },
    )


if __name__ == "__main__":
    main()
