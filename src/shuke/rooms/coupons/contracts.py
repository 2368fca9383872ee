"""What crosses the door of coupons: templates, coupons as they are held, and facts about them.

Amounts are in minor units of the program's currency. An offer is text here, in the words of the program file; whoever
prices carts reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal

TEMPLATE_PREFIX = "cpt"
COUPON_PREFIX = "cpn"
BATCH_PREFIX = "cpb"
KEY = "coupon"  # the kind of the business keys under which coupons are issued
NAME_LIMIT = 80
OFFER_LIMIT = 4_000
COUNT_LIMIT = 10**9
BATCH_LIMIT = 2_000_000
MINOR_LIMIT = 10**12
DAYS_LIMIT = 3_660
LOCK_DAYS_LIMIT = 30  # for which an order may keep a coupon from others
PACKET_LIMIT = 100_000  # shares of one lucky packet
ON_ORDER = "order"  # what gives coupons by a rule, beside the codes of behaviours


class Kind(StrEnum):
    """What people call a coupon."""

    THRESHOLD = "threshold"  # 满减: an amount off from a minimum on
    DISCOUNT = "discount"  # 折扣
    GIFT = "gift"  # 赠品
    EXCHANGE = "exchange"  # 兑换: a thing for nothing
    SHIPPING = "shipping"  # 包邮
    CASH = "cash"  # 代金: an amount off, without a minimum
    PACKET = "packet"  # 红包: an amount off whose value is drawn when it is issued


class Codes(StrEnum):
    """How the coupons of a template come by their codes."""

    OWN = "own"  # each is given one when it is issued
    ONE = "one"  # one code that many use
    POOL = "pool"  # made or imported beforehand, and handed out one by one


class TemplateState(StrEnum):
    """Whether coupons of a template can be had; those that were issued stay usable until they are recalled."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"  # for ever


class State(StrEnum):
    """Where a coupon stands. Only an issued one can be used; locked ones come back when their lock ends."""

    ISSUED = "issued"
    LOCKED = "locked"  # set aside for an order that is not paid yet
    USED = "used"
    EXPIRED = "expired"  # never stored: its date says it
    FROZEN = "frozen"
    OFFERED = "offered"  # to a friend, who has not taken it yet
    VOID = "void"  # recalled


class Cause(StrEnum):
    """By what a coupon came to be issued."""

    CLAIM = "claim"
    PUSH = "push"
    RULE = "rule"
    POINTS = "points"
    API = "api"
    BATCH = "batch"
    BENEFIT = "benefit"
    MALL = "mall"
    GOODWILL = "goodwill"


class Period(StrEnum):
    """Over what a member's limit counts; days and weeks are local, weeks begin on Monday."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Validity:
    """When a coupon can be used: between two instants, or some days from its issue, today being the first of them.

    `delay_days` lets the days begin later. The last ends with its local day. Without `days` or `until`: for ever.
    """

    since: datetime | None = None
    until: datetime | None = None
    delay_days: int = 0
    days: int | None = None


@dataclass(frozen=True, slots=True)
class MemberLimit:
    """How many one member may have of a template, per period; of one code for many: how often one may use it."""

    most: int
    period: Period = Period.EVER


@dataclass(frozen=True, slots=True)
class Packet:
    """A lucky packet: `pot_minor` is split by chance, to the cent, over `shares` coupons of at least `least_minor`."""

    pot_minor: int
    shares: int
    least_minor: int = 1


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template to be created. `offer` is one entry of the program file's `offers`, without code, name and group.

    `most` is how many may ever be issued (of one code for many: used). `budget_minor` is the most that all of them may
    cost, `cost_minor` each, which a budget needs: issuing stops where the next would pass it. Coupons can be had from
    `issue_since` to `issue_until`, by members themselves only if `claimable` and, where `claim_when` is told, by
    those for whom that condition holds; for `points` of the program's first unit where a price is told. `gives_back`:
    a refund of the whole order makes its coupon usable again. `one_code` is the code of `Codes.ONE`. By a rule, one is
    given for each fact `given_on` ("order", or the code of a behaviour; "": for none) for which the condition
    `given_when` holds (None: for every one).
    """

    code: str
    name: str
    kind: Kind
    offer: str
    time_zone: str
    codes: Codes = Codes.OWN
    one_code: str | None = None
    validity: Validity = Validity()
    issue_since: datetime | None = None
    issue_until: datetime | None = None
    claimable: bool = False
    claim_when: str | None = None
    points: int | None = None
    most: int | None = None
    per_member: MemberLimit | None = None
    budget_minor: int | None = None
    cost_minor: int | None = None
    packet: Packet | None = None
    gives_back: bool = True
    transferable: bool = False
    given_on: str = ""
    given_when: str | None = None


@dataclass(frozen=True, slots=True)
class GivingRule:
    """That a template gives a coupon for each fact `on` for which the condition `when` holds (None: for every one)."""

    template: str
    name: str
    on: str
    when: str | None


@dataclass(frozen=True, slots=True)
class GivenByRule:
    """A coupon that a rule gave for the order or behaviour `given_for`, and that rule."""

    coupon_id: UUID
    given_for: UUID
    rule: GivingRule


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it stands. `left` is how many more can be issued, None where nothing limits them."""

    id: UUID
    draft: TemplateDraft
    state: TemplateState
    created_at: datetime
    counts: Mapping[State, int] = field(default_factory=dict)
    in_pool: int = 0
    uses: int = 0
    off_minor: int = 0
    left: int | None = None

    @property
    def issued(self) -> int:
        """Coupons that somebody got, those recalled included; of one code for many, its uses."""
        return self.uses if self.draft.codes is Codes.ONE else sum(self.counts.values()) - self.in_pool

    @property
    def use_rate(self) -> float | None:
        """Which share of the coupons that were issued was used; None before the first."""
        return self.uses / self.issued if self.issued and self.draft.codes is not Codes.ONE else None


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What may change once coupons are out; None leaves as it is. Counts, budget and dates only grow."""

    name: str | None = None
    state: TemplateState | None = None
    most: int | None = None
    budget_minor: int | None = None
    issue_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssueFact:
    """That a coupon is to be issued: (source, external_id) names it for ever. `template` is the template's code.

    `member_id` None: to the bearer. `given_for` is the order or behaviour for which a rule gives it.
    """

    source: str
    external_id: str
    template: str
    member_id: UUID | None
    cause: Cause
    at: datetime
    given_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class GivenFor:
    """For which order, or behaviour of the kind `on`, a rule gave a coupon, as its source calls it."""

    id: UUID
    on: str
    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class HeldCoupon:
    """A coupon as somebody holds it at the instant that was asked for; `refused` says why it can't be used then.

    `member_id` None: whoever brings the code may use it. `value_minor` replaces the amount of the offer (packets).
    `given_for` is told of those that a rule gave; `order_refunded`: what is left of that order would not have earned
    it, so it is void.
    `from_friend`: another member gave it to its holder.
    """

    id: UUID
    code: str
    template_id: UUID
    template_code: str
    name: str
    kind: Kind
    offer: str
    value_minor: int | None
    state: State
    starts_at: datetime
    ends_at: datetime | None
    member_id: UUID | None
    issued_at: datetime
    cause: Cause
    transferable: bool
    refused: Reason | None
    given_for: GivenFor | None = None
    order_refunded: bool = False
    from_friend: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """The answer to one fact: the coupon, or why there is none. `repeated`: it was issued for this fact before."""

    coupon: HeldCoupon | None = None
    refusal: Refusal | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class OrderRef:
    """Which order, as its source calls it."""

    source: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Use:
    """That a coupon is used for an order. `off_minor` is what it takes off; a lock says 0 where it is not known yet."""

    coupon_id: UUID
    member_id: UUID | None
    order_source: str
    order_external_id: str
    off_minor: int
    at: datetime

    @property
    def order(self) -> OrderRef:
        return OrderRef(self.order_source, self.order_external_id)


class UseState(StrEnum):
    """What became of a use."""

    LOCKED = "locked"
    USED = "used"
    RELEASED = "released"  # the order came to nothing, or its time ran out
    GIVEN_BACK = "given_back"  # the order was refunded


@dataclass(frozen=True, slots=True)
class UseLine:
    """A use as lists show it, latest first."""

    coupon_id: UUID
    code: str
    member_id: UUID | None
    order: OrderRef
    state: UseState
    off_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class UsePage:
    """Uses, latest first; `next_cursor` is None on the last page."""

    uses: tuple[UseLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CouponPage:
    """Coupons, the one that was issued last first; `next_cursor` is None on the last page."""

    coupons: tuple[HeldCoupon, ...]
    next_cursor: str | None


class AlarmKind(StrEnum):
    """What is unusual of a template: far more than usual is taken, or what there is comes to its end."""

    RUSH = "rush"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What somebody should look at: `count` taken in an hour against `usual` ones, or `count` left of `usual`."""

    template_code: str
    name: str
    kind: AlarmKind
    count: int
    usual: int


@dataclass(frozen=True, slots=True)
class RecallReport:
    """What a recall found: coupons made void, and those that it could not take any more."""

    recalled: int
    used: int
    locked: int
    expired: int


class BatchKind(StrEnum):
    """What a batch makes."""

    CODES = "codes"  # coupons that nobody holds yet, with new codes
    IMPORT = "import"  # the same, with codes from elsewhere
    PUSH = "push"  # a coupon for each member of an audience


class BatchState(StrEnum):
    """How far a batch is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"  # what was made until then stays


@dataclass(frozen=True, slots=True)
class Audience:
    """Active members: all, or those with every one of the tags; of `tier` on the program's first ladder where told."""

    tags: tuple[str, ...] = ()
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Coupons made together. `wanted` is how many were asked for, `made` and `skipped` how many came of it so far."""

    id: UUID
    template_id: UUID
    kind: BatchKind
    state: BatchState
    name: str
    wanted: int
    made: int
    skipped: Mapping[str, int]
    audience: Audience | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What pushing a template to an audience would come to: members, coupons, their cost, and some who get one."""

    members: int
    coupons: int
    cost_minor: int | None
    sample: tuple[UUID, ...]


class GiftState(StrEnum):
    """What became of a coupon that was offered to a friend."""

    WAITING = "waiting"
    TAKEN = "taken"
    TAKEN_BACK = "taken_back"
    OVER = "over"  # its date came before a friend, or it was recalled


@dataclass(frozen=True, slots=True)
class Gift:
    """A coupon that is or was on its way to a friend: while it waits, whoever brings `claim_code` may take it.

    What the coupon does stands here without its code, which is the friend's alone. `friend_id` and `taken_at` are None
    before it is taken.
    """

    coupon_id: UUID
    claim_code: str
    state: GiftState
    giver_id: UUID
    offered_at: datetime
    friend_id: UUID | None
    taken_at: datetime | None
    name: str
    offer: str
    value_minor: int | None
    starts_at: datetime
    ends_at: datetime | None
