"""The list of members: everybody, last joined first, or whoever a search finds."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as people
from shuke.rooms.members.contracts import ID_PREFIX, Member, Status
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.console.pages import Desk, page, printable, show
from shuke.surfaces.wording import words

_PAGE = 50
_FOUND = 50
_LONGEST_QUERY = 254  # an e-mail address


@page(Right.MEMBERS_READ, "GET", "POST")
def members(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List members, or search them by phone tail, name, pinyin, id, external id or e-mail.

    A search comes by POST: what names a person stands in no address.
    """
    query = printable(request.POST.get("q", ""), _LONGEST_QUERY)
    status = _status((request.POST or request.GET).get("status", ""))
    if request.method == "POST" and not query:
        return redirect(f"{reverse('members')}?{urlencode({'status': status.value})}" if status else "members")
    with unit_of_work():
        return _members(request, query, status)


def _members(request: HttpRequest, query: str, status: Status | None) -> HttpResponse:
    next_cursor = None
    if query:
        found = people.search(query, _FOUND)
        if len(found) == 1 and _names_one(query, found[0]):
            return redirect("member", ids.encode(ID_PREFIX, found[0].id))
    else:
        listed = people.page(_PAGE, request.GET.get("cursor") or None, status)
        found, next_cursor = list(listed.members), listed.next_cursor
    return show(
        request,
        "members.html",
        title=_("All members"),
        place="members",
        rows=_rows(found),
        counts=people.counts(clock.business_now()),
        statuses=[(each.value, words.wording(each)) for each in Status],
        chosen=status.value if status else "",
        query=query,
        find="find" in request.GET,
        next_cursor=next_cursor,
        most=_FOUND,
    )


def _rows(found: list[Member]) -> list[dict[str, object]]:
    standings = programs.standings([member.id for member in found])
    return [
        {"id": ids.encode(ID_PREFIX, member.id), "member": member, "standing": standings.get(member.id)}
        for member in found
    ]


def _status(text: str) -> Status | None:
    return Status(text) if text in set(Status) else None


def _names_one(query: str, member: Member) -> bool:
    """Say whether the query was somebody's own id, so that the list would only be in the way."""
    return query == ids.encode(ID_PREFIX, member.id) or query in {known.external_id for known in member.external}
