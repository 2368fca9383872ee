"""Opaque page cursors: the whole numbers of the key after which the next page begins."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar
from uuid import UUID

from shuke.core.values.errors import Refusal

_DIGITS = 18  # so that every number fits a bigint
_ID_SHIFTS, _ID_PART = (86, 43, 0), (1 << 43) - 1


class Page(Protocol):
    """What a list is read by: some rows, and where the next ones begin."""

    @property
    def next_cursor(self) -> str | None:
        """None on the last page."""
        ...


_Page = TypeVar("_Page", bound=Page)


def pages(read: Callable[[str | None], _Page]) -> Iterator[_Page]:
    """Yield what `read` returns for the first page, None, and for the cursor of each next one."""
    cursor: str | None = None
    while True:
        page = read(cursor)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def encode(*numbers: int) -> str:
    """Return the cursor of a key of numbers from 0."""
    return ".".join(map(str, numbers))


def decode(cursor: str, count: int) -> tuple[int, ...]:
    """Return the `count` numbers that a cursor was made of.

    Raises: Refusal `invalid_cursor`.
    """
    parts = cursor.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) <= _DIGITS for part in parts):
        raise Refusal("invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor")
    return tuple(map(int, parts))


def of_id(id: UUID) -> str:
    """Return the cursor of what is listed by its time-ordered id."""
    return encode(*(id.int >> shift & _ID_PART for shift in _ID_SHIFTS))


def id_of(cursor: str) -> UUID:
    """Return the id that `of_id` was given.

    Raises: Refusal `invalid_cursor`.
    """
    parts = decode(cursor, len(_ID_SHIFTS))
    if any(part > _ID_PART for part in parts):
        raise Refusal("invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor")
    return UUID(int=sum(part << shift for part, shift in zip(parts, _ID_SHIFTS, strict=True)) & (1 << 128) - 1)
