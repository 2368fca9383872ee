"""What crosses the door of programs: facts going in, results, standings and explanations coming out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from uuid import UUID

from shuke.core.program.explain import Decision
from shuke.core.program.model import Expiry
from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line, Order
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points.contracts import Entry, EntryKey, Lot


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as a source reports it; (source, external_id) names it for ever. Amounts in minor units of `currency`.

    `member` None, or somebody nobody knows yet: the order is stored and not decided.
    """

    source: str
    external_id: str
    member: MemberRef | None
    occurred_at: datetime
    net_minor: int
    gross_minor: int
    currency: str
    store: str = ""
    channel: str = ""
    lines: tuple[Line, ...] = ()
    generated: bool = False


@dataclass(frozen=True, slots=True)
class RedeemFact:
    """Points used by a member; `unit` None is the program's first unit, `occurred_at` None is now by business time."""

    source: str
    external_id: str
    member: MemberRef
    points: int
    unit: str | None = None
    occurred_at: datetime | None = None
    generated: bool = False


Fact = OrderFact | RedeemFact


class Status(Enum):
    """What became of an item of a batch."""

    RECORDED = "recorded"
    REPEATED = "repeated"  # it was recorded before; the first answer again
    REFUSED = "refused"  # nothing of it was written


class Undecided(Enum):
    """Why an order was stored without a decision."""

    UNKNOWN_MEMBER = "unknown_member"
    NOT_ENROLLED = "not_enrolled"
    FROZEN = "member_frozen"
    BLACKLISTED = "member_blacklisted"
    EXITED = "member_exited"
    NO_PROGRAM = "no_program"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one fact.

    `reference` is the order's id, or the id of the redemption. `points` are what the order earned or the redemption
    used, by unit. `late` says that the order was older than the instant where its member already stood, so it was
    decided as of `effective_at`. `version` is the number of the
    program version that decided. `tier_before`, the tier that the decision saw, and `tier_after` are codes ("" without
    a ladder).
    """

    status: Status
    refusal: Refusal | None = None
    reference: UUID | None = None
    member_id: UUID | None = None
    undecided: Undecided | None = None
    version: int | None = None
    late: bool = False
    effective_at: datetime | None = None
    points: Mapping[str, int] | None = None
    balances: Mapping[str, int] | None = None
    tier_before: str = ""
    tier_after: str = ""
    entries: tuple[EntryKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A program file that was found good; `source` is what would run, with its numbers written out."""

    program: str
    name: str
    currency: str
    time_zone: str
    units: tuple[str, ...]
    tiers: tuple[str, ...]
    rules: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version; `source` is the text generated from the file, kept as its audit record."""

    id: int
    program_id: int
    program: str
    name: str
    number: int
    text: str
    source: str
    shape: str
    effective_from: datetime
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Expiring:
    """What of a balance stops being usable, and on which local day."""

    points: int
    first_unusable: date


@dataclass(frozen=True, slots=True)
class Balance:
    """A unit of a member: usable now, and what of it goes within 30 days or, failing that, next."""

    unit: str
    scale: int
    available: int
    expiring_30_days: int
    next_expiry: Expiring | None


@dataclass(frozen=True, slots=True)
class TierStanding:
    """The tier a member stands in, and the way to the next one; amounts in minor units, or orders.

    `rank` counts from 0, the lowest; `measured` is the ladder's measure now, `threshold` what this level asks for;
    `next_threshold` and `missing` are None on the highest level. `until` is the last local day of validity.
    """

    rank: int
    code: str
    name: str
    since: date | None
    until: date | None
    measure: str
    measured: int
    threshold: int
    next_code: str | None
    next_name: str | None
    next_threshold: int | None
    missing: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands at `at`, time advanced in memory only."""

    member_id: UUID
    program: str
    at: datetime
    joined_at: datetime
    balances: tuple[Balance, ...]
    tier: TierStanding | None


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one run of the nightly advance did."""

    members: int
    entries: int
    expired: Mapping[str, int]
    tier_changes: int


@dataclass(frozen=True, slots=True)
class DecidedOrder:
    """An order and the instant as of which it was decided: later than its own where it came `late`."""

    order: Order
    effective_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """Orders of one member, the latest decided first; `next_cursor` is None on the last page."""

    orders: tuple[DecidedOrder, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LotStory:
    """A lot that an entry opened or drew from: its dates, and the order that earned it (None where none did)."""

    lot: Lot
    points: int
    order: Order | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an order earned what it earned, or why an entry stands in the ledger.

    `entry` is None where an order was asked for. Of an order and its accruals: `order`, `decision` with the reasons
    (None where it was stored undecided; `undecided` says why), `late`, `effective_at`, the tiers. Of a redemption or
    an expiry: `lots`, in the order in which they were drawn. `expiry` is the rule by which points of this unit end
    (None: they don't).
    """

    member_id: UUID | None
    program: str
    version: int | None
    entry: Entry | None
    order: Order | None
    decision: Decision | None
    undecided: Undecided | None
    late: bool
    effective_at: datetime | None
    tier_before: str
    tier_after: str
    lots: tuple[LotStory, ...]
    expiry: Expiry | None


@dataclass(frozen=True, slots=True)
class ClockMove:
    """A move of the test clock that was asked for: from where, to where, and where it is now."""

    start: datetime
    to: datetime
    now: datetime

    @property
    def done(self) -> bool:
        return self.now >= self.to

    @property
    def days(self) -> int:
        return (self.to - self.start).days

    @property
    def days_done(self) -> int:
        return min(self.days, (self.now - self.start).days)


IMPORT_PREFIX = "imp"


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
