"""What a page of the portal is: a member on a device of theirs, a shop around it, and words for every refusal.

Whose page it is comes from the cookie of the device only; no address and no form says it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, guesses, logs
from shuke.foundation.addresses import client_address
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Device, Member, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind, Kind, Organisation
from shuke.surfaces.wording import refusals

COOKIE_SECONDS = 90 * 86_400
ACTOR = Actor(ActorKind.SYSTEM, "portal", "Portal")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CLOSED = {Status.EXITED, Status.BLACKLISTED}
_LONGEST_ADDRESS = 500

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Guest:
    """Who looks, on which device, in which shop: what every page of a member is given beside its request."""

    member: Member
    device: Device
    shop: Organisation
    zone: ZoneInfo


def page(*methods: str, frozen: bool = True) -> Callable[[View], View]:
    """Make a page of a view `(request, guest, …)`: log-in, methods (GET by default); `frozen` ones may open it.

    Who left or is barred is told so in words, whatever they open.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, shop: Organisation, *args: Any, **kwargs: Any) -> HttpResponse:
            device = device_of(request)
            if device is None:
                return _to_log_in(request)
            member = members.get(device.member_id)
            request.guest = guest = Guest(member, device, shop, ZoneInfo(shop.time_zone))
            if member.status in _CLOSED:
                return show(request, "closed.html", status=403, title=_("Your membership"), member=member)
            if member.status is Status.FROZEN and not frozen:
                raise Refusal("member_frozen", "The member is frozen.")
            return view(request, guest, *args, **kwargs)

        guarded.speaks_of_member = True
        return open_page(*methods)(guarded)

    return decorate


def open_page(*methods: str) -> Callable[[View], View]:
    """Make a page of a view `(request, shop, …)` that anybody may open."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with translation.override(_language(request)):
                response = _answer(view, request, methods or ("GET",), args, kwargs)
                response.headers["Content-Language"] = translation.get_language()
            response.headers["Content-Security-Policy"] = POLICY
            return response

        answered.methods = methods or ("GET",)
        return answered

    return decorate


def _answer(view: View, request: HttpRequest, methods: tuple[str, ...], args: Any, kwargs: Any) -> HttpResponse:
    if request.method not in methods:
        if request.method == "GET":
            return redirect("portal-home")
        answer = problem(request, 405, _("This address does not take that"), "")
        answer["Allow"] = ", ".join(methods)
        return answer
    try:
        # A page is read as of one instant; what a form does is a unit of its own.
        with unit_of_work() if request.method == "GET" else nullcontext():
            shop = org.organisation()
            if shop is None:
                return problem(request, 503, _("Not open yet"), _("The shop is still being set up. Come back soon."))
            with timezone.override(ZoneInfo(shop.time_zone)):  # whatever is written on a page is in the shop's days
                return view(request, shop, *args, **kwargs)
    except Refusal as refused:
        return refusal_page(request, refused)


def show(request: HttpRequest, template: str, *, status: int = 200, tab: str = "", **context: Any) -> HttpResponse:
    """Answer with a page; `tab` is the place at the foot that it belongs to."""
    guest: Guest | None = getattr(request, "guest", None)
    shop = guest.shop if guest else org.organisation()
    frame = {
        "guest": guest,
        "shop": shop,
        "zone": ZoneInfo(shop.time_zone) if shop else None,
        "tab": tab,
        "sandbox": shop is not None and shop.kind is Kind.SANDBOX,
        "now": clock.business_now() if shop else None,
    }
    return render(request, f"portal/{template}", frame | context, status=status)


def problem(request: HttpRequest, status: int, title: str, sentence: str, again: str = "") -> HttpResponse:
    """Answer with what went wrong and a way on, outside of any membership."""
    context = {
        "title": title,
        "sentence": sentence,
        "again": again or reverse("portal-home"),
        "request_id": getattr(request, "request_id", ""),
    }
    return render(request, "portal/problem.html", context, status=status)


def refusal_page(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """Answer a refusal that no form shows beside its field."""
    logs.refusal(refused, request_id=request.request_id)
    missing = refused.code.startswith("unknown_") or refused.code == "invalid_id"
    title = _("Page not found") if missing else _("That did not work")
    sentence = _("It does not exist, or is no longer available.") if missing else refusals.sentence(refused)
    return problem(request, 404 if missing else 409, title, sentence)


def device_of(request: HttpRequest) -> Device | None:
    """Return the device that a request comes from, None where nobody is logged in on it."""
    secret = request.COOKIES.get(settings.MEMBER_COOKIE_NAME, "")
    return members.known_device(secret, clock.machine_now()) if secret else None


def guessers(request: HttpRequest, guest: Guest) -> list[guesses.Guesser]:
    """Return who would guess, where a member sends a code that gives something."""
    return [guesses.member(str(guest.member.id)), guesses.address(client_address(request))]


def remember(response: HttpResponse, secret: str) -> HttpResponse:
    """Let the browser keep the secret of its device."""
    return keep(response, settings.MEMBER_COOKIE_NAME, secret)


def keep(response: HttpResponse, name: str, value: str) -> HttpResponse:
    """Let the browser keep a cookie of ours, out of reach of scripts."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")
    return response


def next_of(request: HttpRequest) -> str:
    """Return where to go after the log-in: an address of a member's pages only."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/m/") and len(wanted) <= _LONGEST_ADDRESS else reverse("portal-home")


def _to_log_in(request: HttpRequest) -> HttpResponse:
    where = reverse("portal-login")
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = where
        return response
    back = request.get_full_path()
    return redirect(f"{where}?{urlencode({'next': back})}" if request.method == "GET" and back != "/m/" else where)


def _language(request: HttpRequest) -> str:
    """Return the language that was chosen on this device, else what the browser prefers."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language()
