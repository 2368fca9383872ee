"""What makes the pages an app: the manifest, the service worker, and the page for times without a network."""

import re
from importlib import resources

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language

from shuke import __version__
from shuke.rooms.org.contracts import Organisation
from shuke.surfaces.portal.colours import OURS, darker, readable
from shuke.surfaces.portal.pages import open_page, show
from shuke.surfaces.portal.templatetags.portal import asset

_COLOUR = re.compile(r"[0-9a-f]{6}")
_PAPER = "#f7f4ef"


@open_page()
def manifest(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Say how the pages are put on a phone's first screen."""
    icons = [
        {"src": asset(f"portal/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    told = {
        "name": shop.name,
        "short_name": shop.name[:12],
        "id": "/m/",
        "start_url": reverse("portal-home"),
        "scope": "/m/",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _PAPER,
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@open_page()
def service_worker(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Answer with the script that keeps the card at hand; a new release is a new one."""
    script = (resources.files("shuke.surfaces.portal") / "static/portal/worker.js").read_text(encoding="utf-8")
    kept = [asset(f"portal/{name}") for name in ("portal.css", "portal.js", "icons.svg")]
    kept += [
        asset("django_htmx/htmx-2.min.js"),
        reverse("portal-offline"),
        f"{reverse('portal-brand')}?{shop.colour[1:]}",
    ]
    release = f"{__version__}-{get_language()}"  # what is kept speaks a language
    head = f'"use strict";\nconst RELEASE = "{release}";\nconst KEPT = {kept!r};\n'
    return HttpResponse(head + script, content_type="text/javascript; charset=utf-8")


@open_page()
def brand(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Answer with a colour as a style sheet: the one in the address, which changes with it, else the shop's."""
    asked = request.META["QUERY_STRING"]
    colour = readable(f"#{asked}" if _COLOUR.fullmatch(asked) else shop.colour or OURS)
    response = HttpResponse(f":root {{ --brand: {colour}; --brand-ink: {darker(colour)}; }}\n", content_type="text/css")
    response["Cache-Control"] = "max-age=86400"
    return response


@open_page()
def offline(request: HttpRequest, shop: Organisation) -> HttpResponse:
    """Answer with the page that is shown without a network: the codes that were fetched before, nothing else."""
    return show(request, "offline.html", title=shop.name)
