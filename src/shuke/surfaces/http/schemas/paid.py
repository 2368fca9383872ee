"""What clients say about plans and subscriptions, and how they stand. Amounts are in the organisation's minor unit."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.paid import contracts as paid
from shuke.rooms.payments import contracts as payments
from shuke.surfaces.http.fields import Answer, Body, Flag, Instant, Time, instant, integer, text
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.plan_savings import SavingsAnswer, savings_answer

_LETTERS = r"_[0-7][0-9A-HJKMNP-TV-Z]{25}$"
PlanCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
SubscriptionId = Annotated[str, StringConstraints(pattern=rf"^{paid.SUBSCRIPTION_PREFIX}{_LETTERS}")]
ActivationId = Annotated[str, StringConstraints(pattern=rf"^{paid.BATCH_PREFIX}{_LETTERS}")]
PaymentId = Annotated[str, StringConstraints(pattern=rf"^{payments.PAYMENT_PREFIX}{_LETTERS}")]
PaymentRefundId = Annotated[str, StringConstraints(pattern=rf"^{payments.REFUND_PREFIX}{_LETTERS}")]
LengthText = Literal["month", "quarter", "year"]
StateText = Literal["pending", "trial", "active", "past_due", "grace", "lapsed", "cancelled", "void"]
Method = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Price = integer(1, 10**12)
Name = text(60)
Reason = text(200)
Days = integer(0, 366)


class PlanPricesBody(Body):
    """What a period costs, by its length; a length without a price is not sold."""

    model_config = {"json_schema_extra": {"minProperties": 1}}

    month: Price | None = None
    quarter: Price | None = None
    year: Price | None = None


class PlanGivenBody(Body):
    """Something that a plan gives in a period, and what the merchant says it is worth."""

    name_zh: Name
    name_en: Name
    value_minor: integer(0, 10**12)


class PlanTermsBody(Body):
    """What a version of a plan says.

    A renewal is told `notice_days` before the period ends and charged `try_days` after its end (before it where
    negative); after the last try the plan is kept for `grace_days`. Who cancels at once within `cooling_off_days` of
    first paying for the plan has it all back, otherwise as `refund` says.
    """

    prices: PlanPricesBody
    trial_days: Days = 0
    notice_days: Annotated[list[Days], Field(max_length=10)] = [30, 7]
    try_days: Annotated[list[integer(-27, 366)], Field(min_length=1, max_length=10)] = [-1, 2, 5]
    grace_days: Days = 7
    cooling_off_days: Days = 7
    refund: Literal["prorata", "nothing"] = "prorata"
    gives: Annotated[list[PlanGivenBody], Field(max_length=30)] = []

    def value(self) -> paid.Terms:
        prices = {length: getattr(self.prices, length.value) for length in paid.Length}
        return paid.Terms(
            {length: price for length, price in prices.items() if price is not None},
            self.trial_days,
            tuple(self.notice_days),
            tuple(self.try_days),
            self.grace_days,
            self.cooling_off_days,
            paid.AfterCoolingOff(self.refund),
            tuple(paid.Given(one.name_zh, one.name_en, one.value_minor) for one in self.gives),
        )


class PlanBody(Body):
    """A plan to be created. Its members carry `tag` as long as they have it: rules and offers ask for it."""

    code: PlanCode
    kind: Literal["service", "goods"] = "service"
    name_zh: Name
    name_en: Name
    tag: PlanCode
    terms: PlanTermsBody

    def value(self) -> paid.PlanDraft:
        kind = paid.Kind(self.kind)
        return paid.PlanDraft(self.code, kind, self.name_zh, self.name_en, self.tag, self.terms.value())


class PlanVersionBody(Body):
    """Other terms of a plan, from an instant on, or from now; who has the plan keeps theirs until the period ends."""

    terms: PlanTermsBody
    effective_at: Time | None = None


class SaleBody(Body):
    """Whether new members can come to a plan."""

    on_sale: Flag


class PlanOrderBody(Body):
    """A period of a plan to be bought for a member; `payer` is who pays for a gift.

    `method` is one of the methods of payment that the deployment has, such as counter for money that was taken already.
    """

    member: MemberRefBody
    plan: PlanCode
    length: LengthText
    method: Method
    auto_renew: Flag = True
    payer: MemberRefBody | None = None


class TrialBody(Body):
    """A trial of a plan; `length` is what it is to go on with."""

    member: MemberRefBody
    plan: PlanCode
    length: LengthText


class PlanGiftBody(Body):
    """A period of a plan that nobody pays for."""

    member: MemberRefBody
    plan: PlanCode
    length: LengthText
    reason: Reason


class ActivationBody(Body):
    """An activation code of a member; small letters, spaces and hyphens do not matter."""

    member: MemberRefBody
    code: text(40)


class SubscriptionExtensionBody(Body):
    """Days by which a subscription holds longer."""

    days: integer(1, 366)
    reason: Reason


class RenewalBody(Body):
    """Whether a subscription goes on by itself."""

    on: Flag


class CancellationBody(Body):
    """Whether a subscription ends at once, with what is given back, or with its period."""

    at_once: Flag


class SwitchBody(Body):
    """The plan to change to; `method` is how the rest is paid, by default as before."""

    plan: PlanCode
    length: LengthText
    method: Method | None = None


class ActivationBatchBody(Body):
    """Activation codes to be made; none works from `ends_at` on."""

    plan: PlanCode
    length: LengthText
    count: integer(1, 10_000)
    note: text(100) | None = None
    ends_at: Time | None = None


class PlanPricesAnswer(Answer):
    month: int | None
    quarter: int | None
    year: int | None


class PlanGivenAnswer(Answer):
    name_zh: str
    name_en: str
    value_minor: int


class PlanVersionAnswer(Answer):
    """The terms of a plan from an instant on."""

    number: int
    effective_at: Instant
    prices: PlanPricesAnswer
    trial_days: int
    notice_days: list[int]
    try_days: list[int]
    grace_days: int
    cooling_off_days: int
    refund: Literal["prorata", "nothing"]
    gives: list[PlanGivenAnswer]


class PlanAnswer(Answer):
    """A plan; `coming` are the terms that follow those in force."""

    code: str
    kind: Literal["service", "goods"]
    name_zh: str
    name_en: str
    tag: str
    on_sale: bool
    version: PlanVersionAnswer
    coming: PlanVersionAnswer | None
    livemode: bool
    dry_run: bool


class PlansAnswer(Answer):
    """All plans."""

    items: list[PlanAnswer]
    livemode: bool


class SubscriptionAnswer(Answer):
    """How a subscription stands. `ends_at` is when the paid time ends, `renews_at_minor` what it renews for."""

    id: str
    member_id: str
    plan: str
    state: StateText
    length: LengthText
    auto_renew: bool
    leaving: bool
    started_at: Instant | None
    ends_at: Instant | None
    grace_until: Instant | None
    price_minor: int
    renews_at_minor: int | None
    livemode: bool
    dry_run: bool


class SubscriptionPageAnswer(Answer):
    """Subscriptions, latest first; `next_cursor` is null on the last page."""

    items: list[SubscriptionAnswer]
    next_cursor: str | None
    livemode: bool


class SubscriptionPeriodAnswer(Answer):
    """A stretch of a subscription; `value_minor` is the money in it that was not given back, `saved_minor` what the
    plan took off orders in it.
    """

    number: int
    kind: Literal["trial", "paid", "gift", "code", "extension"]
    starts_at: Instant
    ends_at: Instant
    cost_minor: int
    value_minor: int
    saved_minor: int


class PlanChargeAnswer(Answer):
    """A try to charge for a period; `surplus` was paid and given back, for the period was had already."""

    number: int
    attempt: int
    state: Literal["asked", "paid", "failed", "surplus"]
    amount_minor: int
    credit_minor: int
    asked_at: Instant
    payment_id: str | None


class SubscriptionChangeAnswer(Answer):
    """A step in the life of a subscription."""

    at: Instant
    before: StateText | None
    after: StateText
    cause: str
    ends_at: Instant | None
    actor: str


class SubscriptionHistoryAnswer(Answer):
    """A subscription with everything that happened to it, the oldest first."""

    subscription: SubscriptionAnswer
    periods: list[SubscriptionPeriodAnswer]
    charges: list[PlanChargeAnswer]
    changes: list[SubscriptionChangeAnswer]
    savings: SavingsAnswer
    livemode: bool


class BoughtAnswer(Answer):
    """A subscription and what is to be paid first: start that payment; null where nothing is due."""

    subscription: SubscriptionAnswer
    payment_id: str | None
    livemode: bool
    dry_run: bool


class CancellationAnswer(Answer):
    """What a cancellation came to, and in a dry run would come to: what goes back, by which rule."""

    subscription: SubscriptionAnswer
    at_once: bool
    ends_at: Instant
    refund_minor: int
    rule: Literal["cooling_off", "prorata", "nothing"]
    days_left: int
    days_total: int
    livemode: bool
    dry_run: bool


class SwitchAnswer(Answer):
    """What a change of plan came to, and in a dry run would come to: the price less the credit is due, or goes back."""

    subscription: SubscriptionAnswer
    payment_id: str | None
    price_minor: int
    credit_minor: int
    due_minor: int
    refund_minor: int
    days_left: int
    days_total: int
    livemode: bool
    dry_run: bool


class ActivationBatchAnswer(Answer):
    """Activation codes that were made together."""

    id: str
    plan: str
    length: LengthText
    count: int
    used: int
    note: str
    made_at: Instant
    ends_at: Instant | None
    livemode: bool
    dry_run: bool


class ActivationBatchesAnswer(Answer):
    """All batches of activation codes, latest first."""

    items: list[ActivationBatchAnswer]
    livemode: bool


class ActivationCodeAnswer(Answer):
    code: str
    used_at: Instant | None


class ActivationCodesAnswer(Answer):
    """The activation codes of a batch."""

    items: list[ActivationCodeAnswer]
    livemode: bool


def decode_subscription_id(value: str) -> UUID:
    """Return the id behind its outside form.

    Raises: Refusal `invalid_id`.
    """
    return ids.decode(paid.SUBSCRIPTION_PREFIX, value)


def plan_answer(plan: paid.Plan, *, livemode: bool, dry_run: bool = False) -> PlanAnswer:
    return PlanAnswer(
        code=plan.code,
        kind=plan.kind.value,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        tag=plan.tag,
        on_sale=plan.on_sale,
        version=_version(plan.version),
        coming=None if plan.coming is None else _version(plan.coming),
        livemode=livemode,
        dry_run=dry_run,
    )


def _version(version: paid.PlanVersion) -> PlanVersionAnswer:
    terms = version.terms
    return PlanVersionAnswer(
        number=version.number,
        effective_at=instant(version.effective_at),
        prices=PlanPricesAnswer(**{length.value: terms.prices.get(length) for length in paid.Length}),
        trial_days=terms.trial_days,
        notice_days=list(terms.notice_days),
        try_days=list(terms.try_days),
        grace_days=terms.grace_days,
        cooling_off_days=terms.cooling_off_days,
        refund=terms.refund.value,
        gives=[PlanGivenAnswer(name_zh=g.name_zh, name_en=g.name_en, value_minor=g.value_minor) for g in terms.gives],
    )


def subscription_answer(found: paid.Subscription, *, livemode: bool, dry_run: bool = False) -> SubscriptionAnswer:
    return SubscriptionAnswer(
        id=ids.encode(paid.SUBSCRIPTION_PREFIX, found.id),
        member_id=ids.encode(ID_PREFIX, found.member_id),
        plan=found.plan.code,
        state=found.state.value,
        length=found.length.value,
        auto_renew=found.auto_renew,
        leaving=found.leaving,
        started_at=found.started_at and instant(found.started_at),
        ends_at=found.ends_at and instant(found.ends_at),
        grace_until=found.grace_until and instant(found.grace_until),
        price_minor=found.price_minor,
        renews_at_minor=found.renews_at_minor,
        livemode=livemode,
        dry_run=dry_run,
    )


def history_answer(found: paid.Subscription, told: paid.History, *, livemode: bool) -> SubscriptionHistoryAnswer:
    return SubscriptionHistoryAnswer(
        subscription=subscription_answer(found, livemode=livemode),
        periods=[
            SubscriptionPeriodAnswer(
                number=one.number,
                kind=one.kind.value,
                starts_at=instant(one.starts_at),
                ends_at=instant(one.ends_at),
                cost_minor=one.cost_minor,
                value_minor=one.value_minor,
                saved_minor=told.savings.by_period[one.number],
            )
            for one in told.periods
        ],
        charges=[
            PlanChargeAnswer(
                number=one.number,
                attempt=one.attempt,
                state=one.state.value,
                amount_minor=one.amount_minor,
                credit_minor=one.credit_minor,
                asked_at=instant(one.asked_at),
                payment_id=payment_id(one.payment_id),
            )
            for one in told.charges
        ],
        changes=[
            SubscriptionChangeAnswer(
                at=instant(one.at),
                before=one.before and one.before.value,
                after=one.after.value,
                cause=one.cause.value,
                ends_at=one.ends_at and instant(one.ends_at),
                actor=one.actor,
            )
            for one in told.changes
        ],
        savings=savings_answer(told.savings),
        livemode=livemode,
    )


def payment_id(value: UUID | None) -> str | None:
    return None if value is None else ids.encode(payments.PAYMENT_PREFIX, value)


def batch_answer(batch: paid.Batch, *, livemode: bool, dry_run: bool = False) -> ActivationBatchAnswer:
    return ActivationBatchAnswer(
        id=ids.encode(paid.BATCH_PREFIX, batch.id),
        plan=batch.plan.code,
        length=batch.length.value,
        count=batch.count,
        used=batch.used,
        note=batch.note,
        made_at=instant(batch.made_at),
        ends_at=batch.ends_at and instant(batch.ends_at),
        livemode=livemode,
        dry_run=dry_run,
    )
