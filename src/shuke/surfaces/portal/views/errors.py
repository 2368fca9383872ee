"""Pages for what goes wrong outside of any page of a member: no such address, a stale form, a fault of ours."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.surfaces.portal.pages import problem


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # Django's signature
    return problem(request, 404, _("Page not found"), _("It does not exist, or is no longer available."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # Django's signature
    return problem(request, 400, _("That did not work"), _("Go back and try once more."))


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when we failed: the request id finds the line in the log."""
    return problem(
        request,
        500,
        _("Something broke on our side"),
        _("Nothing was changed. Try again in a moment."),
        request.get_full_path(),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # Django's signature
    return problem(request, 403, _("This page has expired"), _("Reload it and try again."), request.path)
