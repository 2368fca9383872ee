"""Columns of a statement as NumPy arrays: PostgreSQL's arrays in binary form, without one Python object a value.

For statements over thousands of rows; `foundation.sql` runs all others. NULL has no place in a column.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader

from shuke.foundation import sql

Column = NDArray[Any]
Columns = Mapping[str, Column]

_UUID = np.dtype("S16")
_TYPES: dict[int, tuple[int, np.dtype[Any]]] = {  # of an array, of its elements, and what a column of them is
    1005: (21, np.dtype(np.int16)),
    1007: (23, np.dtype(np.int32)),
    1016: (20, np.dtype(np.int64)),
    2951: (2950, _UUID),
}
_ELEMENTS = {dtype: element for element, dtype in _TYPES.values()}


def column_of_ids(ids: Iterable[UUID]) -> Column:
    """Return ids as a column; it sorts as they do."""
    return np.array([id.bytes for id in ids], _UUID)


def ids_of(column: Column) -> list[UUID]:
    """Return the ids of a column."""
    raw = column.tobytes()
    return [UUID(bytes=raw[begin : begin + 16]) for begin in range(0, len(raw), 16)]


def fetch(statement: str, parameters: Mapping[str, Any], names: str) -> dict[str, Column]:
    """Run a statement whose rows have these columns of integers, arrays of one length, and ids; return each column.

    Columns go in as `%(name)b::type[]`, of that very type. Arrays of rows come as one column of two dimensions.

    Raises:
        ValueError: a row has NULL.
    """
    listed = names.split()
    collected = ", ".join(f"coalesce(array_agg({name}), '{{}}')" for name in listed)
    whole = f"WITH found ({', '.join(listed)}) AS ({statement}) SELECT {collected} FROM found"  # noqa: S608  # our names
    with sql.cursor() as opened:
        _adapt(opened.cursor)
        opened.execute(whole, dict(parameters))
        (row,) = opened.fetchall()
        return dict(zip(listed, row, strict=True))


def run(statement: str, parameters: Mapping[str, Any]) -> int:
    """Run a statement on columns and return how many rows it wrote."""
    with sql.cursor() as opened:
        _adapt(opened.cursor)
        opened.execute(statement, dict(parameters))
        count: int = opened.rowcount
        return count


class _ColumnDumper(Dumper):
    """Writes a column as a PostgreSQL array in binary form; the statement says its type."""

    format = psycopg.pq.Format.BINARY
    oid = 0

    def dump(self, obj: Column) -> bytes:
        elements = np.empty(len(obj), _sized(obj.dtype))
        elements["size"], elements["value"] = obj.dtype.itemsize, obj
        return struct.pack(">iiIii", 1, 0, _ELEMENTS[obj.dtype], len(obj), 1) + elements.tobytes()


class _ColumnLoader(Loader):
    """Reads a PostgreSQL array in binary form as a column."""

    format = psycopg.pq.Format.BINARY

    def load(self, data: Buffer) -> Column:
        dimensions, has_null, _ = struct.unpack_from(">iiI", data)
        if has_null:
            raise ValueError("NULL has no place in a column.")
        _, dtype = _TYPES[self.oid]
        shape = struct.unpack_from(f">{'ii' * dimensions}", data, 12)[::2]
        values = np.frombuffer(data, _sized(dtype), offset=12 + 8 * dimensions)["value"].astype(dtype)
        column: Column = values.reshape(shape) if dimensions else values
        return column


def _sized(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return how an element stands in an array: its size, then its bytes, the highest first."""
    return np.dtype([("size", ">i4"), ("value", dtype.newbyteorder(">"))])


def _adapt(cursor: Any) -> None:
    cursor.adapters.register_dumper(np.ndarray, _ColumnDumper)
    for oid in _TYPES:
        cursor.adapters.register_loader(oid, _ColumnLoader)
