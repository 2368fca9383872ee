"""What a page is: somebody logged in with a right, a shop around it, and an answer in words for every refusal."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Kind, Organisation, Right, StaffPrincipal
from shuke.surfaces.console.menu import menu_of
from shuke.surfaces.wording import refusals, words


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the console and in which shop: what every view is given beside its request."""

    principal: StaffPrincipal
    actor: Actor
    shop: Organisation
    zone: ZoneInfo

    @property
    def is_sandbox(self) -> bool:
        return self.shop.kind is Kind.SANDBOX

    def may(self, right: Right) -> bool:
        return right in self.principal.rights


View = Callable[..., HttpResponse]
_MISSING = {"invalid_id", "no_program"}
Crumb = tuple[str | Promise, str]


def page(right: Right | None, *methods: str) -> Callable[[View], View]:
    """Make a page of a view `(request, desk, …)`: log-in, `right` (None: any staff), methods (GET by default)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            shop = org.organisation()
            if shop is None:
                return redirect("setup")
            if not request.user.is_authenticated:
                return _to_login(request)
            desk = _desk(request, shop)
            request.desk = desk
            try:
                if right is not None:
                    org.require(desk.principal, right)
                with (
                    unit_of_work() if request.method == "GET" else nullcontext()
                ):  # one instant, one read of what is shared
                    return view(request, desk, *args, **kwargs)
            except Refusal as refused:
                logs.refusal(refused, request_id=desk.actor.request_id)
                return refusal_page(request, refused)

        guarded.right = right
        return takes(*(methods or ("GET",)))(guarded)

    return decorate


def takes(*methods: str) -> Callable[[View], View]:
    """Let a view be asked by `methods`; a reader who comes by GET to where only forms go is sent to the page above."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                return view(request, *args, **kwargs)
            if request.method == "GET":
                return redirect(_above(request.path))
            answer = plain_page(
                request,
                405,
                gettext("This address does not take that"),
                gettext("The request was of another kind than this address takes."),
            )
            answer["Allow"] = ", ".join(methods)
            return answer

        asked.methods = methods
        return asked

    return decorate


def _above(path: str) -> str:
    """Return the nearest address above that can be read."""
    parts = path.strip("/").split("/")
    while parts:
        parts.pop()
        address = "/" + "/".join(parts)
        try:
            if "GET" in getattr(resolve(address).func, "methods", ()):
                return address
        except Resolver404:
            continue
    return reverse("home")


def printable(text: str, most: int) -> str:
    """Return what of a text can be looked for: no control characters, and not without end."""
    return "".join(letter for letter in text.strip()[:most] if letter.isprintable())


def _desk(request: HttpRequest, shop: Organisation) -> Desk:
    principal = org.principal_of(request.user)
    actor = org.actor_of(principal, request.request_id)
    return Desk(principal, actor, shop, ZoneInfo(shop.time_zone))


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("login")
        return response
    return redirect_to_login(request.get_full_path(), reverse("login"))


def show(
    request: HttpRequest, template: str, *, trail: tuple[Crumb, ...] = (), status: int = 200, **context: Any
) -> HttpResponse:
    """Answer with a page inside the frame; `trail` is the way to it as (label, address), without itself."""
    desk: Desk = request.desk
    frame = {
        "desk": desk,
        "shop": desk.shop,
        "menu": menu_of(desk.principal, desk.shop.kind),
        "trail": trail,
        "now": clock.business_now(),
        "to_decide": org.approvals_waiting() if desk.may(Right.APPROVALS_DECIDE) else 0,
        "role": words.role(desk.principal.role),
        "can_find": desk.may(Right.MEMBERS_READ),
        "can_move_clock": desk.is_sandbox and desk.may(Right.CLOCK_WRITE),
        "place": request.resolver_match.url_name if request.resolver_match else "",
        "request_id": desk.actor.request_id,
    }
    return render(request, f"console/{template}", frame | context, status=status)


def plain_page(
    request: HttpRequest, status: int, title: str, sentence: str, again: str = "", again_label: str = ""
) -> HttpResponse:
    """Answer with a page outside of the frame, which takes neither a log-in nor a shop."""
    context = {
        "title": title,
        "sentence": sentence,
        "again": again or reverse("home"),
        "again_label": again_label or gettext("To the start"),
        "request_id": getattr(request, "request_id", "—"),
    }
    return render(request, "console/error.html", context, status=status)


def refusal_page(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """Answer a refusal that no form shows beside its field: with what to do next, and the request id."""
    if refused.code == "forbidden":
        return show(request, "forbidden.html", status=403, right=words.right(str(refused.params.get("right", ""))))
    missing = refused.code.endswith("_not_found") or refused.code.startswith("unknown_") or refused.code in _MISSING
    status = 404 if missing else 403 if refused.code in refusals.NOT_YOURS else 409
    return show(request, "refused.html", status=status, missing=missing, sentence=refusals.sentence(refused))
