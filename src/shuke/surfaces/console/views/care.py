"""What is known of a member beside points: profile, tags, histories; and members who may be one person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shuke.core.values.errors import Refusal
from shuke.foundation import ids, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import (
    ID_PREFIX,
    MERGE_PREFIX,
    Attribute,
    AttributeKind,
    DuplicatePair,
    Field,
    Likeness,
    Member,
    MergeRecord,
    Profile,
    Status,
)
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import Standing
from shuke.surfaces.console.acting import foresee_merge
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.console.views import member as member_page
from shuke.surfaces.wording import figures, refusals, words
from shuke.surfaces.wording.running import units

_PAIRS = 20
_OPEN = {Status.ACTIVE, Status.FROZEN, Status.BLACKLISTED}


class ProfileForm(forms.Form):
    """What of a member can be changed here; an empty contact field leaves what is stored."""

    name = forms.CharField(required=False, max_length=100)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=32)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    birthday = forms.DateField(label=_("Birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=3000, help_text=_("Codes with spaces between them.")
    )

    def __init__(self, known: list[Attribute], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = words.personal("name")
        for field in ("name", "phone", "email", "birthday"):
            self.fields[field].help_text = gettext("Empty: stays as it is.")
            self.fields[field].widget.attrs["autocomplete"] = "off"
        for one in known:
            self.fields[f"attribute_{one.code}"] = _field(one)


def _field(one: Attribute) -> forms.Field:
    if one.kind is AttributeKind.CHOICE:
        choices = [("", "—"), *((choice.code, _named(choice)) for choice in one.choices)]
        field: forms.Field = forms.ChoiceField(choices=choices, required=False)
    elif one.kind is AttributeKind.BOOLEAN:
        flags = [("", "—"), ("true", words.wording("True")), ("false", words.wording("False"))]
        field = forms.ChoiceField(choices=flags, required=False)
    elif one.kind is AttributeKind.DATE:
        field = forms.CharField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    else:
        field = forms.CharField(required=False, max_length=200)
    field.label = _named(one)
    if one.personal:
        field.help_text = gettext("Personal, stored encrypted. Empty: stays as it is.")
    return field


@page(Right.MEMBERS_READ, "GET", "POST")
def profile(request: HttpRequest, desk: Desk, member_id: str) -> HttpResponse:
    """Show what is known of a member and what became of it; change it."""
    id = ids.decode(ID_PREFIX, member_id)
    if request.method == "POST":
        org.require(desk.principal, Right.MEMBERS_WRITE)
    with unit_of_work():
        member, known, own = people.get(id), people.defined_attributes(), people.profile(id)
    may = desk.may(Right.MEMBERS_WRITE) and member.status in _OPEN
    form = ProfileForm(known, request.POST if may and request.method == "POST" else None, initial=_said(member, own))
    if may and form.is_bound and form.is_valid():
        try:
            _change(id, form.cleaned_data, known, desk)
        except Refusal as refused:
            logs.refusal(refused, request_id=desk.actor.request_id)
            form.add_error(_place(refused, form), refusals.sentence(refused))
        else:
            messages.success(request, gettext("The profile is changed."), extra_tags="good")
            return redirect("member-profile", member_id)
    with unit_of_work():
        return member_page.tab(
            request,
            desk,
            id,
            "profile",
            member=member,
            form=form if may else None,
            attributes=[
                (_named(one), _told(one, own.attributes[one.code])) for one in known if one.code in own.attributes
            ],
            missing=_missing(own, known),
            consents=[(words.purpose(one.purpose), one) for one in people.consents_of(id).values()],
            statuses=people.status_history(id),
            identities=people.identity_history(id),
            merges=[_ends(merge) for merge in people.merges(id)],
            can_merge=desk.may(Right.MEMBERS_MERGE),
            status=422 if form.errors else 200,
        )


def _change(id: UUID, given: dict[str, Any], known: list[Attribute], desk: Desk) -> None:
    fields = {field: given[field.value] for field in Field if given[field.value]}
    values: dict[str, Any] = {}
    for one in known:
        text = given[f"attribute_{one.code}"]
        if text:
            values[one.code] = people.attribute_value(one, text)
        elif not one.personal:
            values[one.code] = None
    with unit_of_work():
        people.update(id, fields, desk.actor, values)
        people.set_tags(id, given["tags"].split(), desk.actor)


def _said(member: Member, own: Profile) -> dict[str, Any]:
    personal = {one.code for one in people.defined_attributes() if one.personal}
    said: dict[str, Any] = {"tags": " ".join(member.tags)}
    for code, value in own.attributes.items():
        if code not in personal:
            said[f"attribute_{code}"] = str(value).lower() if isinstance(value, bool) else value
    return said


def _place(refused: Refusal, form: ProfileForm) -> str | None:
    pointer = (refused.pointer or "").removeprefix("/").replace("attributes/", "attribute_")
    return pointer if pointer in form.fields else None


def _missing(own: Profile, known: list[Attribute]) -> list[str]:
    names = {one.code: _named(one) for one in known}
    return [words.personal(code) if code in set(Field) else names[code] for code in own.missing]


def _values(own: Profile, known: list[Attribute]) -> list[tuple[str, str]]:
    return [(_named(one), _told(one, own.attributes[one.code])) for one in known if one.code in own.attributes]


def _told(one: Attribute, value: Any) -> str:
    if one.kind is AttributeKind.BOOLEAN:
        return words.wording(value)
    if one.kind is AttributeKind.CHOICE:
        return next((_named(choice) for choice in one.choices if choice.code == value), str(value))
    return str(value)


def _named(one: Any) -> str:
    """Return the name of an attribute or choice in the reader's language."""
    return str(one.name_zh if (translation.get_language() or "").startswith("zh") else one.name_en)


def _ends(merge: MergeRecord) -> tuple[MergeRecord, str, list[str], str]:
    sources = [ids.encode(ID_PREFIX, one) for one in merge.source_ids]
    return merge, ids.encode(MERGE_PREFIX, merge.id), sources, ids.encode(ID_PREFIX, merge.survivor_id)


@page(Right.MEMBERS_MERGE)
def duplicates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List members who may be one person, side by side."""
    found = people.duplicates(_PAIRS, request.GET.get("cursor") or None)
    standings = programs.standings([one.id for pair in found.pairs for one in (pair.elder, pair.younger)])
    return show(
        request,
        "duplicates.html",
        title=gettext("Duplicates and merging"),
        pairs=[_side_by_side(pair, standings) for pair in found.pairs],
        next_cursor=found.next_cursor,
    )


@page(Right.MEMBERS_MERGE, "POST")
def merge(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what it would come to that one of two members lives on in the other, and do it once that is confirmed."""
    pair = [request.POST.get("elder", ""), request.POST.get("younger", "")]
    survivor, source = reversed(pair) if request.POST.get("pair") == "younger" else pair
    kept, gone, reason = ids.decode(ID_PREFIX, survivor), ids.decode(ID_PREFIX, source), request.POST.get("reason", "")
    try:
        if "confirm" not in request.POST:
            return _merge_page(request, desk, kept, gone, reason.strip())
        programs.merge_members(kept, [gone], reason.strip(), desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        messages.error(request, refusals.sentence(refused), extra_tags="bad")
        return redirect("duplicates")
    messages.success(request, gettext("The records are one now; it can be undone under Profile."), extra_tags="good")
    return redirect("member-profile", survivor)


def _merge_page(request: HttpRequest, desk: Desk, kept: UUID, gone: UUID, reason: str) -> HttpResponse:
    record, foreseen = foresee_merge(kept, gone, reason, desk)
    both, own = people.get_many([kept, gone]), programs.standings([kept, gone])
    pair = [(ids.encode(ID_PREFIX, one), both[one], own.get(one)) for one in (kept, gone)]
    return show(
        request,
        "merge.html",
        trail=((gettext("Duplicates and merging"), reverse("duplicates")),),
        title=gettext("Merge into one"),
        place="duplicates",
        pair=[(id, one.display_name or id, _tier(standing), _points(standing)) for id, one, standing in pair],
        filled=[words.personal(field) for field in record.filled],
        foreseen=foreseen,
        units=units(),
        several_units=len(units()) > 1,
        said={key: request.POST.get(key, "") for key in ("pair", "elder", "younger", "reason")},
    )


@page(Right.MEMBERS_MERGE, "POST")
def unmerge(request: HttpRequest, desk: Desk, merge_id: str) -> HttpResponse:
    """Take a merge apart; the reason is kept."""
    id = ids.decode(MERGE_PREFIX, merge_id)
    survivor = ids.encode(ID_PREFIX, people.merge_record(id).survivor_id)
    try:
        programs.unmerge_members(id, request.POST.get("reason", "").strip(), desk.actor)
        messages.success(request, gettext("The merge is taken apart."), extra_tags="good")
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        messages.error(request, refusals.sentence(refused), extra_tags="bad")
    return redirect("member-profile", survivor)


def _side_by_side(pair: DuplicatePair, standings: Mapping[UUID, Standing]) -> dict[str, Any]:
    def row(label: str, told: Any, like: Likeness | None = None) -> tuple[str, str, str, bool]:
        return label, told(pair.elder), told(pair.younger), like in pair.because

    return {
        "elder": ids.encode(ID_PREFIX, pair.elder.id),
        "younger": ids.encode(ID_PREFIX, pair.younger.id),
        "rows": [
            (words.personal("name"), pair.elder.display_name, pair.younger.display_name, True),
            row(words.personal("phone"), lambda one: one.phone_masked, Likeness.PHONE_TAIL),
            row(words.personal("email"), lambda one: one.email_masked),
            row(words.personal("birthday"), _birthday, Likeness.BIRTHDAY),
            row(words.wording("status"), lambda one: words.wording(one.status)),
            row(gettext("Tier"), lambda one: _tier(standings.get(one.id))),
            row(gettext("Available points"), lambda one: _points(standings.get(one.id))),
            row(gettext("Joined"), lambda one: one.joined_at.date().isoformat()),
            row(
                words.wording("external_id"),
                lambda one: " · ".join(f"{e.source} {e.external_id}" for e in one.external),
            ),
        ],
    }


def _birthday(member: Member) -> str:
    month, day = divmod(member.birth_md, 100)
    return f"{month:02}-{day:02}" if member.birth_md else ""


def _external(member: Member) -> str:
    return " · ".join(f"{one.source} {one.external_id}" for one in member.external)


def _points(standing: Standing | None) -> str:
    if standing is None:
        return ""
    return " · ".join(f"{figures.points(one.available, one.scale)} {one.unit}" for one in standing.balances)


def _tier(standing: Standing | None) -> str:
    return words.tier(standing.tier.code, standing.tier.name) if standing and standing.tier else ""
