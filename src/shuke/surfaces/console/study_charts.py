"""What a backtest's page shows: its figures in words, charts and tables, from the result that was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.foundation import ids
from shuke.rooms.studio.contracts import RUN_PREFIX, RunView
from shuke.surfaces.console.charts import Chart
from shuke.surfaces.wording import figures, studio_words, words

_MOST_DAYS = 62  # above which days are shown by month
_NEWCOMER = "0"


def of(run: RunView) -> dict[str, Any]:
    """Return what the page of a backtest shows beside the run itself."""
    found = run.result
    against = found["against"]
    return {
        "result": found,
        "units": [_unit(found, unit) for unit in found["units"]],
        "cost": _cost(found),
        "mine": run.program,
        "theirs": run.other_program if run.other_program != run.program else _("the other one"),
        "charts": charts(run),
        "tiers": _sums(found, "tier", "by_tier", names(found)),
        "rules": [_rule(found, row) for row in found["by_rule"]],
        "segments": _sums(found, "segment", "by_segment", {"": _("none of them")})
        if len(found["by_segment"]) > 1
        else [],
        "assumed": studio_words.assumptions(found),
        "against": _against(found, against) if against else None,
        "speed": _speed(found),
    }


def charts(run: RunView) -> list[Chart]:
    """Return the charts of a backtest."""
    found = run.result
    main = _main(found)
    drawn = []
    if main is not None:
        drawn += [_points(found, main), _outstanding(found, main), _ages(found, main)]
    for ladder in found["ladders"][:1]:
        drawn += [_population(ladder), _moves(ladder)]
    if found["against"] and found["ladders"] and found["against"]["ladders"]:
        drawn.append(_tiers_against(found))
    return [addressed(chart, run) for chart in drawn]


def names(found: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the levels of a result's first ladder by code."""
    return {
        level["code"]: words.tier(level["code"], level["name"] or level["code"])
        for ladder in found["ladders"][:1]
        for level in ladder["levels"]
    }


def _main(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the unit that charts are of: the first with a value, else the first."""
    units: Sequence[Mapping[str, Any]] = found["units"]
    return next((unit for unit in units if unit["value"] is not None), units[0] if units else None)


def addressed(chart: Chart, run: RunView) -> Chart:
    """Return a chart of a run with the address of its rows as a file."""
    return replace(chart, address=reverse("run-chart-csv", args=[ids.encode(RUN_PREFIX, run.id), chart.code]))


def _whole(points: int, unit: Mapping[str, Any]) -> int:
    return int(points) // 10 ** int(unit["scale"])


def _rows(found: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """Return the rows over time that a chart shows, and whether they are days."""
    days = len(found["by_day"]) <= _MOST_DAYS
    return found["by_day" if days else "by_month"], days


def _points(found: Mapping[str, Any], unit: Mapping[str, Any]) -> Chart:
    flows = (
        ("issued", _("Issued")),
        ("taken_back", _("Taken back")),
        ("used", pgettext("points", "Used")),
        ("expired", _("Expired")),
    )
    rows, days = _rows(found)
    return Chart(
        "points",
        _("How many points would have come and gone?"),
        _("Whole %(unit)s by the local day or month in which they counted; used: less what came back.")
        % {"unit": _called(unit)},
        "bars",
        _("Day") if days else _("Month"),
        tuple(("redeemed" if code == "used" else code, name) for code, name in flows),
        tuple(
            (
                row["date"] if days else row["date"][:7],
                *(_whole(row["units"][unit["code"]][code], unit) for code, _n in flows),
            )
            for row in rows
        ),
    )


def _outstanding(found: Mapping[str, Any], unit: Mapping[str, Any]) -> Chart:
    rows, days = _rows(found)
    return Chart(
        "outstanding",
        _("How many points would members have?"),
        _("Whole %(unit)s at the end of each day or month: usable, pending and set aside.") % {"unit": _called(unit)},
        "lines",
        _("Day") if days else _("Month"),
        (("issued", _("Outstanding")),),
        tuple(
            (row["date"] if days else row["date"][:7], _whole(row["units"][unit["code"]]["outstanding"], unit))
            for row in rows
        ),
    )


def _ages(found: Mapping[str, Any], unit: Mapping[str, Any]) -> Chart:
    return Chart(
        "ages",
        _("How old are the points that are left?"),
        _("Whole %(unit)s outstanding at the end, by the month in which their lot was opened.")
        % {"unit": _called(unit)},
        "bars",
        _("Month"),
        (("issued", _("Outstanding")),),
        tuple((row["month"][:7], _whole(row["points"], unit)) for row in unit["by_age"]),
    )


def _population(ladder: Mapping[str, Any]) -> Chart:
    levels = [(level["code"], words.tier(level["code"], level["name"] or level["code"])) for level in ladder["levels"]]
    return Chart(
        "population",
        _("In which tiers would members have been?"),
        _("Members by the tier that they hold at the end of each month."),
        "areas",
        _("Month"),
        tuple(levels),
        tuple(
            (row["month"][:7], *(row["members"].get(code, 0) for code, _name in levels)) for row in ladder["population"]
        ),
    )


def _moves(ladder: Mapping[str, Any]) -> Chart:
    called = {level["code"]: words.tier(level["code"], level["name"] or level["code"]) for level in ladder["levels"]}
    new = _("not a member yet")
    links = [(move["from"], move["to"], move["members"]) for move in ladder["moves"]]
    return _flow(
        "moves",
        _("Who went from which tier to which?"),
        _("Members by the tier as the window began and the one at its end."),
        called,
        links,
        new,
    )


def _tiers_against(found: Mapping[str, Any]) -> Chart:
    against = found["against"]
    called = names(against) | names(found)
    links = [(move["other"], move["program"], move["members"]) for move in against["tiers"]]
    return _flow(
        "tiers-against",
        _("In which tier would members end, by the other program and by this one?"),
        _("Members by the tier at the end under the other program, and under this one."),
        called,
        links,
        "",
    )


def _flow(
    code: str,
    question: str,
    definition: str,
    called: Mapping[str, str],
    links: Sequence[tuple[str | None, str, int]],
    new: str,
) -> Chart:
    """Return a chart of members between tiers: nodes on the left are before, on the right after."""
    order = {level: rank for rank, level in enumerate(called)}
    lefts = sorted({left for left, _right, _n in links}, key=lambda each: order.get(each or "", -1))
    rights = sorted({right for _left, right, _n in links}, key=lambda each: order.get(each, 0))
    left_name = {left: f"before|{left or _NEWCOMER}" for left in lefts}
    nodes = [{"name": left_name[left], "rank": order.get(left or "", 0)} for left in lefts]
    nodes += [{"name": f"after|{right}", "rank": order.get(right, 0)} for right in rights]
    told = {left_name[left]: called.get(left or "", new) for left in lefts} | {
        f"after|{right}": called.get(right, right) for right in rights
    }
    return Chart(
        code,
        question,
        definition,
        "flow",
        _("From → to"),
        (("members", _("Members")),),
        tuple(
            (f"{called.get(left or '', new)} → {called.get(right, right)}", members) for left, right, members in links
        ),
        more={
            "nodes": nodes,
            "names": told,
            "links": [
                {"source": left_name[left], "target": f"after|{right}", "value": members}
                for left, right, members in links
            ],
        },
    )


def _unit(found: Mapping[str, Any], unit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a unit's sums as the page tells them."""
    issued = unit["issued"] or 1
    return {
        **unit,
        "called": _called(unit),
        "used_share": f"{100 * unit['used'] / issued:.1f}%",
        "expired_share": f"{100 * unit['expired'] / issued:.1f}%",
        "has_value": unit["value"] is not None or unit["cost_per_point"] != "0",
    } | ({} if unit["issued"] else {"used_share": "—", "expired_share": "—"})


def _called(unit: Mapping[str, Any]) -> str:
    return words.unit(unit["code"], unit["name"])


def _cost(found: Mapping[str, Any]) -> dict[str, Any]:
    cost = found["cost"]
    return {
        **cost,
        "earned_percent": percent(cost["earned_share"]),
        "used_percent": percent(cost["used_share"]),
    }


def percent(share: str | None) -> str:
    """Return a share, kept as an exact number, in percent with two places."""
    return "—" if share is None else f"{float(Fraction(share) * 100):.2f}%"


def _sums(found: Mapping[str, Any], of: str, rows: str, called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return rows by tier or segment with their reward rate."""
    main = _main(found)
    return [
        {
            **row,
            "called": called.get(row[of], row[of]),
            "points": row["units"][main["code"]] if main else None,
            "scale": main["scale"] if main else 0,
            "rate": percent(str(Fraction(row["earned_minor"], row["net_minor"]))) if row["net_minor"] > 0 else "—",
        }
        for row in found[rows]
    ]


def _rule(found: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    called = {unit["code"]: unit["name"] for unit in found["units"]}
    points = row["points"]
    told = "" if points is None else figures.number(round(float(Fraction(points))))
    return {**row, "called": words.unit(row["unit"], called.get(row["unit"], "")), "told": told}


def _against(found: Mapping[str, Any], against: Mapping[str, Any]) -> dict[str, Any]:
    """Return the comparison with the other program as the page tells it."""
    mine, theirs = found["cost"], against["cost"]
    both = {each["code"]: each for each in against["units"]}
    units = [_issued(unit, both[unit["code"]]) for unit in found["units"] if unit["code"] in both]
    called = names(against) | names(found)
    lists = [
        (
            title,
            [
                {
                    **row,
                    "before": called.get(row["tier"]["other"], row["tier"]["other"]),
                    "after": called.get(row["tier"]["program"], row["tier"]["program"]),
                }
                for row in against[code][:20]
            ],
        )
        for code, title in (("most", _("Who gains most")), ("least", _("Who loses most")))
    ]
    return {
        **against,
        "unit_rows": units,
        "earned_difference": mine["earned_minor"] - theirs["earned_minor"],
        "used_difference": mine["used_minor"] - theirs["used_minor"],
        "lists": [(title, rows) for title, rows in lists if rows],
    }


def _issued(unit: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two programs issue of a unit, in the finer of its fractions where they count it otherwise."""
    scale = max(unit["scale"], other["scale"])
    mine, theirs = (each["issued"] * 10 ** (scale - each["scale"]) for each in (unit, other))
    return {
        "called": _called(unit),
        "mine": {"issued": mine},
        "theirs": {"issued": theirs},
        "scale": scale,
        "more": mine - theirs,
    }


def _speed(found: Mapping[str, Any]) -> str:
    return _("%(events)s events in %(seconds)s s") % {
        "events": figures.number(found["events"]),
        "seconds": found["seconds"],
    }
