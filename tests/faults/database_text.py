"""A whole database as text in which two runs that did the same are equal.

Ids are random and sequences leave gaps where a transaction was lost, so both stand by their rank; what is encrypted, or
a digest of an id, differs each time and is left out, and so are the request that did it and how often a provider was
asked. The tests hold the clocks and the dice.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.foundation import ids

_NOT_OURS = ("django_", "auth_", "axes_", "procrastinate_")
_JOBS = "SELECT jsonb_build_object('task', task_name, 'args', args, 'status', status) FROM procrastinate_jobs"
_LEFT_OUT = re.compile(r"(.*_)?sealed|payload|digest|previous|request_id|checks|check_at")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b([a-z]{2,4})_([0-7][0-9A-HJKMNP-TV-Z]{25})")
_DIGEST = re.compile(r"[0-9a-f]{32}")  # by which an import names what it brought for a member

# The numbers that sequences gave, by table and column; those of one sequence have one name.
_DRAWN = {
    ("org_audit_line", "number"): "audit",
    ("org_approval", "number"): "approval",
    ("members_status_change", "number"): "status",
    ("members_identity_change", "number"): "identity",
    ("orders_order", "recorded_seq"): "fact",
    ("orders_refund", "recorded_seq"): "fact",
    ("orders_behaviour", "recorded_seq"): "fact",
    ("programs_version", "id"): "version",
    ("programs_withdrawal", "version_id"): "version",
    ("programs_membership", "version_id"): "version",
    ("programs_decision", "version_id"): "version",
}


# What was drawn by chance, by table and column: texts, and what else it stands in is left out with them.
_CHANCE = {
    "coupons_coupon": ("code", "claim_code"),
    "mall_order": ("number", "pickup_code"),
}


def read(answer: Any) -> dict[str, list[str]]:
    """Return the rows of every table that holds something, in order; under "answer", what was answered."""
    rows = {table: list(_rows(table)) for table in _tables()} | {"jobs": _fetch(_JOBS), "answer": [answer]}
    _rank_numbers(rows)
    by_chance = _drawn_by_chance(rows)
    texts = {
        table: [by_chance.sub("#", json.dumps(row, sort_keys=True)) for row in found]
        for table, found in rows.items()
        if found
    }
    known = sorted({_uuid(match) for found in texts.values() for text in found for match in _ID.finditer(text)})
    rank = {id: f"#{number}" for number, id in enumerate(known)}
    return {
        table: sorted(_ID.sub(lambda match: (match[1] or "") + rank[_uuid(match)], text) for text in found)
        for table, found in texts.items()
    }


def _tables() -> list[str]:
    found = _fetch("SELECT to_jsonb(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [table for table in found if not table.startswith(_NOT_OURS)]


def _rows(table: str) -> Iterator[dict[str, Any]]:
    for row in _fetch(f'SELECT to_jsonb(row) FROM "{table}" AS row'):
        yield {column: _readable(value) for column, value in row.items() if not _LEFT_OUT.fullmatch(column)}


def _fetch(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [json.loads(value) if isinstance(value, str) else value for (value,) in cursor.fetchall()]


def _readable(value: Any) -> Any:
    """Return bytes that are text, as answers are kept, as that text, and nothing for the digest of an id."""
    if not isinstance(value, str):
        return value
    if _DIGEST.fullmatch(value):
        return None
    if not value.startswith("\\x"):
        return value
    try:
        return bytes.fromhex(value[2:]).decode()
    except UnicodeDecodeError:
        return value


def _rank_numbers(rows: dict[str, list[Any]]) -> None:
    drawn: dict[str, set[int]] = {}
    for (table, column), sequence in _DRAWN.items():
        drawn.setdefault(sequence, set()).update(row[column] for row in rows[table] if row[column] is not None)
    ranks = {sequence: {value: rank for rank, value in enumerate(sorted(found))} for sequence, found in drawn.items()}
    for (table, column), sequence in _DRAWN.items():
        for row in rows[table]:
            row[column] = ranks[sequence].get(row[column])


def _drawn_by_chance(rows: dict[str, list[Any]]) -> re.Pattern[str]:
    """Return what matches every text that was drawn by chance."""
    drawn = {row[column] for table, columns in _CHANCE.items() for row in rows[table] for column in columns}
    return re.compile("|".join(rf"\b{re.escape(text)}\b" for text in drawn if text) or "(?!)")


def _uuid(match: re.Match[str]) -> UUID:
    if match[1] is None:
        return UUID(match[0])
    try:
        return ids.decode(match[1], f"{match[1]}_{match[2]}")
    except Refusal as refusal:
        raise AssertionError(match[0]) from refusal
