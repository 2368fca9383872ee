"""What clients say about stored value and gift cards, and how they stand. Amounts are in minor units of the program."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from shuke.foundation import ids
from shuke.rooms.members.contracts import ID_PREFIX
from shuke.rooms.programs.contracts import TopUpFact, ValueHeld, ValuePaymentFact
from shuke.rooms.value import contracts as value
from shuke.surfaces.http.fields import Answer, Body, Date, Day, ExternalIdText, Instant, Label, Source, instant, integer
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.payments import PaidByHandAnswer, PaymentAnswer, by_hand, payment_answer

_LETTERS = r"_[0-7][0-9A-HJKMNP-TV-Z]{25}$"
TopUpId = Annotated[str, StringConstraints(pattern=rf"^{value.TOP_UP_PREFIX}{_LETTERS}")]
ValueUseId = Annotated[str, StringConstraints(pattern=rf"^{value.USE_PREFIX}{_LETTERS}")]
ValueRefundId = Annotated[str, StringConstraints(pattern=rf"^{value.REFUND_PREFIX}{_LETTERS}")]
CardBatchId = Annotated[str, StringConstraints(pattern=rf"^{value.BATCH_PREFIX}{_LETTERS}")]
CardCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z \-]{4,60}$")]
ValueAmount = integer(1, 10**9)
Reason = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
WarningText = Literal["named_limit", "unnamed_limit"]
CardStateText = Literal["made", "active", "loaded", "void"]
CARDS_LIMIT = 1_000


class ValueOrderBody(Body):
    """The name of an order."""

    source: Source
    external_id: ExternalIdText

    def value(self) -> tuple[str, str]:
        return self.source, self.external_id


class ValueOrderAnswer(Answer):
    """The name of an order."""

    source: str
    external_id: str


class BonusStepAnswer(Answer):
    """The bonus of a top-up from an amount on."""

    from_minor: int
    bonus_minor: int


class ValueTermsAnswer(Answer):
    """What the program in force says of stored value: its units, what pays first, top-ups, limits, refunds.

    `methods` are the providers one tops up by; money that a clerk took is desk.
    """

    currency: str
    principal: str
    bonus: str | None
    use: Literal["principal first", "bonus first", "in proportion"]
    least_minor: int
    most_minor: int
    steps: list[BonusStepAnswer]
    named_minor: int | None
    unnamed_minor: int | None
    over: Literal["warn", "refuse"]
    fee_percent: str
    bonus_back: Literal["share", "all", "keep"]
    methods: list[str]
    livemode: bool


class ValueAnswer(Answer):
    """What a member has of stored value now. `held_minor` is set aside; `bonus_ends_on` is the first day without the
    part of the bonus that ends first.
    """

    member_id: str
    currency: str
    principal_minor: int
    bonus_minor: int
    held_minor: int
    bonus_ending_minor: int
    bonus_ends_on: Day | None
    warnings: list[WarningText]
    livemode: bool


class TopUpBody(Body):
    """Money that a member pays ahead. `method` is desk where it was taken, else a provider, the first by default.

    `order` is the order with which it was sold: it does not pay for that.
    """

    source: Source
    external_id: ExternalIdText
    member: MemberRefBody
    amount_minor: ValueAmount
    method: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] | None = None
    store: Label | None = None
    order: ValueOrderBody | None = None

    def value(self) -> TopUpFact:
        order = self.order.value() if self.order else None
        who = self.source, self.external_id, self.member.value()
        return TopUpFact(*who, self.amount_minor, self.method or "", self.store or "", order)


class TopUpAnswer(Answer):
    """A top-up as it stands; `payment` is where it is paid through a provider, `repeated` that it was made before."""

    id: str
    source: str
    external_id: str
    member_id: str
    amount_minor: int
    bonus_minor: int
    currency: str
    method: str
    store: str
    state: Literal["asked", "paid", "failed", "returned", "refunded_part", "refunded"]
    refunded_minor: int
    order: ValueOrderAnswer | None
    asked_at: Instant
    paid_at: Instant | None
    payment: PaymentAnswer | None
    warnings: list[WarningText]
    repeated: bool
    livemode: bool
    dry_run: bool


class TopUpPageAnswer(Answer):
    items: list[TopUpAnswer]
    next_cursor: str | None
    livemode: bool


class ValuePaymentBody(Body):
    """So much of what a till is to get is paid with stored value; a refund of `order` gives it back by share."""

    source: Source
    external_id: ExternalIdText
    member: MemberRefBody
    amount_minor: ValueAmount
    order: ValueOrderBody | None = None

    def value(self) -> ValuePaymentFact:
        order = self.order.value() if self.order else None
        return ValuePaymentFact(self.source, self.external_id, self.member.value(), self.amount_minor, order)


class ValuePaymentAnswer(Answer):
    """Stored value that paid, of the principal and of the bonus."""

    id: str
    source: str
    external_id: str
    member_id: str
    amount_minor: int
    principal_minor: int
    bonus_minor: int
    order: ValueOrderAnswer | None
    at: Instant
    repeated: bool
    livemode: bool
    dry_run: bool


class ValueRefundBody(Body):
    """So much of a member's principal, or all that is left, is to be refunded, and why."""

    member: MemberRefBody
    amount_minor: ValueAmount | None = None
    reason: Reason


class ValueRefundPartAnswer(Answer):
    """Money on its way to where it came from; by hand where there is no `payment_id`. It covers so much principal."""

    amount_minor: int
    covered_minor: int
    top_up_id: str | None
    payment_id: str | None
    method: str
    state: Literal["pending", "done", "failed"] | None
    by_hand: PaidByHandAnswer | None


class ValueRefundPreviewAnswer(Answer):
    """What a refund comes to now: principal and bonus that go, the fee, the money and where it goes."""

    member_id: str
    principal_minor: int
    bonus_minor: int
    fee_minor: int
    money_minor: int
    parts: list[ValueRefundPartAnswer]
    left_principal_minor: int
    left_bonus_minor: int
    livemode: bool
    dry_run: bool


class ValueRefundAnswer(Answer):
    """A refund that took place, with how far its money is."""

    id: str
    member_id: str
    principal_minor: int
    bonus_minor: int
    fee_minor: int
    reason: str
    at: Instant
    parts: list[ValueRefundPartAnswer]
    livemode: bool


class ValueRefundPageAnswer(Answer):
    items: list[ValueRefundAnswer]
    next_cursor: str | None
    livemode: bool


class CardBatchBody(Body):
    """Gift cards to be made: `active` where they are handed out at once, `ends_on` the last day of loading."""

    name: Label
    cards: integer(1, 10_000)
    amount_minor: ValueAmount
    active: StrictBool = False
    ends_on: Date | None = None

    def value(self) -> value.NewBatch:
        return value.NewBatch(self.name, self.cards, self.amount_minor, self.active, self.ends_on)


class CardBatchAnswer(Answer):
    """A batch of gift cards, and how many stand where."""

    id: str
    name: str
    cards: int
    amount_minor: int
    currency: str
    ends_on: Day | None
    made_at: Instant
    states: dict[CardStateText, int]
    warnings: list[WarningText]
    livemode: bool
    dry_run: bool


class CardBatchPageAnswer(Answer):
    items: list[CardBatchAnswer]
    next_cursor: str | None
    livemode: bool


class GiftCardBody(Body):
    """A gift card by its code, however it is typed."""

    code: CardCode


class GiftCardLoadBody(GiftCardBody):
    """A gift card to be loaded into a member's stored value."""

    member: MemberRefBody


class GiftCardVoidBody(GiftCardBody):
    """A gift card that is to be worth nothing, and why."""

    reason: Reason


class GiftCardSaleBody(Body):
    """Gift cards that were sold, with `order` where there was one: they do not pay for it."""

    codes: Annotated[list[CardCode], Field(min_length=1, max_length=CARDS_LIMIT)]
    order: ValueOrderBody | None = None


class GiftCardAnswer(Answer):
    """A gift card as it stands; `member_id` and `top_up_id` say where it was loaded."""

    id: str
    code: str
    batch_id: str
    amount_minor: int
    currency: str
    state: CardStateText
    ends_on: Day | None
    order: ValueOrderAnswer | None
    active_at: Instant | None
    loaded_at: Instant | None
    member_id: str | None
    top_up_id: str | None


class GiftCardOneAnswer(GiftCardAnswer):
    livemode: bool
    dry_run: bool


class GiftCardsAnswer(Answer):
    """Gift cards."""

    items: list[GiftCardAnswer]
    next_cursor: str | None
    livemode: bool
    dry_run: bool


class ValueFiguresAnswer(Answer):
    """What stored value amounts to: what is outstanding now, and all that ever was paid in, used, refunded and kept."""

    currency: str
    principal_minor: int
    bonus_minor: int
    paid_in_minor: int
    bonus_given_minor: int
    principal_used_minor: int
    bonus_used_minor: int
    bonus_expired_minor: int
    refunded_minor: int
    bonus_withdrawn_minor: int
    fees_minor: int
    cards_open_minor: int
    livemode: bool


def terms_answer(terms: value.ValueTerms, *, livemode: bool) -> ValueTermsAnswer:
    return ValueTermsAnswer(
        currency=terms.currency,
        principal=terms.principal,
        bonus=terms.bonus or None,
        use=terms.use,
        least_minor=terms.least_minor,
        most_minor=terms.most_minor,
        steps=[BonusStepAnswer(from_minor=step.from_minor, bonus_minor=step.bonus_minor) for step in terms.steps],
        named_minor=terms.named_minor,
        unnamed_minor=terms.unnamed_minor,
        over="refuse" if terms.refuses else "warn",
        fee_percent=str(float(terms.fee_percent)).removesuffix(".0"),
        bonus_back=terms.bonus_back,
        methods=list(terms.methods),
        livemode=livemode,
    )


def value_answer(held: ValueHeld, *, livemode: bool) -> ValueAnswer:
    return ValueAnswer(
        member_id=ids.encode(ID_PREFIX, held.member_id),
        currency=held.currency,
        principal_minor=held.principal_minor,
        bonus_minor=held.bonus_minor,
        held_minor=held.held_minor,
        bonus_ending_minor=held.bonus_ending_minor,
        bonus_ends_on=held.bonus_ends_on.isoformat() if held.bonus_ends_on else None,
        warnings=[warning.value for warning in held.warnings],
        livemode=livemode,
    )


def top_up_answer(top_up: value.TopUp, *, livemode: bool, dry_run: bool = False) -> TopUpAnswer:
    return TopUpAnswer(
        id=ids.encode(value.TOP_UP_PREFIX, top_up.id),
        source=top_up.source,
        external_id=top_up.external_id,
        member_id=ids.encode(ID_PREFIX, top_up.member_id),
        amount_minor=top_up.amount_minor,
        bonus_minor=top_up.bonus_minor,
        currency=top_up.currency,
        method=top_up.method,
        store=top_up.store,
        state=top_up.state.value,
        refunded_minor=top_up.refunded_minor,
        order=_order(top_up.order),
        asked_at=instant(top_up.asked_at),
        paid_at=top_up.paid_at and instant(top_up.paid_at),
        payment=payment_answer(top_up.payment, livemode=livemode) if top_up.payment else None,
        warnings=[warning.value for warning in top_up.warnings],
        repeated=top_up.repeated,
        livemode=livemode,
        dry_run=dry_run,
    )


def payment_with_value(use: value.ValueUse, *, livemode: bool, dry_run: bool = False) -> ValuePaymentAnswer:
    return ValuePaymentAnswer(
        id=ids.encode(value.USE_PREFIX, use.id),
        source=use.source,
        external_id=use.external_id,
        member_id=ids.encode(ID_PREFIX, use.member_id),
        amount_minor=use.amount_minor,
        principal_minor=use.principal_minor,
        bonus_minor=use.bonus_minor,
        order=_order(use.order),
        at=instant(use.at),
        repeated=use.repeated,
        livemode=livemode,
        dry_run=dry_run,
    )


def preview_answer(found: value.RefundPreview, *, livemode: bool) -> ValueRefundPreviewAnswer:
    return ValueRefundPreviewAnswer(
        member_id=ids.encode(ID_PREFIX, found.member_id),
        principal_minor=found.principal_minor,
        bonus_minor=found.bonus_minor,
        fee_minor=found.fee_minor,
        money_minor=found.money_minor,
        parts=[_part(part) for part in found.parts],
        left_principal_minor=found.left_principal_minor,
        left_bonus_minor=found.left_bonus_minor,
        livemode=livemode,
        dry_run=True,
    )


def refund_of_value(refund: value.ValueRefund, *, livemode: bool) -> ValueRefundAnswer:
    return ValueRefundAnswer(
        id=ids.encode(value.REFUND_PREFIX, refund.id),
        member_id=ids.encode(ID_PREFIX, refund.member_id),
        principal_minor=refund.principal_minor,
        bonus_minor=refund.bonus_minor,
        fee_minor=refund.fee_minor,
        reason=refund.reason,
        at=instant(refund.at),
        parts=[_part(part) for part in refund.parts],
        livemode=livemode,
    )


def _part(part: value.RefundPart) -> ValueRefundPartAnswer:
    return ValueRefundPartAnswer(
        amount_minor=part.amount_minor,
        covered_minor=part.covered_minor,
        top_up_id=ids.encode(value.TOP_UP_PREFIX, part.top_up_id) if part.top_up_id else None,
        payment_id=ids.encode("pay", part.payment_id) if part.payment_id else None,
        method=part.method,
        state=part.state.value if part.state else None,
        by_hand=by_hand(part.by_hand),
    )


def _order(order: value.OrderKey | None) -> ValueOrderAnswer | None:
    return ValueOrderAnswer(source=order[0], external_id=order[1]) if order else None


def batch_of_cards(batch: value.CardBatch, *, livemode: bool, dry_run: bool = False) -> CardBatchAnswer:
    return CardBatchAnswer(
        id=ids.encode(value.BATCH_PREFIX, batch.id),
        name=batch.name,
        cards=batch.cards,
        amount_minor=batch.amount_minor,
        currency=batch.currency,
        ends_on=batch.ends_on.isoformat() if batch.ends_on else None,
        made_at=instant(batch.made_at),
        states={state.value: count for state, count in batch.states.items()},
        warnings=[warning.value for warning in batch.warnings],
        livemode=livemode,
        dry_run=dry_run,
    )


def card_answer(card: value.GiftCard) -> GiftCardAnswer:
    return GiftCardAnswer(
        id=ids.encode(value.CARD_PREFIX, card.id),
        code=card.code,
        batch_id=ids.encode(value.BATCH_PREFIX, card.batch_id),
        amount_minor=card.amount_minor,
        currency=card.currency,
        state=card.state.value,
        ends_on=card.ends_on.isoformat() if card.ends_on else None,
        order=_order(card.order),
        active_at=card.active_at and instant(card.active_at),
        loaded_at=card.loaded_at and instant(card.loaded_at),
        member_id=ids.encode(ID_PREFIX, card.member_id) if card.member_id else None,
        top_up_id=ids.encode(value.TOP_UP_PREFIX, card.top_up_id) if card.top_up_id else None,
    )


def one_card(card: value.GiftCard, *, livemode: bool, dry_run: bool = False) -> GiftCardOneAnswer:
    return GiftCardOneAnswer(**card_answer(card).model_dump(), livemode=livemode, dry_run=dry_run)
