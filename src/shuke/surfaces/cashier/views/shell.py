"""The two pages of the till, the same for everybody: what they show they ask for. A service worker keeps them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shuke.core.values.errors import Refusal
from shuke.surfaces.cashier import page_words
from shuke.surfaces.cashier.counter import counter_of, till_of


@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """Show the screen that clerks work at."""
    try:
        counter_of(request)
    except Refusal as refused:
        return no_till(request) if refused.code == "unknown_till" else redirect("till-log-in")
    return render(request, "cashier/till.html", {"words": page_words.till(), "keys": page_words.keys()})


@require_safe
def customer(request: HttpRequest) -> HttpResponse:
    """Show the screen that faces the customer; what stands there the till tells it in the browser."""
    try:
        till_of(request)
    except Refusal:
        return no_till(request)
    return render(request, "cashier/customer.html", {"words": page_words.customer()})


def no_till(request: HttpRequest) -> HttpResponse:
    """Say how a browser becomes a till."""
    return render(request, "cashier/no_till.html", status=401)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer with the program that keeps the pages for when there is no network; it must come from this folder."""
    return render(request, "cashier/sw.js", content_type="text/javascript")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Say what the till is called and looks like once it is installed as an app."""
    icon = {"src": "/static/console/seal.svg", "sizes": "any", "type": "image/svg+xml"}
    return JsonResponse(
        {
            "name": _("Shuke till"),
            "short_name": _("Till"),
            "start_url": "/till/",
            "scope": "/till/",
            "display": "fullscreen",
            "background_color": "#f6f7f5",
            "theme_color": "#0a3d35",
            "icons": [icon],
        },
        content_type="application/manifest+json",
    )
