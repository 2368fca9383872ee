"""Opaque page cursors: the whole numbers of the key after which the next page begins."""

from shuke.core.values.errors import Refusal

_DIGITS = 18  # so that every number fits a bigint


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
