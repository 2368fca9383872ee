"""Log-in, log-out and the choice of a language."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shuke.foundation import logs
from shuke.rooms.org import facade as org
from shuke.surfaces.console.pages import takes

_YEAR_SECONDS = 31_536_000
_LONGEST_EMAIL = 254
_LONGEST_ADDRESS = 1_000


@sensitive_post_parameters("password")
@takes("GET", "POST")
def log_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in; a wrong password and an unknown address are answered with the same words."""
    shop = org.organisation()
    if shop is None:
        return redirect("setup")
    if request.user.is_authenticated:
        return redirect(_next(request))
    failure, status = "", 200
    if request.method == "POST":
        email = request.POST.get("email", "").strip().lower()
        user = (
            authenticate(request, email=email, password=request.POST.get("password", ""))
            if _is_plain(request) and len(email) <= _LONGEST_EMAIL
            else None
        )
        if user is not None:
            login(request, user)
            return redirect(_next(request))
        if getattr(request, "axes_locked_out", False):
            return locked_out(request)
        failure, status = _("The e-mail address or the password is wrong."), 401
        logs.event("log_in_failed", request_id=request.request_id)
    return _form(request, failure, status)


def _is_plain(request: HttpRequest) -> bool:
    """Say whether nothing that was sent holds a NUL, which the record of a failure could not keep."""
    given = [*request.GET.lists(), *request.POST.lists()]
    return not any("\0" in text for name, values in given for text in (name, *values))


def locked_out(request: HttpRequest, *_arguments: object, **_named: object) -> HttpResponse:
    """Answer after too many failures, whether the address is known or not."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
    return _form(request, _("Too many failed attempts. Try again in %(minutes)d minutes.") % {"minutes": minutes}, 429)


def _form(request: HttpRequest, failure: str, status: int) -> HttpResponse:
    context = {
        "shop": org.organisation(),
        "failure": failure,
        "email": request.POST.get("email", ""),
        "next": request.POST.get("next", request.GET.get("next", "")),
    }
    return render(request, "console/login.html", context, status=status)


@takes("POST")
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("login")


@takes("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Speak the chosen language from now on: kept with the account, and in the browser for the log-in page."""
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated and request.user.language != chosen:
        principal = org.principal_of(request.user)
        actor = org.actor_of(principal, request.request_id)
        org.set_staff_language(principal.id, chosen, actor)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=_YEAR_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _next(request: HttpRequest) -> str:
    """Return where to go from here: an address of ours only."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if len(wanted) > _LONGEST_ADDRESS or not wanted.startswith("/"):
        return reverse("home")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("home")
