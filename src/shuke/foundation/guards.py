"""Triggers that refuse what must never happen to a table, and the check that they still do."""

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.foundation import sql

_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32  # bits of pg_trigger.tgtype
CHANGE = _ROW | _BEFORE | _DELETE | _UPDATE
EMPTYING = _BEFORE | _TRUNCATE


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger that refuses `what` (CHANGE: of rows, EMPTYING: of the table whole)."""

    table: str
    trigger: str
    what: int


def broken(guards: Sequence[Guard]) -> list[Guard]:
    """Return the guards that are missing, off, or whose function does anything but refuse."""
    rows = sql.fetch(
        sql.load("shuke.foundation", "guards_broken"),
        {
            "tables": [guard.table for guard in guards],
            "triggers": [guard.trigger for guard in guards],
            "types": [guard.what for guard in guards],
        },
    )
    found = set(rows)
    return [guard for guard in guards if (guard.table, guard.trigger) in found]
