"""Loads the SQL statements that rooms keep in files beside their code, and opens the cursor that runs them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from shuke.foundation.lists import array_of


@cache
def load(package: str, name: str) -> str:
    """Return the statement in `sql/<name>.sql` of `package`, without the header of comments that every file opens with.

    The header tells people the purpose, the locks with their order and what makes the statement repeatable.
    """
    lines = (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    header = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    if header == 0:
        raise ValueError(f"{package}/sql/{name}.sql has no header")
    return "\n".join(lines[header:])


def cursor() -> CursorWrapper:
    """Open a cursor of Django's connection that sends parameters apart from the statement and reads binary results.

    Arrays travel in binary form where the statement says `%(name)b::uuid[]`: 9,400 ids in 5 ms, as text in 33 ms.
    """
    ours: Any = connections[DEFAULT_DB_ALIAS]
    ours.close_if_health_check_failed()
    ours.ensure_connection()
    own: Any = psycopg.Cursor(ours.connection)
    own.format = psycopg.pq.Format.BINARY
    opened: CursorWrapper = ours.make_debug_cursor(own) if ours.queries_logged else ours.make_cursor(own)
    return opened


def fetch(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with cursor() as opened:
        opened.execute(statement, _arrays(parameters))
        rows: list[tuple[Any, ...]] = opened.fetchall()
        return rows


def run(statement: str, parameters: Mapping[str, Any]) -> int:
    """Run a statement and return how many rows it wrote."""
    with cursor() as opened:
        opened.execute(statement, _arrays(parameters))
        count: int = opened.rowcount
        return count


def _arrays(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: array_of(value) if type(value) is list else value for name, value in parameters.items()}


def hold(*name: str) -> None:
    """Let nobody else hold what is named so until the transaction ends: what has no row yet that could be locked."""
    digest = hashlib.sha256("\x00".join(name).encode()).digest()
    lock = int.from_bytes(digest[:8], "big", signed=True)
    run("SELECT pg_advisory_xact_lock(%(lock)s::bigint)", {"lock": lock})


def columns(names: str, rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Turn rows into arrays under the given names, which a statement unnests again."""
    listed = names.split()
    turned = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in listed]
    return dict(zip(listed, turned, strict=True))
