"""What goes in and out of the room of paid membership. Amounts are integers in the organisation's minor unit.

A period covers [starts_at, ends_at); it ends at a local midnight, so that `ends_at` is the first instant of the first
day on which it no longer holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

SUBSCRIPTION_PREFIX = "sub"
BATCH_PREFIX = "bat"


class Kind(StrEnum):
    """What a plan sells: services, or goods at their price."""

    SERVICE = "service"
    GOODS = "goods"


class Length(StrEnum):
    """How long one paid period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "year": 12}[self.value]

    @property
    def least_days(self) -> int:
        """How many days the shortest period of this length has."""
        return {"month": 28, "quarter": 89, "year": 365}[self.value]


class AfterCoolingOff(StrEnum):
    """What a cancellation at once gives back once the cooling-off is over: the unused days, or nothing."""

    PRORATA = "prorata"
    NOTHING = "nothing"


class State(StrEnum):
    """Where a subscription stands. `pending`: nothing was paid yet; `void`: nothing ever was.

    Trial, active, past due and grace are live: the member has what the plan gives.
    """

    PENDING = "pending"
    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    GRACE = "grace"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    VOID = "void"


LIVE = (State.TRIAL, State.ACTIVE, State.PAST_DUE, State.GRACE)


class Cause(StrEnum):
    """Why a subscription changed."""

    ASKED = "asked"
    PAID = "paid"
    TRIAL = "trial"
    GIFT = "gift"
    CODE = "code"
    EXTENDED = "extended"
    RENEWED = "renewed"
    PERIOD_ENDED = "period_ended"
    TRIES_OVER = "tries_over"
    GRACE_OVER = "grace_over"
    PAID_LATE = "paid_late"
    NOT_PAID = "not_paid"
    RENEWAL_OFF = "renewal_off"
    RENEWAL_ON = "renewal_on"
    CANCELLED = "cancelled"
    SWITCHED = "switched"
    MERGED = "merged"
    UNMERGED = "unmerged"


class PeriodKind(StrEnum):
    """How a period came about."""

    TRIAL = "trial"
    PAID = "paid"
    GIFT = "gift"
    CODE = "code"
    EXTENSION = "extension"


class ChargeState(StrEnum):
    """Where a try to charge for a period stands; `surplus`: paid, but the period was had already, so it goes back."""

    ASKED = "asked"
    PAID = "paid"
    FAILED = "failed"
    SURPLUS = "surplus"


class NoticeKind(StrEnum):
    """What members are told of their subscription."""

    RENEWAL = "plan_renewal"
    PRICE = "plan_price"
    ENDING = "plan_ending"
    CHARGE_FAILED = "plan_charge_failed"
    GRACE = "plan_grace"
    LAPSED = "plan_lapsed"
    GIFT = "plan_gift"


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a plan gives in a period, as people read it, and what the merchant says it is worth."""

    name_zh: str
    name_en: str
    value_minor: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version of a plan says.

    `prices` are for whole periods. `trial_days` is 0 without a trial. A renewal is told `notice_days` before the period
    ends, but on none that lies in its first half: that is no news to who has just paid. It is charged `try_days` after
    its end (before it where negative), until a try succeeds; after the last one the plan is kept for `grace_days` more.
    Who cancels within `cooling_off_days` of the payment of the first period that
    they ever paid for has it all back, afterwards as `refund` says.
    """

    prices: Mapping[Length, int]
    trial_days: int = 0
    notice_days: tuple[int, ...] = (30, 7)
    try_days: tuple[int, ...] = (-1, 2, 5)
    grace_days: int = 7
    cooling_off_days: int = 7
    refund: AfterCoolingOff = AfterCoolingOff.PRORATA
    gives: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as somebody writes it; `tag` is what its members carry as long as they have it."""

    code: str
    kind: Kind
    name_zh: str
    name_en: str
    tag: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """The terms of a plan from an instant on; versions are numbered from 1 and never change."""

    number: int
    effective_at: datetime
    terms: Terms


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with the version in force (the first one, before it is) and the one that comes next, if any."""

    id: UUID
    code: str
    kind: Kind
    name_zh: str
    name_en: str
    tag: str
    on_sale: bool
    version: PlanVersion
    coming: PlanVersion | None

    def name(self, language: str) -> str:
        """Return the name in zh or en."""
        return self.name_zh if language.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class PlanCount:
    """How many members have a plan, by state."""

    plan_id: UUID
    states: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A member's run of periods of a plan, as long as one follows the other.

    `ends_at` is when the last of them ends, None before the first; `grace_until` is set in grace. `auto_renew` needs an
    `agreement`; `leaving`: it ends with its period because somebody said so. `price_minor` is what the last paid period
    cost, and while nothing was paid yet what the first will; `renews_at_minor` is what the next costs, as it was told
    or as the plan says now.
    """

    id: UUID
    member_id: UUID
    plan: Plan
    state: State
    length: Length
    auto_renew: bool
    leaving: bool
    method: str
    agreement: str
    started_at: datetime | None
    ends_at: datetime | None
    grace_until: datetime | None
    price_minor: int
    renews_at_minor: int | None
    tries: int

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of a subscription; `value_minor` is the money in it that was not given back, `cost_minor` its price."""

    number: int
    kind: PeriodKind
    length: Length
    version: int
    starts_at: datetime
    ends_at: datetime
    cost_minor: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Charge:
    """A try to charge for a period; `id` is what its payment refers to. `credit_minor` came over from another plan."""

    id: UUID
    number: int
    attempt: int
    state: ChargeState
    length: Length
    amount_minor: int
    credit_minor: int
    asked_at: datetime
    payment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Carried:
    """A plan that a member has, by its code and tag."""

    subscription_id: UUID
    code: str
    tag: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What a plan took off an order: off each of its lines, by their numbers from 1, and off shipping."""

    subscription_id: UUID
    lines: Mapping[int, int]
    shipping_minor: int


@dataclass(frozen=True, slots=True)
class Savings:
    """What a plan has saved its member on orders placed by carts, and what they paid: in all, and in the period that
    runs or ran last. Refunds take both back. `by_period` is what was saved in each, by its number.
    """

    saved_minor: int
    paid_minor: int
    period_saved_minor: int
    period_paid_minor: int
    by_period: Mapping[int, int]

    @property
    def to_break_even_minor(self) -> int:
        """What is still to be saved until the period has paid for itself."""
        return max(0, self.period_paid_minor - self.period_saved_minor)


@dataclass(frozen=True, slots=True)
class Change:
    """A step in the life of a subscription; `before` is None at its beginning, `actor` who did it."""

    number: int
    at: datetime
    before: State | None
    after: State
    cause: Cause
    ends_at: datetime | None
    actor: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened to a subscription, the oldest first."""

    periods: tuple[Period, ...]
    charges: tuple[Charge, ...]
    changes: tuple[Change, ...]
    notices: tuple["Notice", ...]
    savings: Savings


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """Subscriptions, latest first; `next_cursor` is None on the last page."""

    subscriptions: tuple[Subscription, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody buys: periods of a plan for a member, paid by `payer_id` (the same member, but for a gift).

    With `agreement`, or one that the payment brings, and `auto_renew` the plan goes on by itself.
    """

    member_id: UUID
    plan_code: str
    length: Length
    method: str
    auto_renew: bool = True
    payer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """What came of an order or a switch; `payment_id` is what is to be paid first, None where nothing is."""

    subscription: Subscription
    payment_id: UUID | None


class RefundRule(StrEnum):
    """By which rule money goes back."""

    COOLING_OFF = "cooling_off"
    PRORATA = "prorata"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a cancellation comes to: when the plan ends, and what goes back by which rule.

    Pro rata: of each paid period, its money times the days that are left over the days it has, rounded half up to the
    minor unit; today counts as used.
    """

    at_once: bool
    ends_at: datetime
    refund_minor: int
    rule: RefundRule
    days_left: int
    days_total: int


@dataclass(frozen=True, slots=True)
class Switch:
    """What a change to another plan comes to: the unused part of the old is credited, the rest is due or goes back.

    due = max(0, price - credit), refund = max(0, credit - price); the new period begins now and is whole.
    """

    plan: Plan
    length: Length
    price_minor: int
    credit_minor: int
    due_minor: int
    refund_minor: int
    starts_at: datetime
    ends_at: datetime
    days_left: int
    days_total: int

    @property
    def unused_minor(self) -> int:
        """What of the old plan was not used: the credit, and what goes back beyond it."""
        return self.credit_minor + self.refund_minor


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a member is to be told once, or was; `day` and amounts are its values, empty where it has none."""

    id: UUID
    subscription_id: UUID
    member_id: UUID
    plan: Plan
    kind: NoticeKind
    at: datetime
    day: datetime | None
    amount_minor: int | None
    before_minor: int | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Activation codes made together; `used` of `count` are used, and none works from `ends_at` on."""

    id: UUID
    plan: Plan
    length: Length
    count: int
    used: int
    note: str
    made_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Advanced:
    """How many subscriptions time did something to."""

    subscriptions: int
