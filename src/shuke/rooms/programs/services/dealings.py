"""A member's orders as the program saw them: by the instant as of which each was decided."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.orders import facade as orders
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import DecidedOrder, DecidedPage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR_PREFIX = "cur"


def decided_orders(member_id: UUID, limit: int, cursor: str | None) -> DecidedPage:
    """Return a page of a member's orders, the latest decided first, of one instant the latest recorded first."""
    rows = queries.decided_page(member_id, limit + 1, None if cursor is None else _position(cursor))
    known = orders.get_many([order_id for order_id, _, _ in rows[:limit]])
    found = tuple(DecidedOrder(known[order_id], at, late) for order_id, at, late in rows[:limit])
    if len(rows) <= limit:
        return DecidedPage(found, None)
    last = found[-1]
    microseconds = (last.effective_at - _EPOCH) // timedelta(microseconds=1)
    return DecidedPage(found, ids.encode_numbered(_CURSOR_PREFIX, last.order.id, microseconds))


def _position(cursor: str) -> tuple[datetime, UUID]:
    try:
        order_id, microseconds = ids.decode_numbered(_CURSOR_PREFIX, cursor)
        return _EPOCH + timedelta(microseconds=microseconds), order_id
    except (Refusal, OverflowError) as error:
        raise Refusal(
            "invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor"
        ) from error
