"""Where somebody arrives after log-in: the first page that their role may open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from shuke.surfaces.console.menu import menu_of
from shuke.surfaces.console.pages import Desk, page, show


@page(None)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Go to the first place of the menu, or say that this role has none here."""
    groups = menu_of(desk.principal, desk.shop.kind)
    return redirect(groups[0].items[0].view) if groups else show(request, "nothing.html", status=403)
