"""Finding members by whatever somebody typed, the surest way first."""

from collections.abc import Iterator
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import blinds, personal, profile, queries
from shuke.rooms.members.contracts import ID_PREFIX, Field
from shuke.rooms.members.models import Member

_NAME_CANDIDATES = 200  # hashes know no order of characters: more are read than are shown
_TAIL = 4
_LONGEST = 255


def search(text: str, region: str, limit: int) -> list[Member]:
    """Return up to `limit` members; `region` is where phones without a prefix lie."""
    text = text.strip()
    if not text.isprintable() or not 0 < len(text) <= _LONGEST:
        return []
    found: dict[UUID, Member] = {}
    for rows in _ways(text, region, limit):
        for row in rows:
            found.setdefault(row.id, row)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _ways(text: str, region: str, limit: int) -> Iterator[list[Member]]:
    if text.startswith(f"{ID_PREFIX}_"):
        yield _by_id(text)
    yield queries.with_external_id(text, limit)
    if "@" in text:
        yield queries.with_email(blinds.email(text.lower()))
    elif len(text) == _TAIL and text.isdecimal():
        yield queries.with_phone(blinds.phone_tail(text), limit)
    else:
        yield _by_phone(text, region)
    yield _by_name(text)


def _by_id(text: str) -> list[Member]:
    try:
        return queries.rows([ids.decode(ID_PREFIX, text)])
    except Refusal:
        return []


def _by_phone(text: str, region: str) -> list[Member]:
    try:
        return queries.with_phone(blinds.phone(personal.phone(text, region)), 1)
    except Refusal:
        return []


def _by_name(text: str) -> list[Member]:
    query = blinds.name_query(text)
    if query is None:
        return []
    candidates = queries.with_name(query.hashes(), _NAME_CANDIDATES)
    return [row for row in candidates if query.matches(profile.read(row, Field.NAME))]
