"""Forecasts: a program is studied on a history, and what follows is told month by month."""

from collections.abc import Mapping
from typing import Any

from shuke.core.program.model import Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled
from shuke.engine.forecast.forecasting import MOST_MONTHS, YEAR, Asked
from shuke.engine.forecast.result import forecast_study
from shuke.engine.study_settings import number
from shuke.rooms.studio.models import Run
from shuke.rooms.studio.services import studies, working


def check(settings: Mapping[str, Any], program: Program | None, other: Program | None) -> Mapping[str, Any]:
    """Return the settings of a forecast whole: those of its study, months ahead, costs and values of points."""
    assert program is not None
    told = dict(studies.check(settings, program, None))
    if other is not None:
        raise Refusal("forecast_of_one", "A forecast is of one program; weigh two in a backtest.", pointer="/against")
    months = settings.get("months")
    months = YEAR if months is None else months
    if not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        raise Refusal(
            "months_out_of_bounds",
            f"A forecast goes 1 to {MOST_MONTHS} months ahead.",
            pointer="/months",
            params={"months": str(months)[:10], "most": MOST_MONTHS},
        )
    codes = {unit.code for unit in program.units}
    for name in ("costs", "values"):
        said = settings.get(name) or {}
        for code, amount in said.items():
            if code not in codes:
                raise Refusal(
                    "unknown_unit", f"The program has no unit {code}.", pointer=f"/{name}", params={"unit": str(code)}
                )
            if number(amount, name) < 0:
                raise Refusal(
                    "number_invalid",
                    "A point costs nothing or more.",
                    pointer=f"/{name}",
                    params={"text": str(amount)[:40]},
                )
        told[name] = {str(code): str(amount) for code, amount in said.items()}
    return told | {"months": months}


def do(row: Run, program: Compiled | None, _other: Compiled | None, steps: working.Steps) -> Mapping[str, Any]:
    """Study the program over the whole history, and forecast what follows."""
    assert program is not None
    settings = row.settings
    found = studies.run(row, program, None, steps)
    assumed = found.figures.assumptions
    costs, values = (
        {code: number(amount, name) for code, amount in settings[name].items()} for name in ("costs", "values")
    )
    asked = Asked(
        months=settings["months"],
        costs={**assumed.costs, **costs},
        values=values,
        margin=assumed.margin,
    )
    told = forecast_study(found, asked).as_json()
    study = found.as_json()
    return told | {
        "study": {
            name: study[name] for name in ("since", "until", "members", "orders", "net_minor", "policy", "assumptions")
        }
        | {"units": [{"code": unit["code"], "name": unit["name"], "scale": unit["scale"]} for unit in study["units"]]}
        | {"ladders": [{"code": ladder["code"], "levels": ladder["levels"]} for ladder in study["ladders"]]}
    }
