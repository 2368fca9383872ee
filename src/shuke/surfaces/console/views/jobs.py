"""Jobs: what waits, what runs, what failed and when."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.foundation import jobs as queue
from shuke.rooms.org.contracts import Right
from shuke.surfaces.console.pages import Desk, page, show

_ROWS = 100


@page(Right.JOBS_READ)
def jobs(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the queue, newest first."""
    return show(request, "jobs.html", title=_("Jobs"), place="jobs", jobs=queue.queued(_ROWS))
