"""Finding members: by whatever somebody typed, the surest way first, by phones, and where a page of all begins."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import blinds, fields, personal, queries
from shuke.rooms.members.contracts import ID_PREFIX, Field
from shuke.rooms.members.models import Member

_NAME_CANDIDATES = 200  # hashes know no order of characters: more are read than are shown
_TAIL = 4
_LONGEST = 255
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR_PREFIX = "cur"


def search(text: str, region: str, limit: int) -> list[Member]:
    """Return up to `limit` members; `region` is where phones without a prefix lie."""
    text = text.strip()
    if not text.isprintable() or not 0 < len(text) <= _LONGEST:
        return []
    found: dict[UUID, Member] = {}
    for rows in _ways(text, region, limit):
        for row in _survivors(rows):
            found.setdefault(row.id, row)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def by_phone(phones: Collection[str], region: str) -> dict[str, UUID]:
    """Return whose each text is, of those that are members' phone numbers."""
    hashes = {}
    for text in phones:
        try:
            hashes[text] = blinds.phone(personal.phone(text, region))
        except Refusal:
            continue
    if not hashes:
        return {}
    holders = {blind: member_id for member_id, blind, _ in queries.members_by_contact(hashes.values(), [])}
    return {text: holders[blind] for text, blind in hashes.items() if blind in holders}


def cursor(row: Member) -> str:
    """Return the cursor of the page that begins after a member."""
    return ids.encode_numbered(_CURSOR_PREFIX, row.id, (row.joined_at - _EPOCH) // timedelta(microseconds=1))


def position(cursor: str) -> tuple[datetime, UUID]:
    """Return what `cursor` was made of.

    Raises: Refusal `invalid_cursor`.
    """
    try:
        member_id, microseconds = ids.decode_numbered(_CURSOR_PREFIX, cursor)
        return _EPOCH + timedelta(microseconds=microseconds), member_id
    except (Refusal, OverflowError) as error:
        raise Refusal(
            "invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor"
        ) from error


def _survivors(rows: list[Member]) -> list[Member]:
    """Put in the place of merged members those in whom they live on."""
    merged = queries.survivors([row.id for row in rows if row.merged_into_id is not None])
    stayed = {row.id: row for row in queries.rows(set(merged.values()))} if merged else {}
    return [stayed[merged[row.id]] if row.id in merged else row for row in rows]


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
    return [row for row in candidates if query.matches(fields.read(row, Field.NAME))]
