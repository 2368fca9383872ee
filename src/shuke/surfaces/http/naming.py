"""How facts are named: by the client, by the Idempotency-Key in its stead, and found again by our own id."""

from django.http import HttpRequest

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, ids
from shuke.foundation.business_keys import Name
from shuke.rooms.org.contracts import KEY_PREFIX
from shuke.surfaces.http import replays
from shuke.surfaces.http.schemas.movements import STAND_IN, NamedBody


def name_of(request: HttpRequest, body: NamedBody) -> tuple[str, str]:
    """Return (source, external_id); without them the Idempotency-Key stands in, with the API key as its source.

    Raises: Refusal `incomplete_business_key`, `idempotency_key_required`.
    """
    if body.source is not None and body.external_id is not None:
        return body.source, body.external_id
    if body.source is not None or body.external_id is not None:
        raise Refusal("incomplete_business_key", "Send both source and external_id, or neither.", pointer="/source")
    key = replays.read_key(request)
    if key is None:
        raise Refusal("idempotency_key_required", "Send Idempotency-Key, or source and external_id.")
    return f"{STAND_IN}{ids.encode(KEY_PREFIX, request.principal.id)}", key  # type: ignore[attr-defined]


def fact(kind: str, prefix: str, id: str) -> Name:
    """Return under which name a fact of a kind was recorded.

    Raises: Refusal `invalid_id`, and `unknown_` with the kind.
    """
    reference = ids.decode(prefix, id)
    name = business_keys.names([reference]).get(reference)
    if name is None or name.kind != kind:
        raise Refusal(f"unknown_{kind}", f"There is no such {kind}.")
    return name
