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
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, logs
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, Kind, Organisation, Right, StaffPrincipal
from shuke.surfaces.console import words
from shuke.surfaces.console.menu import menu_of


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
        return require_http_methods(list(methods or ("GET",)))(guarded)

    return decorate


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
        "role": words.role(desk.principal.role),
        "can_find": desk.may(Right.MEMBERS_READ),
        "can_move_clock": desk.is_sandbox and desk.may(Right.CLOCK_WRITE),
        "place": request.resolver_match.url_name if request.resolver_match else "",
        "request_id": desk.actor.request_id,
    }
    return render(request, f"console/{template}", frame | context, status=status)


def refusal_page(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """Answer a refusal that no form shows beside its field: with what to do next, and the request id."""
    if refused.code == "forbidden":
        return show(request, "forbidden.html", status=403, right=words.right(str(refused.params.get("right", ""))))
    missing = refused.code.endswith("_not_found") or refused.code.startswith("unknown_") or refused.code == "invalid_id"
    return show(
        request, "refused.html", status=404 if missing else 409, missing=missing, sentence=words.sentence(refused)
    )
