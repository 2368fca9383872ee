"""What crosses the door of programs about imports: files coming in, reports of their rows going out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shuke.rooms.org.contracts import Actor


class ImportState(StrEnum):
    """How far an import is; a checked one changed nothing yet."""

    CHECKED = "checked"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowState(StrEnum):
    """What came of a row: `kept` is what an undo had to leave, because it was touched since."""

    WAITING = "waiting"
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDONE = "undone"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file of members: CSV or XLSX with a header. `source` names the system of its external ids.

    `mapping` says what columns mean whose names don't, `-` for nothing. With `fill` what members lack is filled in,
    without it who is there already is left alone.
    """

    name: str
    data: bytes
    source: str
    mapping: Mapping[str, str]
    fill: bool = True


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """Rows that are not taken for one cause: how many, the numbers of the first, and what stood in the very first."""

    code: str
    column: str
    count: int
    rows: tuple[int, ...]
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """An import: `foreseen` counts rows by what the check found would come of them, `counts` by what came so far."""

    id: UUID
    name: str
    state: ImportState
    rows: int
    foreseen: Mapping[RowState, int]
    counts: Mapping[RowState, int]
    faults: tuple[FaultGroup, ...]
    created_at: datetime
    actor: Actor
