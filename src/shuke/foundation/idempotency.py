"""Answers a repeated request with the response that the first one got, for requests without a natural key.

The response is stored in the transaction of what the request did, so both are there or neither is.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import clock
from shuke.foundation.models import StoredResponse

KEPT_HOURS = 48
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a response belongs: who asked, for which route, under which key, with which content."""

    principal: str
    route: str
    key: str
    payload_hash: bytes


@dataclass(frozen=True, slots=True)
class Replay:
    """The response that the first request got."""

    status: int
    body: bytes


def claim(slot: Slot) -> Replay | None:
    """Take the slot until the open transaction ends; return the stored response if there is one.

    Raises: Refusal `idempotency_key_invalid` (empty or longer than 255), `idempotency_key_in_flight` (the first
    request is still running), `idempotency_key_reused` (the first request had another content).
    """
    if not 1 <= len(slot.key) <= LONGEST_KEY:
        raise Refusal("idempotency_key_invalid", "An Idempotency-Key has 1 to 255 characters.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(slot)])
        (taken,) = cursor.fetchone()
    if not taken:
        raise Refusal("idempotency_key_in_flight", "The first request with this Idempotency-Key is still running.")
    stored = StoredResponse.objects.filter(pk=(slot.principal, slot.route, slot.key)).first()
    if stored is None:
        return None
    if bytes(stored.payload_hash) != slot.payload_hash:
        raise Refusal("idempotency_key_reused", "This Idempotency-Key was used with another content.")
    return Replay(stored.status, bytes(stored.body))


def keep(slot: Slot, status: int, body: bytes) -> None:
    """Store the response for repeats of the request that claimed `slot`."""
    StoredResponse.objects.create(
        principal=slot.principal,
        route=slot.route,
        key=slot.key,
        payload_hash=slot.payload_hash,
        status=status,
        body=body,
        created_at=clock.machine_now(),
    )


def prune() -> int:
    """Delete the responses that were kept long enough; return how many."""
    deleted, _ = StoredResponse.objects.filter(
        created_at__lt=clock.machine_now() - timedelta(hours=KEPT_HOURS)
    ).delete()
    return deleted


def _lock_number(slot: Slot) -> int:
    digest = hashlib.sha256(f"idempotency\x00{slot.principal}\x00{slot.route}\x00{slot.key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
