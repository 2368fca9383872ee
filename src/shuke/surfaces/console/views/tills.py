"""Tills: which browsers are one, for which store, and what was done there in the last shifts."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import TILL_PREFIX, Right, ShiftReport, Store, Work
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals

_KEPT = timedelta(days=400)  # as long as browsers keep a cookie
_SHIFTS = 20


class TillForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=60)
    store = forms.ChoiceField(label=_("Store"))

    def __init__(self, stores: list[Store], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = [(store.code, store.name) for store in stores]
        self.fields["name"].widget.attrs["placeholder"] = gettext("Front desk")


@page(Right.ORGANISATION_WRITE, "GET", "POST")
def tills(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the tills and their shifts; make this very browser one, which logs it out of the console."""
    form = TillForm(org.list_stores(), request.POST or None)
    if not form.is_valid():
        return _list(request, form, status=422 if form.errors else 200)
    try:
        _till, secret = org.enrol_till(form.cleaned_data["name"], form.cleaned_data["store"], desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        form.add_error("name", refusals.sentence(refused))
        return _list(request, form, status=409)
    logout(request)
    answer = redirect("till")
    answer.set_cookie(
        settings.TILL_COOKIE_NAME,
        secret,
        max_age=_KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@page(Right.ORGANISATION_WRITE, "POST")
def close(request: HttpRequest, desk: Desk, till_id: str) -> HttpResponse:
    """Let nobody work at a till any more."""
    till = org.close_till(ids.decode(TILL_PREFIX, till_id), desk.actor)
    messages.success(request, gettext("%(till)s is closed.") % {"till": till.name}, extra_tags="good")
    return redirect("tills")


def _list(request: HttpRequest, form: TillForm, *, status: int) -> HttpResponse:
    known = org.list_tills()
    names = {till.id: till.name for till in known}
    return show(
        request,
        "tills.html",
        title=gettext("Tills"),
        place="tills",
        tills=[(ids.encode(TILL_PREFIX, till.id), till) for till in known],
        shifts=[_row(report, names) for report in org.shift_reports([*names], _SHIFTS)],
        form=form,
        has_stores=bool(form.fields["store"].choices),
        status=status,
    )


def _row(report: ShiftReport, names: dict[object, str]) -> dict[str, object]:
    counts = {each.work: each.count for each in report.sums}
    return {
        "till": names[report.shift.till_id],
        "shift": report.shift,
        "sales": counts.get(Work.SALE, 0),
        "undone": counts.get(Work.REFUND, 0) + counts.get(Work.VOID, 0),
        "money": sum(each.money_minor for each in report.sums),
        "points_in": sum(each.points_in for each in report.sums),
        "points_out": sum(each.points_out for each in report.sums),
        "noted": report.noted,
    }
