"""Pages for what goes wrong outside of any page: no such address, a stale form, a fault of ours."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.surfaces.console.pages import plain_page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # Django's signature
    """Answer for an address that is none."""
    return plain_page(
        request,
        404,
        _("There is nothing at this address"),
        _("The address may be mistyped, or what was there is gone."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # Django's signature
    """Answer a request that no browser of ours sends."""
    return plain_page(request, 400, _("The browser sent something unreadable"), _("Go back and try once more."))


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when we failed: nothing was changed, and the request id finds the line in the log."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _without_database(request)
    sentence = _(
        "The fault is ours and nothing was changed. Try again; "
        "if it stays, give this request id to whoever runs the server."
    )
    return plain_page(request, 500, _("Something went wrong"), sentence, request.get_full_path(), _("Try again"))


def _without_database(request: HttpRequest) -> HttpResponse:
    sentence = _("The database does not answer; nothing was changed. Try again in a few seconds.")
    answer = plain_page(
        request, 503, _("The service is interrupted for a moment"), sentence, request.get_full_path(), _("Try again")
    )
    answer["Retry-After"] = "5"
    return answer


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # Django's signature
    """Answer a form whose token does not fit: an old tab, or a page that is not ours."""
    sentence = _("The page was open for long, or in another session. Load it again and repeat what you did.")
    return plain_page(request, 403, _("This form is no longer valid"), sentence, request.path, _("Load it again"))
