"""What goes in and out of the benefits room. A `day` is a local civil day of the organisation, day 0 being 1970-01-01.

A *subject* is what gives: `tier:main:gold`, `plan:plus`, `tag:vip`, `join`, `birthday`, `tenure:3`, `season:spring`.
A *cause* is what of it a member has one claim by at a time: `tier:main`, `plan:plus`, `birthday:2027`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

USE_PREFIX = "use"
REQUEST_PREFIX = "frq"
JOIN, BIRTHDAY = "join", "birthday"
NEWCOMER_DAYS = 30  # who joined longer ago is no newcomer, though only enrolled today


class Kind(StrEnum):
    """What a benefit is: counted (lounge, upgrade), a service that staff fulfil, content, a head start in buying,
    coupons or points that are issued, a price or shipping that an offer of the program says, or a standing promise.
    """

    COUNTED = "counted"
    SERVICE = "service"
    CONTENT = "content"
    EARLY_ACCESS = "early_access"
    COUPON = "coupon"
    POINTS = "points"
    PRICE = "price"
    SHIPPING = "shipping"
    PROMISE = "promise"


ISSUED = frozenset({Kind.COUPON, Kind.POINTS})  # what a handler gives: used by being given
OF_OFFERS = frozenset({Kind.PRICE, Kind.SHIPPING})  # what an offer of the program says; carts count its use
USABLE = frozenset({Kind.COUNTED, Kind.SERVICE, Kind.CONTENT, Kind.EARLY_ACCESS})
LIMITED = USABLE | {Kind.COUPON}  # what may have a quota


class Part(StrEnum):
    """Whether a benefit belongs to the fixed part or adds to it."""

    FIXED = "fixed"
    VALUE_ADDED = "value_added"


class Purpose(StrEnum):
    """What a benefit is for: members stay, both sides give, members speak of it."""

    RETENTION = "retention"
    RECIPROCAL = "reciprocal"
    REPUTATION = "reputation"


class Per(StrEnum):
    """How long a quota lasts: a calendar month or year, as long as the tier or plan that gives it holds, for good."""

    MONTH = "month"
    YEAR = "year"
    TERM = "term"
    ONCE = "once"


class State(StrEnum):
    """Where an entitlement stands: it can be used, it was taken away with what gave it, or its last day is over."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class EventKind(StrEnum):
    """What happened to an entitlement; `carried` are uses that came by a merge, below 0 where it was taken apart."""

    GRANTED = "granted"
    CHANGED = "changed"
    CYCLED = "cycled"
    USED = "used"
    UNDONE = "undone"
    CARRIED = "carried"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Effect(StrEnum):
    """What a handler is asked to do; `recall`: what was given was given back, as a plan whose money goes back."""

    GRANT = "grant"
    CYCLE = "cycle"
    REVOKE = "revoke"
    RECALL = "recall"


class Stage(StrEnum):
    """Where a request for a service stands."""

    REQUESTED = "requested"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    MADE = "made"
    DONE = "done"
    DECLINED = "declined"
    CANCELLED = "cancelled"


OPEN_STAGES = (Stage.REQUESTED, Stage.QUOTED, Stage.ACCEPTED, Stage.MADE)


@dataclass(frozen=True, slots=True)
class Benefit:
    """A benefit of the catalogue, named as the merchant writes it.

    `cost_minor` is what one use costs the merchant, `quota` how often it may be used per `per` (None: any number).
    `days` is how long it lasts where no tier, plan or season ends it. `gives` names what the kind gives: an offer of
    the program, a coupon template, a number of points. `ahead_hours` is the head start of early access.
    """

    code: str
    name_zh: str
    name_en: str
    kind: Kind
    part: Part = Part.VALUE_ADDED
    purpose: Purpose = Purpose.RETENTION
    core: bool = False
    cost_minor: int = 0
    quota: int | None = None
    per: Per = Per.YEAR
    days: int | None = None
    gives: str = ""
    ahead_hours: int = 0

    def name(self, language: str) -> str:
        """Return the name in "zh" or "en"."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class SetRow:
    """One benefit of the set of a subject; a quota of its own stands before that of the benefit."""

    subject: str
    benefit: str
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class Season:
    """A time of the year with gifts of its own, both days included."""

    code: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is given and to whom: the content of a benefits file."""

    benefits: tuple[Benefit, ...] = ()
    sets: tuple[SetRow, ...] = ()
    seasons: tuple[Season, ...] = ()

    def benefit(self, code: str) -> Benefit | None:
        """Return a benefit by code, None for one that is not in it."""
        return next((each for each in self.benefits if each.code == code), None)

    def of(self, subject: str) -> tuple[SetRow, ...]:
        """Return the set of a subject."""
        return tuple(row for row in self.sets if row.subject == subject)


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying a catalogue changes at one place: `path` is `benefits.lounge.cost` or `sets.tier:main:gold`."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A member came to a level of a ladder; `new_term` says that a new validity began, and quotas of it anew."""

    member_id: UUID
    ladder: str
    level: str
    day: int
    at: datetime
    new_term: bool
    reference: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """What a subject gives a member: a plan until its day (the first on which it no longer holds), or for good.

    `new_term` begins the quotas of the term anew; without it, who had them goes on with what is left.
    """

    member_id: UUID
    subject: str
    at: datetime
    until_day: int | None = None
    new_term: bool = True


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One member's claim. `left` is how often it may still be used in its period, None for any number.

    `until_day` is the first day on which it no longer holds, None without end.
    """

    member_id: UUID
    benefit: Benefit
    cause: str
    subject: str
    state: State
    quota: int | None
    used: int
    left: int | None
    per: Per
    period_day: int
    since_day: int
    until_day: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an entitlement's record; `reference` is the fact or use behind it."""

    benefit: str
    cause: str
    subject: str
    number: int
    kind: EventKind
    at: datetime
    quantity: int
    reference: UUID | None
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """Lines of a member's record, latest first; `next_cursor` is None on the last page."""

    events: tuple[Event, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class UseFact:
    """A benefit used by a member, under an outside id that counts once for ever."""

    source: str
    external_id: str
    member_id: UUID
    benefit: str
    quantity: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What a use came to; `repeated` says that it was recorded before. `left` is of the entitlement it drew on."""

    id: UUID
    member_id: UUID
    benefit: str
    cause: str
    quantity: int
    left: int | None
    repeated: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class May:
    """Whether a member has a right now, why not, and from when if later."""

    allowed: bool
    reason: str = ""  # "not_held", "used_up", "too_early"
    left: int | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A service that a member asks for: what, and for when; it draws on their entitlement at once."""

    source: str
    external_id: str
    member_id: UUID
    benefit: str
    wish: str
    wanted_at: datetime | None = None
    store: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a request: its next stage, with what belongs to it. None leaves what is known."""

    stage: Stage
    note: str = ""
    due_at: datetime | None = None
    quote_minor: int | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was taken."""

    number: int
    stage: Stage
    at: datetime
    by: str
    note: str
    quote_minor: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands; `next_stages` are those that it can go to."""

    id: UUID
    member_id: UUID
    benefit: str
    wish: str
    stage: Stage
    requested_at: datetime
    wanted_at: datetime | None
    due_at: datetime | None
    quote_minor: int | None
    store: str
    assignee: str
    next_stages: tuple[Stage, ...]
    steps: tuple[StepDone, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Requests, the oldest open first; `next_cursor` is None on the last page."""

    requests: tuple[Request, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Giving:
    """What a handler is asked for: `key` names it for ever, so that doing it twice does it once.

    `given` are (key, quantity) of what was given in the period that a recall ends; empty for all else.
    """

    key: str
    effect: Effect
    member_id: UUID
    benefit: Benefit
    cause: str
    quantity: int
    at: datetime
    given: tuple[tuple[str, int], ...] = ()


class StaleEntitlementError(Exception):
    """An entitlement does not stand where a step was decided: another transaction was first. Decide again."""


class TryLaterError(Exception):
    """A handler could not do it now, and shall be asked again after `seconds`, or later where that is None."""

    def __init__(self, why: str, seconds: int | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class NeverError(Exception):
    """A handler can't do it, and would not later: somebody has to look."""


class BenefitHandler(Protocol):
    """Gives what a kind of benefit issues. Each verb does all of its givings or raises TryLaterError or NeverError.

    It is called in a transaction of its own effect; a repeat of a key must change nothing. `at_once` handlers are
    asked in the transaction that gives the entitlement, others by the job right after it.
    """

    at_once: bool

    def grant(self, givings: Sequence[Giving]) -> None:
        """Give it for the first time."""

    def cycle(self, givings: Sequence[Giving]) -> None:
        """Give it for a new period."""

    def revoke(self, givings: Sequence[Giving]) -> None:
        """Take back what can be taken back."""

    def recall(self, givings: Sequence[Giving]) -> None:
        """Take back what was `given` and is not used yet: nobody paid for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a round of keeping did."""

    settled: int = 0
    occasions: int = 0
    expired: int = 0
    cycled: int = 0
    effects: int = 0


class Concern(StrEnum):
    """What a balance sheet asks to look at; docs/benefits.md states each rule."""

    DEAD = "dead"
    NO_CORE = "no_core"
    NO_FIXED = "no_fixed"
    NO_VALUE_ADDED = "no_value_added"
    GIVES_LESS = "gives_less"
    STEEP = "steep"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One benefit of a level in the window: who has it, how many used it how often, and what that cost."""

    benefit: Benefit
    quota: int | None
    entitled: int
    users: int
    uses: int
    cost_minor: int
    worth_minor: int
    counted: bool
    dead: bool

    @property
    def use_rate(self) -> float | None:
        """The share of those who have it that used it; None where nobody has it or carts count its use."""
        return self.users / self.entitled if self.counted and self.entitled else None


@dataclass(frozen=True, slots=True)
class SheetLevel:
    """A level with its benefits; `worth_minor` is what the whole set is worth a member and year."""

    ladder: str
    level: str
    members: int
    rows: tuple[SheetRow, ...]
    cost_minor: int
    worth_minor: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The balance sheet of benefits over the days from `first` to `last`, both included."""

    first: date
    last: date
    levels: tuple[SheetLevel, ...] = ()
    others: Mapping[str, tuple[SheetRow, ...]] = field(default_factory=dict)
