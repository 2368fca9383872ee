"""Members who may be one person: equal names, and the same last digits of the phone or the same birthday.

Whole phones and e-mail addresses are one member's alone already, so that those can't be what two members share.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.members import fields, models, queries
from shuke.rooms.members.contracts import DuplicatePage, DuplicatePair, Field, Likeness, Member

_CURSOR = ("elder", "younger")


def page(limit: int, cursor: str | None) -> DuplicatePage:
    """Return pairs from up to `limit` candidates, in the order of the elder's id.

    Raises: Refusal `invalid_cursor`.
    """
    after = _position(cursor) if cursor else (UUID(int=0), UUID(int=0))
    found = queries.same_names(*after, limit + 1)
    more, found = len(found) > limit, found[:limit]
    rows = {row.id: row for row in queries.rows({one for pair in found for one in pair[:2]})}
    external = queries.external_ids(rows)
    views = {member_id: fields.view(row, external) for member_id, row in rows.items()}
    pairs = tuple(_pairs(found, rows, views))
    return DuplicatePage(pairs, _cursor(*found[-1][:2]) if more else None)


def _pairs(
    found: Iterable[tuple[UUID, UUID, bool, bool]],
    rows: Mapping[UUID, models.Member],
    views: Mapping[UUID, Member],
) -> Iterable[DuplicatePair]:
    for elder, younger, same_tail, same_day in found:
        because = [Likeness.PHONE_TAIL] if same_tail else []
        if same_day and fields.read(rows[elder], Field.BIRTHDAY) == fields.read(rows[younger], Field.BIRTHDAY):
            because.append(Likeness.BIRTHDAY)  # the year, too
        if because:
            yield DuplicatePair(views[elder], views[younger], tuple(because))


def _cursor(elder: UUID, younger: UUID) -> str:
    return ".".join(map(ids.encode, _CURSOR, (elder, younger)))


def _position(cursor: str) -> tuple[UUID, UUID]:
    elder, _, younger = cursor.partition(".")
    try:
        return ids.decode(_CURSOR[0], elder), ids.decode(_CURSOR[1], younger)
    except Refusal as error:
        raise Refusal(
            "invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor"
        ) from error
