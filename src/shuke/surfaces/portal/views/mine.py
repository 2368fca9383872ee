"""What is a member's own to say: profile, consents, language, and where they are logged in."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids, logs
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Field, Purpose
from shuke.surfaces.portal.account import account_of
from shuke.surfaces.portal.pages import ACTOR, Guest, keep, page, show
from shuke.surfaces.portal.views.value import held_by
from shuke.surfaces.wording import refusals, words

DEVICE_PREFIX = "dev"


@page()
def mine(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the way to everything of the member's own."""
    return show(
        request,
        "me.html",
        tab="me",
        title=_("Me"),
        account=account_of(guest),
        held=held_by(guest),
        languages=[("zh-hans", "简体中文"), ("en", "English")],
    )


@page("GET", "POST")
def profile(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what is known of the member; let them say their name, and their birthday once."""
    failure = ""
    if request.method == "POST":
        try:
            changes = _said(request, guest)
            if changes:
                members.update(guest.member.id, changes, ACTOR)
            return redirect("portal-profile")
        except Refusal as refused:
            logs.refusal(refused, request_id=request.request_id)
            failure = refusals.sentence(refused)
    born = f"{guest.member.birth_md // 100:02d}-{guest.member.birth_md % 100:02d}"
    given = {name: request.POST.get(name, "")[:100] for name in ("name", "birthday")}
    status = 422 if failure else 200
    return show(
        request,
        "profile.html",
        tab="me",
        title=pgettext("own", "Profile"),
        failure=failure,
        given=given,
        status=status,
        birthday=born,
    )


def _said(request: HttpRequest, guest: Guest) -> dict[Field, str | date | None]:
    name, born = (request.POST.get(field, "").strip() for field in ("name", "birthday"))
    changes: dict[Field, str | date | None] = {Field.NAME: name} if name else {}
    if born and not guest.member.birth_md:  # benefits hang on it: another one is for the staff to enter
        try:
            changes[Field.BIRTHDAY] = date.fromisoformat(born)
        except ValueError as error:
            raise Refusal("invalid_birthday", "This is not a date.", pointer="/birthday") from error
    return changes


@page("GET", "POST")
def consents(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show what the member agreed to; one tap takes it back, as one gives it."""
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if purpose in {Purpose.SMS_MARKETING, Purpose.PERSONALISATION}:
            members.consent(guest.member.id, {Purpose(purpose): request.POST.get("given") == "yes"}, ACTOR, "portal")
        return redirect("portal-consents")
    held = members.consents_of(guest.member.id)
    free = [
        (Purpose.SMS_MARKETING, _("Send me offers now and then. I can turn this off at any time.")),
        (Purpose.PERSONALISATION, _("Recommend things based on what I buy. I can turn this off at any time.")),
    ]
    shown = [(purpose.value, words.purpose(purpose), about, held.get(purpose)) for purpose, about in free]
    service = held.get(Purpose.SERVICE)
    return show(request, "consents.html", tab="me", title=_("Consents"), consents=shown, service=service)


@page()
def devices(request: HttpRequest, guest: Guest) -> HttpResponse:
    """List where the member is logged in."""
    found = members.devices_of(guest.member.id, clock.machine_now())
    shown = [(ids.encode(DEVICE_PREFIX, each.id), each, each.id == guest.device.id) for each in found]
    return show(request, "devices.html", tab="me", title=_("Devices"), devices=shown)


@page("POST")
def end_device(request: HttpRequest, guest: Guest, device_id: str) -> HttpResponse:
    """Log one of the member's own devices out; another member's stays as it is."""
    members.log_out_device(guest.member.id, ids.decode(DEVICE_PREFIX, device_id), clock.machine_now())
    return redirect("portal-devices")


@page("POST")
def language(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Speak the chosen language from now on, on these pages and in messages."""
    chosen, response = request.POST.get("language", ""), redirect("portal-me")
    if chosen in dict(settings.LANGUAGES):
        members.set_language(guest.member.id, chosen, ACTOR)
        keep(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response
