"""Outside ids of facts: each has at most one effect, for ever.

Knows nothing of what the facts are; the caller hashes the payload and says what the key stands for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from shuke.foundation import sql
from shuke.foundation.models import BusinessKey as Row

_TELL_THEMSELVES = ("order", "behaviour")  # kinds that are stored with their outside ids; the index leaves them out


@dataclass(frozen=True, slots=True)
class BusinessKey:
    """An outside id with what it shall stand for from now on."""

    source: str
    kind: str
    external_id: str
    payload_hash: bytes
    member_id: UUID | None
    reference: UUID

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.source, self.kind, self.external_id


class Mismatch(Enum):
    """How a repeat differs from what was recorded under its key."""

    MEMBER = "member"
    PAYLOAD = "payload"


@dataclass(frozen=True, slots=True)
class Claim:
    """`fresh`: nobody claimed the key before. Otherwise `reference` and `member_id` are what it has stood for since."""

    fresh: bool
    reference: UUID
    member_id: UUID | None
    mismatch: Mismatch | None = None


class NotFreeError(Exception):
    """An id that was to be held off has been claimed meanwhile."""


def claim(keys: Sequence[BusinessKey], hold_off: Sequence[tuple[str, str, str]] = ()) -> list[Claim]:
    """Claim keys in the open transaction and answer, in the same order, what each stands for.

    A key that another transaction is claiming is waited for. Of equal keys in one call the first is fresh. The ids to
    `hold_off`, none of them among the keys, stay free, and nobody claims them until the transaction ends.

    Raises: NotFreeError where one of those was claimed before.
    """
    held = [BusinessKey(*identity, b"", None, UUID(int=0)) for identity in dict.fromkeys(hold_off)]
    if not keys and not held:
        return []
    rows = sql.fetch(sql.load("shuke.foundation", "business_key_insert"), _columns([*keys, *held]))
    fresh = {(source, kind, external_id) for source, kind, external_id in rows}
    if any(key.identity not in fresh for key in held):
        raise NotFreeError
    release(held)  # whoever claims a key waits for us where we made it, though it is gone again
    known = _first_by_identity(keys, fresh) | _read([key for key in keys if key.identity not in fresh])
    claims = []
    for key in keys:
        claims.append(_answer(key, known[key.identity], fresh=key.identity in fresh))
        fresh.discard(key.identity)
    return claims


def find(source: str, kind: str, external_id: str) -> UUID | None:
    """Return what an outside id stands for, None when it was never claimed."""
    rows = Row.objects.filter(pk=(source, kind, external_id)).values_list("reference", flat=True)
    return rows.first()


@dataclass(frozen=True, slots=True)
class Standing:
    """What an outside id has stood for since it was claimed."""

    kind: str
    reference: UUID
    member_id: UUID | None


def standings(identities: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], Standing]:
    """Return by (source, kind, external id) what the ids that were claimed stand for, in one statement."""
    asked = [BusinessKey(*identity, b"", None, UUID(int=0)) for identity in dict.fromkeys(identities)]
    return {id: Standing(key.kind, key.reference, key.member_id) for id, key in _read(asked).items()}


@dataclass(frozen=True, slots=True)
class Name:
    """Under which outside id a fact was recorded, and of whom."""

    source: str
    kind: str
    external_id: str
    member_id: UUID | None


def names(references: Sequence[UUID]) -> dict[UUID, Name]:
    """Return the outside ids of facts by what they stand for; orders and behaviours keep their own and are absent."""
    found = Row.objects.filter(reference__in=references).exclude(kind__in=_TELL_THEMSELVES)
    rows = found.values_list("reference", "source", "kind", "external_id", "member_id")
    return {reference: Name(*row) for reference, *row in rows}


def of_other_sources(source: str) -> tuple[int, frozenset[UUID]]:
    """Return how many keys other sources than this one have claimed, and the members of whom they told something."""
    told = list(Row.objects.exclude(source=source).values_list("member_id", flat=True))
    return len(told), frozenset(member_id for member_id in told if member_id is not None)


def release(keys: Sequence[BusinessKey]) -> None:
    """Give back keys that were fresh in the open transaction, of facts that turned out to be refused."""
    if not keys:
        return
    sql.run(
        "DELETE FROM business_key WHERE (source, kind, external_id) IN (SELECT * FROM unnest("
        "%(source)b::text[], %(kind)b::text[], %(external_id)b::text[]))",
        _columns(keys),
    )


def _answer(key: BusinessKey, known: BusinessKey, *, fresh: bool) -> Claim:
    """Compare a repeat with what is known; a person who was unknown to one of the two is no difference."""
    mismatch = None
    if None not in (key.member_id, known.member_id) and key.member_id != known.member_id:
        mismatch = Mismatch.MEMBER
    elif key.payload_hash != known.payload_hash:
        mismatch = Mismatch.PAYLOAD
    return Claim(fresh, known.reference, known.member_id, mismatch)


def _first_by_identity(
    keys: Sequence[BusinessKey], fresh: set[tuple[str, str, str]]
) -> dict[tuple[str, str, str], BusinessKey]:
    return {key.identity: key for key in reversed(keys) if key.identity in fresh}


def _read(keys: Sequence[BusinessKey]) -> dict[tuple[str, str, str], BusinessKey]:
    if not keys:
        return {}
    rows = sql.fetch(sql.load("shuke.foundation", "business_key_read"), _columns(keys))
    known = [BusinessKey(*row) for row in rows]
    return {row.identity: row for row in known}


def _columns(keys: Sequence[BusinessKey]) -> dict[str, list[object]]:
    names = ("source", "kind", "external_id", "payload_hash", "member_id", "reference")
    return {name: [getattr(key, name) for key in keys] for name in names}
