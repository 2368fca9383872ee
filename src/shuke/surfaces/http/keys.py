"""Lets API keys in: reads the Bearer secret and asks the room org who it is and what it may do."""

from django.http import HttpRequest

from shuke.core.values.errors import Refusal
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, KeyPrincipal, Right

SECRET_LIMIT = 200


class ApiKey:
    """The gate of one operation: a key that is not revoked, of this kind of deployment, with `scope`."""

    def __init__(self, scope: Right) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> KeyPrincipal:
        principal = org.authenticate_key(_bearer(request))
        request.principal = principal  # type: ignore[attr-defined]
        org.require(principal, self.scope)
        return principal


def actor(request: HttpRequest) -> Actor:
    """Return who acts, as the audit log names a key."""
    return org.actor_of(request.principal, request.request_id)  # type: ignore[attr-defined]


def livemode(request: HttpRequest) -> bool:
    """Say whether this is a live deployment; every resource of an answer carries it."""
    return request.principal.livemode  # type: ignore[attr-defined]


def may(request: HttpRequest, right: Right) -> bool:
    """Say whether the key has a right beside its operation's scope."""
    return right in request.principal.rights  # type: ignore[attr-defined]


def may_write_history(request: HttpRequest) -> bool:
    """Say whether the key may record facts older than 30 days, or ahead of time; a dry run that looks ahead may."""
    return getattr(request, "looks_ahead", False) or Right.HISTORY_WRITE in request.principal.rights  # type: ignore[attr-defined]


def _bearer(request: HttpRequest) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.isascii() or not 0 < len(secret) <= SECRET_LIMIT:
        raise Refusal("unauthenticated", "Send an API key as Authorization: Bearer sk_….")
    return secret
