"""The test clock of a sandbox: where it stands, and a job that moves it forward day by day."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, jobs, logs
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals

_MOST_DAYS = 3_660
_JOB = "move_clock"


@page(Right.CLOCK_WRITE, "GET", "POST")
def test_clock(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the test clock and send it forward."""
    if not desk.is_sandbox:
        raise Refusal("clock_is_live", "Only a sandbox has a test clock; a live deployment follows the machine's.")
    if request.method == "GET":
        return _clock(request, desk)
    try:
        to = _wanted(request, desk)
        programs.ask_clock_move(to, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        return _clock(request, desk, failure=refusals.sentence(refused), status=422)
    return redirect("clock")


def _wanted(request: HttpRequest, desk: Desk) -> datetime:
    """Return the instant asked for, in the shop's time zone: a number of days from now, or a date and time."""
    now = clock.business_now().astimezone(desk.zone)
    days = request.POST.get("days", "")
    if days.isdecimal() and len(days) < 5:
        to = now + timedelta(days=int(days))
    else:
        given = _read(request.POST.get("to", ""))
        to = given.replace(tzinfo=desk.zone)
    if to - now > timedelta(days=_MOST_DAYS):
        raise Refusal("clock_too_far", "The clock moves ten years at most at once.", pointer="/to")
    return to


def _read(text: str) -> datetime:
    try:
        given = parse_datetime(text)
    except ValueError:  # a month 13
        given = None
    if given is None:
        raise Refusal("invalid_time", "This is not a date and time.", pointer="/to")
    return given


def _clock(request: HttpRequest, desk: Desk, status: int = 200, failure: str = "") -> HttpResponse:
    local = clock.business_now().astimezone(desk.zone)
    return show(
        request,
        "clock.html",
        title=_("Sandbox and test clock"),
        place="clock",
        steps=((1, _("1 day")), (7, _("7 days")), (31, _("31 days")), (365, _("365 days"))),
        move=programs.clock_move(),
        is_moving=jobs.is_under_way(_JOB),
        failure=failure,
        earliest=f"{local + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        midnight=f"{local.date() + timedelta(days=1)}T00:00",
        status=status,
    )
