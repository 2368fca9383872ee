"""The team: who logs in, with which role, for which stores, how far; a generated password is shown once."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right, Role, Staff, StaffTerms, Store
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import figures, refusals, words

_FIELDS = {"/email": "email", "/stores": "stores", "/adjust_limit": "adjust_limit", "/own_account": "own_account"}


class NewStaffForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=list(words.ROLES.items()), initial=Role.SERVICE.value)
    stores = forms.MultipleChoiceField(label=_("Stores"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, stores: list[Store], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stores"].choices = [(store.code, store.name) for store in stores]


class TermsForm(NewStaffForm):
    name = email = None
    adjust_limit = forms.IntegerField(
        label=_("Personal limit of an adjustment"), required=False, min_value=0, max_value=10**12
    )
    own_account = forms.CharField(
        label=_("Their own membership"),
        required=False,
        max_length=60,
        help_text=_("The id of the member that they are (mbr_…): whom they cannot adjust themselves."),
    )


@page(Right.STAFF_WRITE, "GET", "POST")
def staff(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the team and take in somebody new."""
    form = NewStaffForm(org.list_stores(), request.POST or None)
    if not form.is_valid():
        return _team(request, desk, form=form, status=422 if form.errors else 200)
    given = form.cleaned_data
    try:
        person, password = org.create_staff(
            given["email"], given["name"], Role(given["role"]), desk.actor, stores=given["stores"]
        )
    except Refusal as refused:
        _tell(desk, form, refused)
        return _team(request, desk, form=form, status=409)
    return _team(request, desk, form=None, shown_to=person.email, password=password)


@page(Right.STAFF_WRITE, "GET", "POST")
def terms(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponse:
    """Show and change what somebody is for: role, stores, personal limit, own membership."""
    person = _known(staff_id)
    form = TermsForm(org.list_stores(), request.POST or None, initial=_said(person))
    if request.method == "GET" or not form.is_valid():
        return _terms(request, person, form, status=422 if form.errors else 200)
    given = form.cleaned_data
    try:
        own = given["own_account"].strip()
        _require_member(own)
        org.change_staff(
            staff_id,
            StaffTerms(Role(given["role"]), given["stores"], given["adjust_limit"], own or None),
            desk.actor,
        )
    except Refusal as refused:
        _tell(desk, form, refused)
        return _terms(request, person, form, status=409)
    messages.success(request, gettext("Saved; it holds from their next click on."), extra_tags="good")
    return redirect("staff")


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
    return _team(request, desk, form=None, shown_to=email, password=password)


@page(Right.STAFF_WRITE, "POST")
def pin(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Give somebody a new PIN for the till, shown once."""
    person = next((each for each in org.list_staff() if each.email == request.POST.get("email", "")), None)
    if person is None:
        raise Refusal("unknown_staff", "Nobody of the staff is known by this.")
    return _team(request, desk, form=None, shown_to=person.email, pin=org.give_pin(person.id, desk.actor))


def _team(
    request: HttpRequest, desk: Desk, *, form: NewStaffForm | None, status: int = 200, **shown: str
) -> HttpResponse:
    stores = org.list_stores()
    names = {store.id: store.name for store in stores}
    rows = [
        {
            "person": person,
            "role": words.role(person.role),
            "self": person.id == desk.principal.id,
            "stores": sorted(names[store] for store in person.stores),
            "limit": _limit(person),
            "at_till": person.is_active and Right.TILL_USE in org.rights_of(person.role),
        }
        for person in org.list_staff()
    ]
    form = form or NewStaffForm(stores)
    return show(
        request, "staff.html", title=gettext("Team"), place="staff", rows=rows, form=form, status=status, **shown
    )


def _terms(request: HttpRequest, person: Staff, form: TermsForm, *, status: int) -> HttpResponse:
    limits = [
        (words.role(role), figures.number(limit) if limit is not None else gettext("without limit"))
        for role in Role
        if Right.POINTS_ADJUST in org.rights_of(role)
        for limit in (org.adjust_limit_of(role),)
    ]
    return show(
        request,
        "staff_terms.html",
        trail=((gettext("Team"), reverse("staff")),),
        title=person.name,
        place="staff",
        person=person,
        form=form,
        limits=limits,
        status=status,
    )


def _known(staff_id: UUID) -> Staff:
    person = next((each for each in org.list_staff() if each.id == staff_id), None)
    if person is None:
        raise Refusal("unknown_staff", "Nobody of the staff is known by this.")
    return person


def _said(person: Staff) -> dict[str, object]:
    """Return what the form starts with."""
    return {
        "role": person.role.value,
        "stores": [store.code for store in org.list_stores() if store.id in person.stores],
        "adjust_limit": person.adjust_limit,
        "own_account": person.own_account or "",
    }


def _limit(person: Staff) -> str:
    """Return how much somebody adjusts at once, in words; nothing for who adjusts nothing."""
    if Right.POINTS_ADJUST not in org.rights_of(person.role):
        return ""
    limit = org.adjust_limit_of(person.role) if person.adjust_limit is None else person.adjust_limit
    return gettext("without limit") if limit is None else figures.number(limit)


def _require_member(own: str) -> None:
    if own:
        try:
            people.get(ids.decode(ID_PREFIX, own))
        except Refusal as refused:
            raise Refusal("unknown_member", "There is no such member.", pointer="/own_account") from refused


def _tell(desk: Desk, form: forms.Form, refused: Refusal) -> None:
    """Put a refusal beside the field that it names, beside the role if it names none."""
    logs.refusal(refused, request_id=desk.actor.request_id)
    form.add_error(_FIELDS.get(refused.pointer or "", "role"), refusals.sentence(refused))
