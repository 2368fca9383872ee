"""Joining, logging in by a code sent to a phone, changing that phone, and logging out.

Whether a phone is a member's is told to nobody who does not hold it: both are sent a code, with the same words.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, ids, logs
from shuke.foundation.addresses import client_address
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Field, MemberRef, NewMember, Purpose
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.messaging.contracts import Notice
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Organisation, Store
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import BehaviourFact
from shuke.surfaces.portal.pages import ACTOR, Guest, device_of, next_of, open_page, page, problem, remember, show
from shuke.surfaces.wording import refusals, words
from shuke.surfaces.wording.running import running

JOINED = "joined"  # a behaviour that a program may reward
_BY_QR, _BY_PAGE = "store_qr", "portal"
_PROOF_SALT, _PROOF_SECONDS = "portal.phone", 600
_LONGEST = 64
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "Mac"), ("Windows", "Windows"))
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


@dataclass(slots=True)
class Door:
    """What stands at the door: what was typed, what was wrong with it by field, and whether a code is on its way."""

    phone: str = ""
    code: str = ""
    proof: str = ""
    sent: bool = False
    wrong: str = ""
    field: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Door":
        given = request.POST
        return cls(*(given.get(name, "").strip()[: _LONGEST * 4] for name in ("phone", "code", "proof")))

    def refuse(self, refused: Refusal, request: HttpRequest) -> None:
        logs.refusal(refused, request_id=request.request_id)
        self.wrong, self.field = refusals.sentence(refused), "phone" if refused.pointer == "/phone" else "code"


@sensitive_post_parameters("phone", "code", "proof")
@open_page("GET", "POST")
def join(request: HttpRequest, shop: Organisation, store: str = "") -> HttpResponse:
    """Let somebody become a member: phone, code and what they agree to, on one page."""
    place = next((each for each in org.list_stores() if each.code == store), None)
    if store and place is None:
        return problem(
            request, 404, _("Store not found"), _("The code on the poster is out of date. Please ask our staff.")
        )
    if request.method == "GET":
        return redirect(next_of(request)) if device_of(request) else _join_page(request, Door(), place)
    door = Door.of(request)
    if "ask" in request.POST:
        return _join_page(request, _asked(request, door), place)
    if Purpose.SERVICE not in request.POST:
        door.wrong, door.field = _("To become a member, please accept the first item."), "service"
        return _join_page(request, door, place)
    try:
        phone = _proven(request, door)
        return _let_in(request, _member_of(phone, request, place))
    except Refusal as refused:
        door.refuse(refused, request)
        return _join_page(request, door, place)


@sensitive_post_parameters("phone", "code")
@open_page("GET", "POST")
def log_in(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Let a member in; who holds a phone that is no member's yet is shown how to join."""
    if request.method == "GET":
        return redirect(next_of(request)) if device_of(request) else _log_in_page(request, Door())
    door = Door.of(request)
    if "ask" in request.POST:
        return _log_in_page(request, _asked(request, door))
    try:
        phone = _checked(request, door)
    except Refusal as refused:
        door.refuse(refused, request)
        return _log_in_page(request, door)
    (member_id,) = members.resolve([MemberRef(phone=phone)])
    if member_id is not None:
        return _let_in(request, member_id)
    door.proof = signing.dumps(phone, salt=_PROOF_SALT)
    return _join_page(request, door, None, fresh=True)


@sensitive_post_parameters("phone", "code")
@page("GET", "POST")
def change_phone(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Let a member be found by another phone, which they hold: a code sent to it says so."""
    door = Door.of(request)
    if "ask" in request.POST:
        door = _asked(request, door)
    elif request.method == "POST":
        try:
            phone = _checked(request, door)
            members.update(guest.member.id, {Field.PHONE: phone}, ACTOR)
            return redirect("portal-profile")
        except Refusal as refused:
            door.refuse(refused, request)
            if refused.code == "duplicate_phone":
                door.wrong = _("This number belongs to another membership. Ask our staff to merge the two.")
    return _door_page(request, "new_phone.html", door, tab="me", title=_("New phone number"))


@open_page("POST")
def log_out(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Log this device out, and let the browser forget what it kept for times without a network."""
    device = device_of(request)
    if device is not None:
        members.log_out_device(device.member_id, device.id, clock.machine_now())
    response = redirect("portal-login")
    response.delete_cookie(settings.MEMBER_COOKIE_NAME)
    response["Clear-Site-Data"] = '"storage"'
    return response


def _asked(request: HttpRequest, door: Door) -> Door:
    """Send a code to the phone that was typed."""
    try:
        with unit_of_work():
            phone, code = members.ask_log_in_code(door.phone, client_address(request), clock.machine_now())
            language = translation.get_language()
            messaging.send(Notice("login_code", str(ids.new_id()), language, address=phone, params={"code": code}))
        door.sent = True
    except Refusal as refused:
        door.refuse(refused, request)
    return door


def _proven(request: HttpRequest, door: Door) -> str:
    """Return the phone that a code, or a code that was right a moment ago, proves."""
    if door.proof:
        try:
            return str(signing.loads(door.proof, salt=_PROOF_SALT, max_age=_PROOF_SECONDS))
        except signing.BadSignature as error:
            door.proof = ""
            raise Refusal("log_in_code_wrong", "The code is wrong or over.", pointer="/code") from error
    return _checked(request, door)


def _checked(request: HttpRequest, door: Door) -> str:
    """Return the phone that a code proves; whoever tries codes of many phones waits."""
    with guesses.limited([guesses.address(client_address(request))], {"log_in_code_wrong"}):
        return members.check_log_in_code(door.phone, door.code, clock.machine_now())


def _member_of(phone: str, request: HttpRequest, place: Store | None) -> UUID:
    """Return whose a phone is; a new member's with what they agreed to, and told to the program."""
    with unit_of_work():
        (member_id,) = members.resolve([MemberRef(phone=phone)])
        channel, store = (_BY_QR, place.code) if place else (_BY_PAGE, "")
        agreed = {purpose: purpose in request.POST for purpose in Purpose}
        if member_id is None:
            new = NewMember(phone=phone, language=translation.get_language(), channel=channel, store=store)
            (answer,) = programs.enrol([new], ACTOR)
            if isinstance(answer, Refusal):
                raise answer
            member_id = answer.id
            _tell_program(member_id, channel, store)
        else:  # who is a member already takes nothing back by leaving a box empty
            agreed = {purpose: given for purpose, given in agreed.items() if given}
        members.consent(member_id, agreed, ACTOR, f"{channel} {store}".strip())
        return member_id


def _tell_program(member_id: UUID, channel: str, store: str) -> None:
    """Record that somebody joined, where the program in force asks for it."""
    program = running()
    if program is None or all(each.code != JOINED for each in program.program.behaviours):
        return
    key = f"{JOINED}:{ids.encode(ID_PREFIX, member_id)}"
    fact = BehaviourFact("portal", key, MemberRef(id=member_id), JOINED, store=store, channel=channel)
    (result,) = programs.record([fact], ACTOR)
    if result.refusal is not None:
        raise result.refusal


def _let_in(request: HttpRequest, member_id: UUID) -> HttpResponse:
    secret = members.log_in_device(member_id, _label(request.headers.get("User-Agent", "")), clock.machine_now())
    return remember(redirect(next_of(request)), secret)


def _label(agent: str) -> str:
    """Return what a member knows a device by: its system and browser, from what the browser says of itself."""
    known = [next((name for sign, name in signs if sign in agent), "") for signs in (_SYSTEMS, _BROWSERS)]
    return " · ".join(filter(None, known)) or re.sub(r"[^\w ./-]", "", agent)[:20] or "?"


def _join_page(request: HttpRequest, door: Door, place: Store | None, *, fresh: bool = False) -> HttpResponse:
    boxes = [
        (Purpose.SERVICE, _("Keep my phone number, orders and points so that I can be a member.")),
        (Purpose.SMS_MARKETING, _("Send me offers now and then. I can turn this off at any time.")),
        (Purpose.PERSONALISATION, _("Recommend things based on what I buy. I can turn this off at any time.")),
    ]
    shown = [(purpose.value, words.purpose(purpose), about, purpose in request.POST) for purpose, about in boxes]
    return _door_page(request, "join.html", door, title=_("Join now"), place=place, boxes=shown, fresh=fresh)


def _log_in_page(request: HttpRequest, door: Door) -> HttpResponse:
    return _door_page(request, "login.html", door, title=_("Log in"))


def _door_page(request: HttpRequest, template: str, door: Door, **context: object) -> HttpResponse:
    reaches, status = messaging.reaches_people(), 422 if door.wrong else 200
    return show(request, template, status=status, door=door, reaches=reaches, next=next_of(request), **context)
