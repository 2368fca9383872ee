"""How a list travels to PostgreSQL, which unnests it again: a binary array of its elements, made in one go.

psycopg asks every element of every list for its type; an order fills some 140 lists, and that took a sixth of its time.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import adapters, pq
from psycopg.adapt import Dumper

_ABSENT = b"\xff\xff\xff\xff"
_head = struct.Struct("!iiIii").pack  # dimensions, nulls, type of the elements, how many, number of the first
_length = struct.Struct("!i").pack
_integer = struct.Struct("!iq").pack
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)  # PostgreSQL's


def _integers(values: list[Any]) -> list[bytes]:
    try:
        return [_ABSENT if value is None else _integer(8, value) for value in values]
    except struct.error as error:
        raise OverflowError("Not every element is an integer of 64 bits.") from error


def _flags(values: list[Any]) -> list[bytes]:
    return [_ABSENT if value is None else b"\0\0\0\1\1" if value else b"\0\0\0\1\0" for value in values]


def _texts(values: list[Any]) -> list[bytes]:
    raw = [None if value is None else value.encode() for value in values]
    return _bytes(raw)


def _bytes(values: list[Any]) -> list[bytes]:
    return [_ABSENT if value is None else _length(len(value)) + value for value in values]


def _ids(values: list[Any]) -> list[bytes]:
    return [_ABSENT if value is None else b"\0\0\0\x10" + value.bytes for value in values]


def _instants(values: list[Any]) -> list[bytes]:
    return _integers([None if value is None else (value - _EPOCH) // _MICROSECOND for value in values])


def _list_type(array: int, element: int, written: Callable[[list[Any]], list[bytes]]) -> type[list[Any]]:
    """Return a type of list that psycopg sends as an `array` of `element` (both oids), written element by element."""

    class Typed(list[Any]):
        pass

    class TypedDumper(Dumper):
        format = pq.Format.BINARY
        oid = array

        def dump(self, obj: Any) -> bytes:
            return b"".join([_head(1, 1, element, len(obj), 1), *written(obj)])

    adapters.register_dumper(Typed, TypedDumper)
    return Typed


LISTS = {  # by the type of the elements, beside which there may be None for NULL
    int: _list_type(1016, 20, _integers),
    bool: _list_type(1000, 16, _flags),
    str: _list_type(1009, 25, _texts),
    bytes: _list_type(1001, 17, _bytes),
    UUID: _list_type(2951, 2950, _ids),
    datetime: _list_type(1185, 1184, _instants),
}


def array_of(values: list[Any]) -> list[Any]:
    """Return a list as one that is sent so, or as it is where psycopg must look at its type; an empty one is text."""
    kind = next((type(value) for value in values if value is not None), str)
    return LISTS[kind](values) if kind in LISTS else values
