"""API keys: the secret is shown once, afterwards only its beginning; a revoked key stays in the list."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shuke.core.values.errors import Refusal
from shuke.foundation import logs
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import SCOPES, Right
from shuke.surfaces.console.pages import Desk, page, show
from shuke.surfaces.wording import refusals, words


@page(Right.KEYS_WRITE, "GET", "POST")
def keys(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the keys and make a new one."""
    if request.method == "GET":
        return _list(request)
    name, chosen = request.POST.get("name", ""), request.POST.getlist("scopes")
    try:
        key, secret = org.create_key(name, chosen, desk.actor)
    except Refusal as refused:
        logs.refusal(refused, request_id=desk.actor.request_id)
        return _list(request, status=422, failure=refusals.sentence(refused), name=name, chosen=chosen)
    return _list(request, made=key, secret=secret)


@page(Right.KEYS_WRITE, "POST")
def revoke(request: HttpRequest, desk: Desk, key_id: UUID) -> HttpResponse:  # a page's signature
    """Refuse a key from now on."""
    org.revoke_key(key_id, desk.actor)
    return redirect("keys")


def _list(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    scopes = [(scope.value, words.right(scope)) for scope in Right if scope in SCOPES]
    return show(
        request,
        "keys.html",
        title=_("API keys"),
        place="keys",
        keys=org.list_keys(),
        scopes=scopes,
        status=status,
        **context,
    )
