"""What leaves the room: the organisation, its people and keys, what they may do, and who did what."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

BRAND_PREFIX = "brd"
STAFF_PREFIX = "stf"
KEY_PREFIX = "key"
APPROVAL_PREFIX = "apr"
TILL_PREFIX = "til"
SHIFT_PREFIX = "shf"


class Kind(StrEnum):
    """What a deployment is for; each kind refuses the keys of the other."""

    LIVE = "live"
    SANDBOX = "sandbox"


class Role(StrEnum):
    """What a member of staff is employed for; the rights that follow are in `rights.RIGHTS`."""

    OWNER = "owner"
    OPERATOR = "operator"
    APPROVER = "approver"
    SERVICE = "service"
    ANALYST = "analyst"
    CLERK = "clerk"


class Right(StrEnum):
    """Something that a person or a key may be allowed to do; an API key may carry those of `SCOPES`."""

    OVERVIEW_READ = "overview:read"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_REVEAL = "members:reveal"
    MEMBERS_STATUS = "members:status"
    MEMBERS_MERGE = "members:merge"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    HISTORY_WRITE = "history:write"
    POINTS_READ = "points:read"
    POINTS_WRITE = "points:write"
    POINTS_HOLD = "points:hold"
    POINTS_TRANSFER = "points:transfer"
    POINTS_ADJUST = "points:adjust"
    TIERS_WRITE = "tiers:write"
    COUPONS_READ = "coupons:read"
    COUPONS_WRITE = "coupons:write"
    COUPONS_ISSUE = "coupons:issue"
    COUPONS_REDEEM = "coupons:redeem"
    BENEFITS_READ = "benefits:read"
    BENEFITS_WRITE = "benefits:write"
    BENEFITS_USE = "benefits:use"
    MALL_READ = "mall:read"
    MALL_WRITE = "mall:write"
    MALL_FULFIL = "mall:fulfil"
    MALL_REFUND = "mall:refund"
    PAID_READ = "paid:read"
    PAID_WRITE = "paid:write"
    PAID_SELL = "paid:sell"
    VALUE_WRITE = "value:write"
    VALUE_REFUND = "value:refund"
    MESSAGES_READ = "messages:read"
    TILL_USE = "till:use"
    PROGRAMS_READ = "programs:read"
    PROGRAMS_WRITE = "programs:write"
    STUDIO_USE = "studio:use"
    IMPORTS_WRITE = "imports:write"
    APPROVALS_READ = "approvals:read"
    APPROVALS_DECIDE = "approvals:decide"
    LEDGER_VERIFY = "ledger:verify"
    CLOCK_WRITE = "clock:write"
    JOBS_READ = "jobs:read"
    AUDIT_READ = "audit:read"
    STAFF_WRITE = "staff:write"
    KEYS_WRITE = "keys:write"
    ORGANISATION_WRITE = "organisation:write"


# For a key, points:write covers redemptions, holds, transfers and their undoing; points:adjust makes points of nothing.
SCOPES = frozenset(
    {
        Right.MEMBERS_READ,
        Right.MEMBERS_WRITE,
        Right.MEMBERS_STATUS,
        Right.MEMBERS_MERGE,
        Right.ORDERS_READ,
        Right.ORDERS_WRITE,
        Right.HISTORY_WRITE,
        Right.POINTS_READ,
        Right.POINTS_WRITE,
        Right.POINTS_ADJUST,
        Right.TIERS_WRITE,
        Right.COUPONS_READ,
        Right.COUPONS_WRITE,
        Right.COUPONS_REDEEM,
        Right.BENEFITS_READ,
        Right.BENEFITS_WRITE,
        Right.BENEFITS_USE,
        Right.MALL_READ,
        Right.MALL_WRITE,
        Right.MALL_FULFIL,
        Right.PAID_READ,
        Right.PAID_WRITE,
        Right.PAID_SELL,
        Right.VALUE_WRITE,
        Right.VALUE_REFUND,
        Right.PROGRAMS_READ,
        Right.PROGRAMS_WRITE,
        Right.STUDIO_USE,
        Right.IMPORTS_WRITE,
        Right.APPROVALS_READ,
        Right.APPROVALS_DECIDE,
    }
)


class ActorKind(StrEnum):
    """Through what somebody acts."""

    STAFF = "staff"
    KEY = "key"
    SYSTEM = "system"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the audit log names them; `id` is the outside id, `label` what people read."""

    kind: ActorKind
    id: str
    label: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class StaffPrincipal:
    """A person who is logged in, with the rights of their role.

    `adjust_limit` is in whole units, None without limit; `stores` and their codes are those that the person is for,
    None for every store; `own_account` is the outside id of the member that they are themselves.
    """

    id: UUID
    name: str
    role: Role
    rights: frozenset[Right]
    adjust_limit: int | None
    stores: frozenset[UUID] | None
    store_codes: frozenset[str] | None
    own_account: str | None


@dataclass(frozen=True, slots=True)
class KeyPrincipal:
    """An API key that was let in, with the rights that its scopes give."""

    id: UUID
    name: str
    rights: frozenset[Right]
    livemode: bool


Principal = StaffPrincipal | KeyPrincipal


class LoggedIn(Protocol):
    """What the room needs of a request's user to make a principal of it; `models.Staff` is one."""

    id: UUID
    name: str
    role: str
    stores: Sequence[UUID]
    adjust_limit: int | None
    own_account: str | None


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation to be created; `currency` is ISO 4217, `time_zone` IANA, `language` zh-hans or en."""

    name: str
    currency: str
    time_zone: str
    language: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Organisation:
    """The merchant; `region` is the ISO 3166 country in which phone numbers without a prefix lie, or empty.

    `colour` is that of the members' pages as #rrggbb, empty for ours.
    """

    name: str
    currency: str
    time_zone: str
    language: str
    kind: Kind
    region: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store to be created; orders name it by `code`."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Store:
    id: UUID
    brand_id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of the staff; no `stores` are every store, without an `adjust_limit` that of the role holds."""

    id: UUID
    email: str
    name: str
    role: Role
    language: str
    is_active: bool
    created_at: datetime
    last_login: datetime | None
    stores: tuple[UUID, ...]
    adjust_limit: int | None
    own_account: str | None


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """What somebody is for and how far they may go, as the owner says it.

    `stores` are codes, none for every store. `adjust_limit` is how many whole units one adjustment of theirs may move
    without an approval, None for that of the role. `own_account` is the outside id of the member that they are, whom
    they never adjust.
    """

    role: Role
    stores: Collection[str]
    adjust_limit: int | None
    own_account: str | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as lists show it: `prefix` is all of the secret that is kept readable."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[Right, ...]
    kind: Kind
    created_at: datetime
    revoked_at: datetime | None


Values = Mapping[str, object]  # what a change was about, as JSON; personal data only masked


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One change: who did what to which subject, the values before and after, and the request it came with.

    `at` is the machine's time, `business_at` that of the business clock, which in a sandbox is its test clock.
    """

    number: int
    at: datetime
    business_at: datetime
    actor: Actor
    action: str
    subject: str
    before: Values | None
    after: Values | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Audit lines, newest first; `next_cursor` is None on the last page."""

    lines: tuple[AuditLine, ...]
    next_cursor: str | None


class ApprovalState(StrEnum):
    """Where an approval stands; from pending it goes to one of the others, once."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What somebody wants done once another agrees.

    `kind` names who carries it out, such as points.adjustment; `subject` is the outside id of what it is about.
    `summary` is what people read before they decide: JSON, one level, personal data only masked; a value may be
    {"before": …, "after": …}. `detail` is JSON of any depth that they may read besides, in no log. `payload` is what
    its executor is given, JSON, kept sealed; in the parts that `beside` names, two requests for one act may differ.
    """

    kind: str
    subject: str
    summary: Values
    payload: Values
    beside: tuple[str, ...] = ()
    detail: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """A request and what became of it; times are business time. `result` is the outside id of what was done, if any."""

    id: UUID
    kind: str
    subject: str
    summary: Values
    state: ApprovalState
    requested_by: Actor
    requested_at: datetime
    expires_at: datetime
    decided_by: Actor | None
    decided_at: datetime | None
    comment: str
    result: str | None
    detail: Values = field(default_factory=dict)


Executor = Callable[[Approval, Values, Actor], str | None]
"""Does what was approved: given the approval, its payload and who decided; returns the outside id of what came of it.

It runs in the unit of work of the decision and may refuse: then nothing is decided.
"""


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Approvals, last requested first; `next_cursor` is None on the last page."""

    approvals: tuple[Approval, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Till:
    """A device on which clerks work, for one store; `closed_at` is set once it may no longer be used."""

    id: UUID
    name: str
    store: Store
    enrolled_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shift:
    """What one clerk does at one till between logging in and handing over; a till has one open shift at most."""

    id: UUID
    till_id: UUID
    staff_id: UUID
    staff_name: str
    began_at: datetime
    ended_at: datetime | None


class Work(StrEnum):
    """What a clerk did. A void is a refund of all of an order of which nothing was refunded before, a card a gift card
    sold or loaded.
    """

    SALE = "sale"
    REFUND = "refund"
    VOID = "void"
    COUPON = "coupon"
    PICKUP = "pickup"
    ENROLMENT = "enrolment"
    TOP_UP = "top_up"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One thing that a clerk did, known for ever by the `key` that the till made before it was sent.

    `digest` is the hash of what was sent and `answer` what was answered, JSON, personal data only masked. `money_minor`
    came in (below 0: was given back), `points_in` and `points_out` are points that members got and used. `note` is why
    the clerk did otherwise than the till proposed.
    """

    key: str
    digest: bytes
    work: Work
    at: datetime
    answer: Values
    money_minor: int = 0
    points_in: int = 0
    points_out: int = 0
    offline: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class WorkSum:
    """What the lines of one kind in a shift come to."""

    work: Work
    count: int
    money_minor: int
    points_in: int
    points_out: int


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A shift and its sums by kind of work; `offline` lines were sent late, in `noted` ones a clerk had their way."""

    shift: Shift
    sums: tuple[WorkSum, ...]
    offline: int
    noted: int
