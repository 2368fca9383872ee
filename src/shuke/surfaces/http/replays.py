"""Does a request with an Idempotency-Key once, and answers its repeats with the answer of the first.

The answer is kept in the transaction of the effect. A refusal that was reached by running is kept too, so that
a repeat never does what the first was refused, unless the refusal asks for another try.
"""

import hashlib
import re
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from shuke.core.values.errors import Refusal
from shuke.foundation import idempotency, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.org.contracts import KEY_PREFIX
from shuke.surfaces.http import problems

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run in one unit of work, or replay.

    Raises: Refusal `idempotency_key_invalid`, `idempotency_key_in_flight`, `idempotency_key_reused`, and what `run`
        raises where the request has no key.
    """
    key = read_key(request)
    with unit_of_work():
        if key is None:
            return run()
        slot = _slot(request, key)
        stored = idempotency.claim(slot)
        if stored is not None:
            return _replayed(stored)
        try:
            with transaction.atomic():
                response = run()
        except Refusal as refusal:
            response = problems.answer(request, refusal)
            if problems.asks_for_another_try(refusal):
                return response
        idempotency.keep(slot, response.status_code, response.content)
        return response


def read_key(request: HttpRequest) -> str | None:
    """Return the Idempotency-Key, sent bare or as a quoted string; None where there is none.

    Raises: Refusal `idempotency_key_invalid`.
    """
    value = request.headers.get("Idempotency-Key")
    if value is None:
        return None
    if len(value) > 2 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    if not _KEY.fullmatch(value):
        raise Refusal("idempotency_key_invalid", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
    return value


def _slot(request: HttpRequest, key: str) -> idempotency.Slot:
    principal = ids.encode(KEY_PREFIX, request.principal.id)  # type: ignore[attr-defined]
    content = request.META.get("QUERY_STRING", "").encode() + b"\x00" + request.body
    return idempotency.Slot(principal, f"{request.method} {request.path}", key, hashlib.sha256(content).digest())


def _replayed(stored: idempotency.Replay) -> HttpResponse:
    kind = "application/json" if stored.status < 400 else problems.MEDIA_TYPE
    response = HttpResponse(stored.body, status=stored.status, content_type=kind)
    if stored.status >= 400:
        response["Content-Language"] = problems.language_of(stored.body)  # that of the first: a replay changes nothing
    response["Idempotency-Replayed"] = "true"
    return response
