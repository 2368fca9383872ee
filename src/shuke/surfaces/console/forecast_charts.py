"""The charts and tables of a forecast's page, from the result that was kept."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.rooms.studio.contracts import RunView
from shuke.surfaces.console.charts import Chart
from shuke.surfaces.console.study_charts import addressed, names
from shuke.surfaces.wording import figures, studio_words, words


def of(run: RunView) -> dict[str, Any]:
    """Return what the page of a forecast shows beside the run itself."""
    found = run.result
    return {
        "result": found,
        "units": [_unit(found, code) for code in found["units"]],
        "charts": charts(run),
        "tiers": [_tier(row, names({"ladders": [], **found["study"]})) for row in found["tiers"]],
        "even": _even(found["break_even"]),
        "assumed": studio_words.assumptions(found["study"]),
        "months": len(found["sales"]["ahead"]),
        "confidence": f"{found['confidence']:.0%}",
    }


def charts(run: RunView) -> list[Chart]:
    """Return the charts of a forecast: of the first unit, what each assumption moves there, and sales."""
    found = run.result
    drawn = []
    for code, unit in list(found["units"].items())[:1]:
        drawn += [_closing(found, code, unit), _flows(found, code, unit), _curve(unit), _ages(found, code, unit)]
        drawn += [_tornado(found, code, what) for what in ("liability", "cost")]
    drawn.append(_sales(found))
    return [addressed(chart, run) for chart in drawn if not chart.is_empty]


def percent(share: float) -> str:
    return f"{share * 100:.2f}%"


def _name(found: Mapping[str, Any], code: str) -> str:
    names = {unit["code"]: unit["name"] for unit in found["study"]["units"]}
    return words.unit(code, names.get(code, ""))


def _tier(row: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    share = row["share"]
    return {**row, "tier": called.get(row["tier"], row["tier"]), "told": "—" if share is None else percent(share)}


def _unit(found: Mapping[str, Any], code: str) -> dict[str, Any]:
    unit = found["units"][code]
    breakage = unit["breakage"]
    return {
        **unit,
        "code": code,
        "name": _name(found, code),
        "breakage_told": percent(breakage["value"]) if breakage else "—",
        "breakage_range": f"{percent(breakage['low'])} – {percent(breakage['high'])}" if breakage else "—",
        "method": studio_words.method(unit["use"]["method"]),
        "issuing_method": studio_words.method(unit["issuing"]["method"]),
        "books": [_book(row, money) for row, money in zip(unit["books"]["points"], unit["books"]["cost"], strict=True)][
            -13:
        ],
        "revenue": unit["books"]["revenue"][-13:],
    }


def _book(row: Mapping[str, Any], money: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "month": row["month"][:7], "cost": money["closing"]}


def _whole(points: float, unit: Mapping[str, Any]) -> int:
    return round(points / 10 ** unit["scale"])


def _past(unit: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = unit["books"]["points"]
    return rows


def _banded(rows: list[tuple[str, int | None, Mapping[str, float] | None]], unit: Mapping[str, Any]) -> dict[str, Any]:
    """Return what draws the past as one line and the months ahead as another one in its band."""
    past = {"code": "issued", "name": _("So far"), "values": [past for _m, past, _a in rows]}
    return {"series": [past, _ahead([ahead for _m, _p, ahead in rows], 10 ** unit["scale"])]}


def _ahead(rows: list[Mapping[str, float] | None], one: int) -> dict[str, Any]:
    """Return what draws months ahead as a line in its band; `one` is how many of a figure make a whole."""
    return {
        "code": "redeemed",
        "name": _("Forecast"),
        "dashed": True,
        **{
            ("values" if name == "value" else name): [each and round(each[name] / one) for each in rows]
            for name in ("value", "low", "high")
        },
    }


def _joined(unit: Mapping[str, Any], past: str, ahead: str) -> list[tuple[str, int | None, Mapping[str, float] | None]]:
    """Return month, what was and what comes; the last month that was begins what comes."""
    was = [(row["month"][:7], _whole(row[past], unit), None) for row in _past(unit)]
    comes = [(row["month"][:7], None, row[ahead]) for row in unit["ahead"]]
    if was:
        month, value, _none = was[-1]
        point = float(_past(unit)[-1][past])
        was[-1] = (month, value, {"value": point, "low": point, "high": point})
    return [*was, *comes]


def _ranged(code: str, question: str, definition: str, unit: Mapping[str, Any], past: str, ahead: str) -> Chart:
    rows = _joined(unit, past, ahead)
    return Chart(
        code,
        question,
        definition,
        "lines",
        _("Month"),
        (
            ("past", _("So far")),
            ("value", _("Forecast")),
            ("low", pgettext("interval", "At least")),
            ("high", pgettext("interval", "At most")),
        ),
        tuple(
            (
                month,
                was,
                *(None if comes is None else _whole(comes[name], unit) for name in ("value", "low", "high")),
            )
            for month, was, comes in rows
        ),
        more=_banded(rows, unit),
    )


def _closing(found: Mapping[str, Any], code: str, unit: Mapping[str, Any]) -> Chart:
    return _ranged(
        "closing",
        _("How many points will members hold?"),
        _("Whole %(unit)s at the end of each month: so far, and ahead with its interval.")
        % {"unit": _name(found, code)},
        unit,
        "closing",
        "closing",
    )


def _flows(found: Mapping[str, Any], code: str, unit: Mapping[str, Any]) -> Chart:
    flows = (("issued", _("Issued")), ("used", pgettext("points", "Used")), ("expired", _("Expired")))
    return Chart(
        "flows",
        _("How many points will come and go?"),
        _("Whole %(unit)s by month ahead, the middle of their intervals.") % {"unit": _name(found, code)},
        "bars",
        _("Month"),
        tuple(("redeemed" if each == "used" else each, name) for each, name in flows),
        tuple((row["month"][:7], *(_whole(row[each]["value"], unit) for each, _n in flows)) for row in unit["ahead"]),
    )


def _curve(unit: Mapping[str, Any]) -> Chart:
    """Return what becomes of a point as it ages, in tenths of a percent so that rows are whole."""
    parts = (("used", pgettext("points", "Used")), ("expired", _("Expired")), ("taken_back", _("Taken back")))

    def share(row: Mapping[str, Any], name: str) -> int:
        value = row[name]["value"] if name == "used" else row[name]
        return round(value * 1_000)

    return Chart(
        "curve",
        _("What becomes of a point?"),
        _("Of a thousand points, how many are used, have expired or were taken back by the end of their n-th month."),
        "lines",
        _("Months old"),
        tuple(("redeemed" if each == "used" else each, name) for each, name in parts),
        tuple((str(row["age"]), *(share(row, each) for each, _n in parts)) for row in unit["curve"]),
    )


def _ages(found: Mapping[str, Any], code: str, unit: Mapping[str, Any]) -> Chart:
    last = _past(unit)[-1]["by_age"] if _past(unit) else []
    return Chart(
        "forecast-ages",
        _("How old are the points that members hold?"),
        _("Whole %(unit)s held at the end of the history, by how many months ago they came.")
        % {"unit": _name(found, code)},
        "bars",
        _("Months old"),
        (("issued", _("Outstanding")),),
        tuple((str(age), _whole(points, unit)) for age, points in enumerate(last, start=1)),
    )


def _sales(found: Mapping[str, Any]) -> Chart:
    unit = 10 ** found["digits"]
    return Chart(
        "sales",
        _("How will sales go on?"),
        _("Net sales of members by month ahead with their interval, in whole %(currency)s.")
        % {"currency": found["currency"]},
        "lines",
        _("Month"),
        (
            ("value", _("Forecast")),
            ("low", pgettext("interval", "At least")),
            ("high", pgettext("interval", "At most")),
        ),
        tuple(
            (row["month"][:7], *(round(row["net_minor"][name] / unit) for name in ("value", "low", "high")))
            for row in found["sales"]["ahead"]
        ),
        more={"series": [_ahead([row["net_minor"] for row in found["sales"]["ahead"]], unit)]},
    )


def _tornado(found: Mapping[str, Any], code: str, what: str) -> Chart:
    unit = 10 ** found["digits"]
    rows = [row for row in found["sensitivity"] if row["unit"] == code]
    base = found["units"][code]["year"]
    told = [
        (
            _assumption(row),
            round((row["low"][f"{what}_minor"] - base[f"{what}_minor"]) / unit),
            round((row["high"][f"{what}_minor"] - base[f"{what}_minor"]) / unit),
        )
        for row in rows
    ]
    told.sort(key=lambda row: -max(abs(row[1]), abs(row[2])))
    question = _("What moves the liability most?") if what == "liability" else _("What moves the cost of a year most?")
    return Chart(
        f"tornado-{what}",
        question,
        _("By how much it changes where one assumption is low or high and the rest stays, in whole %(currency)s.")
        % {"currency": found["currency"]},
        "tornado",
        _("Assumption"),
        (("low", _("Low")), ("high", _("High"))),
        tuple(told),
    )


def _assumption(row: Mapping[str, Any]) -> str:
    """Name an assumption, with how far it is moved down and up where that is a share of it."""
    name = studio_words.assumption(row["assumption"])
    if row["assumption"] == "expiry":
        return name
    low, high = (round(100 * (factor - 1)) for factor in row["factors"])
    return f"{name} {figures.signed_points(low)}% / {figures.signed_points(high)}%"


def _even(even: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if even is None:
        return None
    uplift = even["uplift"]
    return {**even, "told": "—" if uplift is None else percent(uplift), "margin_told": f"{even['margin'] * 100:.4g}%"}
