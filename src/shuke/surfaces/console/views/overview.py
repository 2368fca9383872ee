"""The overview: how many members, who is active, how points come and go, what they may cost, and the tiers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Alarm, AlarmKind
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import Status
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Outstanding
from shuke.surfaces.console import charts
from shuke.surfaces.console.charts import Chart, chart_file
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import figures
from shuke.surfaces.wording.running import Running, running

_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Compared:
    """A number now and in the equal period before."""

    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before


@page(Right.OVERVIEW_READ)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the shop at a glance."""
    now, program = clock.business_now(), running()
    sales, sales_before = orders.sales(now - _PERIOD, now), orders.sales(now - 2 * _PERIOD, now - _PERIOD)
    outstanding = programs.outstanding(program.unit.id) if program else None
    left = people.with_status([Status.EXITED])
    drawn = _charts(desk, program, now) if program else []
    return show(
        request,
        "overview.html",
        title=_("Overview"),
        place="overview",
        counts=people.counts(now - _PERIOD),
        exited=Status.EXITED,
        active=Compared(
            *orders.active_members([(now - _PERIOD, now), (now - 2 * _PERIOD, now - _PERIOD)], left),
        ),
        sales=Compared(sales.member_net_minor, sales_before.member_net_minor),
        refunded=sales.member_refunded_minor,
        all_sales=sales.net_minor,
        program=program,
        outstanding=outstanding,
        beside=_beside(outstanding) if outstanding else [],
        liability=program.worth_minor(outstanding.usable) if program and outstanding else None,
        charts={chart.code: chart for chart in drawn},
        alarms=[(each, _alarm(each)) for each in coupons.alarms()] if desk.may(Right.COUPONS_READ) else [],
        tier_moves=_all_moves(drawn[2]) if drawn else None,
    )


def _alarm(alarm: Alarm) -> str:
    """Return what is unusual of a template of coupons."""
    told = {"count": figures.number(alarm.count), "usual": figures.number(alarm.usual)}
    if alarm.kind is AlarmKind.RUSH:
        return _("%(count)s taken in the last hour; usually %(usual)s.") % told
    return _("%(count)s of %(usual)s left.") % told


def _beside(outstanding: Outstanding) -> list[tuple[str, int]]:
    """Return what is out beside the usable points, or owed, as (label, points), where there is any."""
    told = [
        (pgettext("points", "Pending"), outstanding.pending),
        (_("Set aside"), outstanding.held),
        (_("with members who may not use them"), outstanding.barred),
        (_("Owed"), outstanding.owed),
    ]
    return [(label, amount) for label, amount in told if amount]


@page(Right.OVERVIEW_READ)
def chart_csv(request: HttpRequest, desk: Desk, chart: str) -> HttpResponse:
    """Answer with a chart's rows as a file, headed by its question, definition and instant."""
    now, program = clock.business_now(), running()
    found = next((each for each in _charts(desk, program, now) if each.code == chart), None) if program else None
    if found is None:
        raise Http404
    local = now.astimezone(desk.zone)
    return chart_file(found, f"shuke-{chart}-{local:%Y-%m-%d}", _("as of"), local.isoformat(timespec="minutes"))


def _charts(desk: Desk, program: Running, now: datetime) -> list[Chart]:
    zone = desk.shop.time_zone
    return [
        charts.points_by_month(program, zone, now),
        charts.tier_distribution(program),
        charts.moves_by_month(program, zone, now),
    ]


def _all_moves(chart: Chart) -> dict[str, int]:
    """Return the moves over all months of the chart."""
    return {code: sum(row[place] for row in chart.rows) for place, (code, _name) in enumerate(chart.columns, start=1)}
