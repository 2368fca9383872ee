"""Who takes part, page by page: active members, all or those with certain tags."""

from collections.abc import Sequence
from uuid import UUID

from shuke.foundation import sql


def active_after(after: UUID, limit: int, tags: Sequence[str] = ()) -> list[UUID]:
    """Return the next active members by id who have all the tags."""
    rows = sql.fetch(
        "SELECT id FROM members_member WHERE id > %(after)s AND status = 'active' AND tags @> %(tags)b::text[] "
        "ORDER BY id LIMIT %(limit)s",
        {"after": after, "limit": limit, "tags": list(tags)},
    )
    return [id for (id,) in rows]


def count_active(tags: Sequence[str] = ()) -> int:
    """Return how many active members have all the tags."""
    ((count,),) = sql.fetch(
        "SELECT count(*) FROM members_member WHERE status = 'active' AND tags @> %(tags)b::text[]",
        {"tags": list(tags)},
    )
    return int(count)
