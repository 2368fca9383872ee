"""The charts of the overview as data: a question, rows, and the same rows for drawing, for the table and for a file."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.core.program.model import Ladder
from shuke.rooms.points import facade as points
from shuke.rooms.tiers import facade as tiers
from shuke.surfaces.wording.running import Running

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_MONTHS = 13  # a year and the month that it is compared with


@dataclass(frozen=True, slots=True)
class Chart:
    """A question with its answer: `columns` are (code, name) of the numbers in each row after its label."""

    code: str
    question: str
    definition: str
    shape: str  # as charts.js knows them: bars, ladder, lines, areas, flow, tornado
    label: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str | int | None, ...], ...]
    stacked: bool = False
    lacks: str = ""  # what the program does not have, so that this chart can never show anything
    address: str = ""  # of its rows as a file; empty: of the overview's
    more: Mapping[str, Any] = field(default_factory=dict)  # what its shape draws beside the rows

    @property
    def element(self) -> str:
        """The id of the page's element that holds the drawing."""
        return f"chart-{self.code}"

    @property
    def first(self) -> str | int | None:
        """The label of the first row."""
        return self.rows[0][0]

    @property
    def last(self) -> str | int | None:
        return self.rows[-1][0]

    @property
    def is_empty(self) -> bool:
        return not any(any(row[1:]) for row in self.rows)

    @property
    def drawing(self) -> dict[str, Any]:
        """What charts.js draws."""
        labels = [row[0] for row in self.rows]
        series = [
            {"code": code, "name": name, "values": [row[place] for row in self.rows]}
            for place, (code, name) in enumerate(self.columns, start=1)
        ]
        drawing = {"shape": self.shape, "labels": labels, "stacked": self.stacked, "series": series, **self.more}
        return drawing | ({"name": series[0]["name"], "values": series[0]["values"]} if self.shape == "ladder" else {})


def chart_file(chart: Chart, name: str, *about: str) -> HttpResponse:
    """Answer with a chart's rows as a CSV file, headed by its question, its definition and what else is to be said."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")  # spreadsheets take the file for UTF-8 by this
    rows = csv.writer(response)
    rows.writerow([harmless(cell) for cell in (chart.question, chart.definition, *about)])
    rows.writerow([chart.label, *(name for _code, name in chart.columns)])
    rows.writerows([[harmless(cell) for cell in row] for row in chart.rows])
    return response


def harmless(cell: str | int | None) -> str | int | None:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def points_by_month(running: Running, zone: str, now: datetime) -> Chart:
    """How many points came and went each month, what was taken or given back on its own."""
    found = points.monthly(running.unit.id)
    months = {
        (each.year, each.month): (each.issued, each.taken_back, each.redeemed, each.returned, each.expired)
        for each in found
    }
    return Chart(
        "points",
        _("How many points came and went each month?"),
        _(
            "Whole points by the local month in which they counted. Issued: earned, given, brought along or converted "
            "from another unit. Taken back: by refunds, cancellations and staff. Used: redeemed or converted into "
            "another unit. Came back: of used ones."
        ),
        "bars",
        _("Month"),
        (
            ("issued", _("Issued")),
            ("taken_back", _("Taken back")),
            ("redeemed", pgettext("points", "Used")),
            ("returned", _("Came back")),
            ("expired", _("Expired")),
        ),
        _by_month(
            {month: tuple(count // 10**running.unit.scale for count in row) for month, row in months.items()},
            5,
            zone,
            now,
        ),
    )


def tier_distribution(running: Running, ladder: Ladder | None = None) -> Chart:
    """In which tiers of a ladder, the first by default, members are now."""
    chosen = ladder or next(iter(running.program.ladders), None)
    counts = tiers.distribution(running.program_id, chosen.code) if chosen else ()
    return Chart(
        "tiers",
        _("In which tiers are members now?"),
        _("Members by the tier that they hold, from the lowest."),
        "ladder",
        _("Tier"),
        (("members", _("Members")),),
        tuple((running.tier_name(count.tier.code), count.members) for count in counts),
        lacks=_lacks_tiers(running),
    )


def moves_by_month(running: Running, zone: str, now: datetime, ladder: Ladder | None = None) -> Chart:
    """How many members moved between tiers of a ladder, the first by default, each month."""
    chosen = ladder or next(iter(running.program.ladders), None)
    found = tiers.moves_by_month(running.program_id, chosen.code) if chosen else ()
    months = {(each.year, each.month): (each.up, each.down, each.kept) for each in found}
    return Chart(
        "moves",
        _("How many members went up, went down or kept their tier?"),
        _("Changes of tier by local month; kept means that a tier was given for another term."),
        "bars",
        _("Month"),
        (("up", _("Up")), ("down", _("Down")), ("kept", _("Kept"))),
        _by_month(months, 3, zone, now),
        stacked=True,
        lacks=_lacks_tiers(running),
    )


def _lacks_tiers(running: Running) -> str:
    return "" if running.program.ladders else _("This program has no tiers.")


def _by_month(
    known: dict[tuple[int, int], Sequence[int]], columns: int, zone: str, now: datetime
) -> tuple[tuple[str | int, ...], ...]:
    """Return a row for each of the latest months up to now, zeros where nothing was, none before the first."""
    local = now.astimezone(ZoneInfo(zone))
    latest = local.year * 12 + local.month - 1
    months = [divmod(month, 12) for month in range(latest - _MONTHS + 1, latest + 1)]
    first = min(known, default=(local.year, local.month))
    rows = ((year, index + 1) for year, index in months if (year, index + 1) >= first)
    return tuple((f"{year}-{month:02d}", *known.get((year, month), [0] * columns)) for year, month in rows)
