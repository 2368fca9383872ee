"""Who answers for what goes wrong outside of any page: the surface whose address was asked for."""

from types import ModuleType

from django.http import HttpRequest, HttpResponse

from shuke.surfaces.console.views import errors as console
from shuke.surfaces.portal.views import errors as portal

_PORTAL = ("/m/", "/j/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of(request).bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of(request).not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    return _of(request).failed(request)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _of(request).stale_form(request, reason)


def _of(request: HttpRequest) -> ModuleType:
    return portal if request.path.startswith(_PORTAL) else console
