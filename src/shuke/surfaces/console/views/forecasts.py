"""Forecasts: what a program will owe and cost, told from the shop's own history."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.foundation import ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.studio import facade as studio
from shuke.rooms.studio.contracts import RUN_PREFIX, UNDER_WAY, RunKind, State
from shuke.surfaces.console import forecast_charts
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views import backtests

_LATEST = 50


class ForecastForm(backtests.StudyForm):
    """What is forecast, how far ahead, and what a point costs."""

    months = forms.IntegerField(label=gettext_lazy("Months ahead"), min_value=1, max_value=36, initial=12)
    cost = forms.DecimalField(
        label=gettext_lazy("What a point costs"), required=False, min_value=0, max_digits=12, decimal_places=6
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cost"].help_text = _(
            "Of the first unit, in the program's currency; its declared value where empty."
        )


@page(Right.PROGRAMS_READ)
def forecasts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the forecasts."""
    return show(
        request,
        "forecasts.html",
        title=_("Forecasts"),
        place="forecasts",
        runs=backtests.rows(studio.latest_runs(RunKind.FORECAST, _LATEST)),
        may_use=desk.may(Right.STUDIO_USE),
        histories=bool(backtests.ready_histories()),
    )


@page(Right.STUDIO_USE, "GET", "POST")
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what is to be forecast, and let a worker do it."""
    if backtests.is_begun(request):
        return _new(request, ForecastForm(initial=backtests.asked(request)))
    form = ForecastForm(request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    given = form.cleaned_data
    settings = backtests.settings_of(given) | {"months": given["months"]}
    made = backtests.ask(RunKind.FORECAST, form, settings, desk, cost=given["cost"])
    if isinstance(made, list):
        return _new(request, form, wrong=made, status=422)
    return redirect("forecast", ids.encode(RUN_PREFIX, made.id)) if made else _new(request, form, status=422)


@page(Right.PROGRAMS_READ)
def forecast(request: HttpRequest, desk: Desk, run_id: str) -> HttpResponse:
    """Show how far a forecast is, or what it says."""
    found = studio.run(ids.decode(RUN_PREFIX, run_id))
    if request.htmx and found.state not in UNDER_WAY:
        return backtests.done()
    return show(
        request,
        "forecast.html",
        trail=((_("Forecasts"), reverse("forecasts")),),
        title=found.name,
        place="forecasts",
        **backtests.run_context(found, desk),
        **(forecast_charts.of(found) if found.state is State.READY else {}),
    )


def _new(
    request: HttpRequest,
    form: ForecastForm,
    *,
    wrong: list[tuple[str, list[tuple[str, str]]]] | None = None,
    status: int = 200,
) -> HttpResponse:
    return show(
        request,
        "forecast_new.html",
        trail=((_("Forecasts"), reverse("forecasts")),),
        title=_("Forecast a program"),
        place="forecasts",
        form=form,
        lines=wrong or [],
        faults=sum(len(each) for _line, each in wrong or []),
        status=status,
    )
