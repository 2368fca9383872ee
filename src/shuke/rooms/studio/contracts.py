"""What crosses the door of the studio: histories, files and how they are to be read, runs and what they found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shuke.core.program.model import Program
from shuke.engine.study_members import MemberTold
from shuke.rooms.org.contracts import Actor

HISTORY_PREFIX = "his"
FILE_PREFIX = "hif"
RUN_PREFIX = "run"
NAME_LIMIT = 200
BYTES_LIMIT = 64 * 1024**3  # of one file


class State(StrEnum):
    """How far a piece of work is."""

    DRAFT = "draft"  # a history whose files are still being chosen
    WAITING = "waiting"  # for a worker
    RUNNING = "running"
    READY = "ready"
    REFUSED = "refused"  # of a history: the files have faults, which the report tells
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"  # of a history that was ready, and whose files are not on this machine: a backup has none of them


UNDER_WAY = frozenset({State.WAITING, State.RUNNING})


class FileKind(StrEnum):
    """What the rows of a file are."""

    ORDERS = "orders"  # a row an order, or a line of one
    LINES = "lines"
    REFUNDS = "refunds"
    MEMBERS = "members"
    REDEMPTIONS = "redemptions"


class RunKind(StrEnum):
    """What a run does with a history."""

    BACKTEST = "backtest"
    FORECAST = "forecast"
    PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """A column of a file with what it is taken for: `field` empty for nothing, `confidence` from 0 to 1."""

    column: str
    field: str
    confidence: float
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """A status that orders of a file have, with its rows; `is_sale` as far as its words tell, which decides nothing."""

    value: str
    rows: int
    is_sale: bool


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file that was brought; `mapping` says which column is which field, where somebody said so.

    `statuses` are those of its orders where a column is taken for that: of its first 100,000 rows, of all where a
    reading found others.
    """

    id: UUID
    kind: FileKind
    name: str
    size: int
    digest: str  # SHA-256, hex
    columns: tuple[ColumnGuess, ...]
    mapping: Mapping[str, str]
    missing: tuple[str, ...]  # required fields that no column has
    statuses: tuple[OrderStatus, ...] = ()
    is_gone: bool = False  # not on this machine

    @property
    def fields(self) -> dict[str, str]:
        """Return what each column is taken for, said or guessed."""
        guessed = {guess.column: guess.field for guess in self.columns}
        return guessed | dict(self.mapping)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the files of a history are to be read; nothing of it is guessed.

    `time_zone` is that of times that carry none, empty where each says its own offset; `dates` is the order in which
    they write year, month and day; `leave_out` goes on without the rows that have faults; `statuses` are those that
    make an order a sale, None where nobody said it.
    """

    currency: str
    time_zone: str
    dates: str = "ymd"  # "ymd" | "mdy" | "dmy"
    leave_out: bool = False
    statuses: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One cause for which rows can't be used: how many, the numbers of the first, what stood there in the first."""

    file: str
    code: str
    column: str
    count: int
    rows: tuple[int, ...]
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far work is: `done` of `total` steps of a phase, and the seconds it still takes as far as one can tell."""

    phase: str = ""
    done: int = 0
    total: int = 0
    seconds_left: int | None = None

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class HistoryView:
    """A history: where it comes from, how it was read, what it holds; counts are 0 until it is ready.

    `no_sale` is what the status of orders left out, `notes` count what was told of and used as it is.
    """

    id: UUID
    name: str
    is_live: bool
    state: State
    reading: Reading
    files: tuple[HistoryFile, ...]
    counts: Mapping[str, int]  # members, orders, lines, refunds, redemptions, net_minor
    segments: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    faults: tuple[Fault, ...]
    left_out: Mapping[str, int]
    no_sale: Mapping[str, int]  # rows, orders, net_minor
    notes: Mapping[str, int]  # measured_rows, skipped_times, repeated_times, repeated_lines, repeated_refunds
    progress: Progress
    failure: str  # code of why it failed
    failure_params: Mapping[str, Any]
    asked_at: datetime
    actor: Actor

    def for_onlookers(self) -> "HistoryView":
        """Return the history without what stands in its files, which may be of people."""
        files = tuple(
            replace(file, columns=tuple(replace(column, samples=()) for column in file.columns), statuses=())
            for file in self.files
        )
        faults = tuple(replace(fault, found="") for fault in self.faults)
        return replace(self, files=files, faults=faults, reading=replace(self.reading, statuses=None))


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run that is asked for: a program over a history; a proposal needs neither.

    `other` is the program it is weighed against; `labels` say what both are called, by default what they call
    themselves; `settings` are those of the run's kind.
    """

    kind: RunKind
    history_id: UUID | None
    text: str = ""
    other: str = ""
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, what was asked and what it found; `result` is empty until it is ready."""

    id: UUID
    kind: RunKind
    name: str
    history: HistoryView | None
    text: str
    other: str
    program: str  # code and name of the program, and of the other one
    other_program: str
    settings: Mapping[str, Any]
    state: State
    progress: Progress
    failure: str
    failure_params: Mapping[str, Any]
    result: Mapping[str, Any]
    asked_at: datetime
    seconds: float | None
    actor: Actor

    def for_onlookers(self) -> "RunView":
        """Return the run without single members of its history, who may go by their phone."""
        against = self.result.get("against")
        if not against:
            return self
        return replace(self, result={**self.result, "against": {**against, "most": [], "least": []}})


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Members of a run by one of its columns; `columns` name the numbers of every row after the member's id."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class MemberStory:
    """One member of a run under its program: facts and entries in the order in which they came."""

    member: str
    program: Program
    told: MemberTold
