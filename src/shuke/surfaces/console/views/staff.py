"""The team: who logs in, with which role; a generated password is shown once."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right, Role
from shuke.surfaces.console import words
from shuke.surfaces.console.pages import Desk, page, show


class NewStaffForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=list(words.ROLES.items()), initial=Role.SERVICE.value)


@page(Right.STAFF_WRITE, "GET", "POST")
def staff(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the team and take in somebody new."""
    form = NewStaffForm(request.POST or None)
    if not form.is_valid():
        return _team(request, desk, form=form, status=422 if form.errors else 200)
    given = form.cleaned_data
    try:
        person, password = org.create_staff(given["email"], given["name"], Role(given["role"]), desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        form.add_error("email", words.sentence(refused))
        return _team(request, desk, form=form, status=409)
    return _team(request, desk, form=NewStaffForm(), shown_to=person.email, password=password)


@page(Right.STAFF_WRITE, "POST")
def active(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponse:
    """Let somebody log in again, or shut them out."""
    org.set_staff_active(staff_id, request.POST.get("active") == "yes", desk.actor)
    return redirect("staff")


@page(Right.STAFF_WRITE, "POST")
def reset(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Give somebody a new generated password, shown once."""
    email = request.POST.get("email", "")
    password = org.reset_password(email, desk.actor)
    return _team(request, desk, form=NewStaffForm(), shown_to=email, password=password)


def _team(request: HttpRequest, desk: Desk, *, form: NewStaffForm, status: int = 200, **shown: str) -> HttpResponse:
    rows = [(person, words.role(person.role), person.id == desk.principal.id) for person in org.list_staff()]
    return show(
        request, "staff.html", title=gettext("Team"), place="staff", rows=rows, form=form, status=status, **shown
    )
