"""What goes into the desk and comes out of it: a member's state, facts, and what a verb did.

Days are local civil days, NEVER where there is none; instants are UTC seconds; points are in the smallest fraction of
their unit, money in minor units. A `cause` is a small number by which the caller knows the fact behind a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from shuke.core.state import slots
from shuke.core.values.dates import NEVER

KINDS = MappingProxyType(
    {
        slots.ACCRUAL: "accrual",
        slots.ACCRUAL_PENDING: "accrual_pending",
        slots.ACTIVATION: "activation",
        slots.CANCELLATION: "cancellation",
        slots.REDEMPTION: "redemption",
        slots.RETURN: "return",
        slots.EXPIRY: "expiry",
        slots.HOLDING: "holding",
        slots.CAPTURE: "capture",
        slots.RELEASE: "release",
        slots.LAPSE: "lapse",
        slots.CLAWBACK: "clawback",
        slots.CLAWBACK_PENDING: "clawback_pending",
        slots.OWED: "owed",
        slots.REPAYMENT: "repayment",
        slots.CREDIT: "credit",
        slots.DEBIT: "debit",
        slots.TRANSFER_OUT: "transfer_out",
        slots.TRANSFER_IN: "transfer_in",
        slots.OPENING: "opening",
        slots.MERGE_OUT: "merge_out",
        slots.MERGE_IN: "merge_in",
        slots.CONVERSION_OUT: "conversion_out",
        slots.CONVERSION_IN: "conversion_in",
        slots.DEPOSIT: "deposit",
        slots.WITHDRAWAL: "withdrawal",
        slots.TIER_QUALIFIED: "qualified",
        slots.TIER_RENEWED: "renewed",
        slots.TIER_REVIEWED: "reviewed",
        slots.TIER_GRACE: "grace",
        slots.TIER_ASSIGNED: "assigned",
        slots.TIER_REFUNDED: "refunded",
    }
)


@dataclass(slots=True)
class LotState:
    """A lot with points usable before local day `ends`; `gift`: it came from another member."""

    number: int
    unit: int
    left: int
    ends: int
    gift: bool = False


@dataclass(slots=True)
class WaitState:
    """A pending lot: usable from day `ready` (NEVER: once behaviour `event` comes), cancelled on day `cancel`.

    `expiry` is the program's expiry rule of its grant, -1 for the unit's.
    """

    number: int
    unit: int
    points: int
    ready: int
    cancel: int
    cause: int
    expiry: int = -1
    event: int = 0


@dataclass(slots=True)
class HoldState:
    """Points set aside on local day `made_day` until an instant, on local day `until_day`."""

    cause: int
    unit: int
    points: int
    until: int
    until_day: int
    made_day: int


@dataclass(slots=True)
class TakeState:
    """What a redemption or hold took of a lot: still set aside, and spent and not given back."""

    cause: int
    unit: int
    lot: int
    ends: int
    gift: bool
    held: int
    used: int


@dataclass(slots=True)
class LadderState:
    """Where a member stands on a ladder: `until` is the first day on which the tier no longer holds.

    `floor` is the rank given by hand, until day `floor_until` (0: none).
    """

    rank: int = 0
    until: int = NEVER
    grace: bool = False
    floor: int = 0
    floor_until: int = 0


@dataclass(slots=True)
class MemberState:
    """What the machines must know of a member. The verbs of `Desk` change it in place.

    By unit: `available`, `pending`, `held`, `debt`, `next_lots`, `active_days` (-1: none). `windows` holds the sum of
    each window, `resets` (day, that day's sum before it) of each. `streaks` are (length, last day). `lots`, sorted by
    (ends, unit, number), and `days`, ascending rows (local day, every counter), may be None where `Desk.needs` says
    that they are not needed; `waits`, `holds` and their `takes` are always those of the member.
    """

    standing_at: int
    standing_day: int
    joined_day: int
    birth_md: int = 0
    lunar_md: int = 0
    tags: int = 0
    orders: int = 0
    available: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    debt: list[int] = field(default_factory=list)
    next_lots: list[int] = field(default_factory=list)
    active_days: list[int] = field(default_factory=list)
    ladders: list[LadderState] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    resets: list[tuple[int, int]] = field(default_factory=list)
    streaks: list[tuple[int, int]] = field(default_factory=list)
    caps: list[int] = field(default_factory=list)
    milestones: list[int] = field(default_factory=list)
    lots: list[LotState] | None = None
    days: list[tuple[int, ...]] | None = None
    waits: list[WaitState] = field(default_factory=list)
    holds: list[HoldState] = field(default_factory=list)
    takes: list[TakeState] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Needs:
    """What to load before a member moves: all open lots, and the days with something counted from a day on."""

    lots: bool
    days_from: int | None


Attributes = Mapping[str, int | str | bool]


@dataclass(frozen=True, slots=True)
class LineFacts:
    net_minor: int
    quantity: int = 1
    category: str = ""
    sku: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the rules see it, gift cards left out. `occurred_at` in UTC seconds, amounts in minor units."""

    occurred_at: int
    net_minor: int
    gross_minor: int
    store: str = ""
    channel: str = ""
    lines: Sequence[LineFacts] = ()
    brand: str = ""
    tax_minor: int = 0
    shipping_minor: int = 0
    points_paid_minor: int = 0
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BehaviourFacts:
    """Something that a member did; `kind` is a behaviour of the program."""

    occurred_at: int
    kind: str
    store: str = ""
    channel: str = ""
    brand: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What one grant of a decision gave: `wanted` by the rules, `points` after the caps, as `lot` (0: none).

    `counted_day` is the local day on which it counts as earned; NEVER while it waits for a behaviour.
    """

    grant: int
    unit: int
    wanted: int
    points: int
    lot: int
    counted_day: int


@dataclass(frozen=True, slots=True)
class PastGrant:
    """What a grant of an order gave of a unit, as stored: points, how many are back, its lot, and the day on which it
    counts.

    `gone` is what of the lot has expired, lapsed or was cancelled and has not been forgiven yet.
    """

    unit: int
    points: int
    back: int
    lot: int
    counted_day: int
    gone: int = 0


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund: the order's `vector`, what `remains` of it, what it gave, and what comes back of what paid for it.

    `net_off` is what this refund takes off the net amount, `whole` whether nothing remains; `counted_day` the local day
    on which the order counted; `paid` says of each redemption that paid, by its cause, how many points come back.
    """

    occurred_at: int
    vector: Sequence[int]
    remains: OrderFacts
    grants: Sequence[PastGrant]
    net_off: int
    whole: bool
    counted_day: int
    paid: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class EntryFact:
    """A movement of points: `unit` by index, `amount` > 0, booked at the UTC second `at` of local `day`.

    `ends` is the end of a lot that it opens or fills; of `accrual_pending` the day from which it is usable. Of points
    that were taken, `taken_by` is the cause that took them and `taken_from` the lot; `opening` has there the day on
    which they were earned, `merge_in` whether they are a gift. `by_time`: no fact did it.
    """

    day: int
    at: int
    kind: str
    unit: int
    amount: int
    lot: int
    ends: int
    taken_by: int = -1
    taken_from: int = 0
    by_time: bool = False


@dataclass(frozen=True, slots=True)
class TierChangeFact:
    """A tier set on a ladder; `until` is the first local day of no validity (NEVER: none)."""

    day: int
    at: int
    ladder: int
    before: int
    after: int
    until: int
    reason: str
    by_time: bool = False


@dataclass(frozen=True, slots=True)
class CountFact:
    """A correction of what was counted: `amount` of a counter, of either sign, on a local day."""

    counter: int
    day: int
    amount: int


@dataclass(frozen=True, slots=True)
class ClawFact:
    """What a refund took back of a grant of an order, on account of its lot: from lots, as debt, or not at all."""

    unit: int
    lot: int
    taken: int
    owed: int
    forgiven: int


@dataclass(frozen=True, slots=True)
class ForfeitFact:
    """Points given back that don't come, for the lot that a cause took them of has ended."""

    cause: int
    unit: int
    lot: int
    points: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Points of one lot that went to another holder."""

    points: int
    ends: int
    gift: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did.

    `vector` is what an order's or behaviour's decision saw, `given` what it gave; `clawbacks` and `forfeits` are a
    refund's, `slices` those of points that went to another holder. `next_due_day` is the next day at which time does
    something, `next_lapse_at` the instant at which the first hold ends. `late` says that the fact was decided after
    its time.
    """

    entries: tuple[EntryFact, ...]
    tier_changes: tuple[TierChangeFact, ...]
    counts: tuple[CountFact, ...]
    effective_at: int
    next_due_day: int
    next_lapse_at: int | None
    vector: tuple[int, ...] = ()
    given: tuple[Given, ...] = ()
    clawbacks: tuple[ClawFact, ...] = ()
    forfeits: tuple[ForfeitFact, ...] = ()
    slices: tuple[Slice, ...] = ()
    late: bool = False
