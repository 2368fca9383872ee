"""API keys: made, revoked, recognised; only the hash of a secret is kept."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org import checks, queries, secrets
from shuke.rooms.org.contracts import KEY_PREFIX, SCOPES, Actor, ApiKey, KeyPrincipal, Kind, Right
from shuke.rooms.org.services.auditing import audit


def create(name: str, scopes: Collection[str], actor: Actor) -> tuple[ApiKey, str]:
    """Create an API key, and return it with its secret."""
    checks.require_name(name)
    for scope in scopes:
        if scope not in SCOPES:
            scopes_known = ", ".join(right for right in Right if right in SCOPES)
            raise Refusal(
                "unknown_scope",
                f"There is no scope {scope}; there are {scopes_known}.",
                pointer="/scopes",
                params={"scope": str(scope), "scopes": scopes_known},
            )
    if not scopes:
        raise Refusal("scope_required", "A key needs at least one scope.", pointer="/scopes")
    secret = secrets.new_key_secret(settings.SHUKE_KIND)
    granted = tuple(sorted(Right(scope) for scope in set(scopes)))
    key = ApiKey(
        ids.new_id(),
        name,
        secrets.readable_prefix(secret),
        granted,
        Kind(settings.SHUKE_KIND),
        clock.machine_now(),
        None,
    )
    with unit_of_work():
        queries.insert_key(key, secrets.digest(secret))
        after = {"name": name, "prefix": key.prefix, "scopes": list(granted)}
        audit("key.created", ids.encode(KEY_PREFIX, key.id), None, after, actor)
    return key, secret


def revoke(key_id: UUID, actor: Actor) -> ApiKey:
    """Refuse a key from now on, for ever."""
    with unit_of_work():
        key = queries.lock_key(key_id)
        if key is None:
            raise Refusal("unknown_api_key", "There is no such key.")
        if key.revoked_at is not None:
            raise Refusal("key_revoked", "This key is revoked already.")
        at = clock.machine_now()
        audit("key.revoked", ids.encode(KEY_PREFIX, key_id), None, {"revoked_at": at.isoformat()}, actor)
        return queries.revoke_key(key_id, at)


def authenticate(secret: str) -> KeyPrincipal:
    """Return whom the secret of an API key stands for."""
    kind = secrets.kind_of(secret)
    if kind is not None and kind != settings.SHUKE_KIND:
        raise Refusal(
            "wrong_mode", f"This is a {kind} key and this a {settings.SHUKE_KIND} deployment.", params={"kind": kind}
        )
    key = queries.key_by_digest(secrets.digest(secret)) if kind else None
    if key is None or key.revoked_at is not None:
        raise Refusal("unauthenticated", "The API key is unknown or revoked.")
    return KeyPrincipal(key.id, key.name, frozenset(key.scopes), livemode=key.kind == Kind.LIVE)
