"""The ledger check: every invariant over the whole ledger, passed or failed, on demand."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.rooms.org.contracts import Right
from shuke.rooms.points import facade as points
from shuke.surfaces.console.pages import Desk, page, show


@page(Right.LEDGER_VERIFY, "GET", "POST")
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Explain the check, and run it when asked to."""
    report = points.verify() if request.method == "POST" else None
    return show(request, "ledger_check.html", title=_("Ledger check"), place="ledger-check", report=report)
