"""The inbox of a sandbox: what members were told, with the codes that they log in with."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.messaging import facade as messaging
from shuke.rooms.org.contracts import Right
from shuke.surfaces.console.pages import Desk, page, show

_ROWS = 100


@page(Right.MESSAGES_READ)
def inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the latest messages of a sandbox, newest first."""
    rows = [(one, one.member_id and ids.encode(ID_PREFIX, one.member_id)) for one in messaging.inbox(_ROWS)]
    return show(request, "inbox.html", title=_("Sandbox inbox"), place="inbox", rows=rows)
