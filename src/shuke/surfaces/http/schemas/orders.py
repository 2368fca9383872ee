"""What clients say about orders, and what became of them."""

from typing import Annotated, Any, Literal, Protocol

from pydantic import FailFast, Field, StrictBool, StringConstraints

from shuke.engine import facts
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.orders import contracts as orders
from shuke.rooms.programs.contracts import OrderFact, Result
from shuke.surfaces.http.fields import (
    AmountMinor,
    Answer,
    Attributes,
    Body,
    Currency,
    ExternalIdText,
    Instant,
    Label,
    Quantity,
    Source,
    Time,
    instant,
)
from shuke.surfaces.http.schemas.coupons import GivenCouponAnswer, given_coupons
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import Foreseen, UnitPoints, by_unit
from shuke.surfaces.http.schemas.problems import ProblemAnswer

BATCH_LIMIT = 1_000
ORDER_PREFIX = "ord"
REFUND_PREFIX = "rfd"
OrderId = Annotated[str, StringConstraints(pattern=r"^ord_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class LineBody(Body):
    """A line of an order; amounts in minor units. A gift card earns nothing: what is bought with it does."""

    sku: Label
    category: Label | None = None
    quantity: Quantity
    net_minor: AmountMinor
    gift_card: StrictBool = False
    attributes: Attributes = Field(default={})

    def value(self) -> orders.Line:
        return orders.Line(
            self.sku,
            self.category or "",
            self.quantity,
            self.net_minor,
            gift_card=self.gift_card,
            attributes=dict(self.attributes),
        )


class NewOrderBody(Body):
    """An order as a source reports it; (source, external_id) names it for ever. Amounts in minor units of `currency`.

    Without a member, or with one that nobody knows yet, the order is stored and not decided. `net_minor` is what was
    paid; how much of it was tax, shipping or paid with points (each at most the net) only matters where the program
    leaves that out. The lines need not add up to the net: shipping, a discount of the whole order or goods that the
    source does not know may stand between them. Attributes that the program does not declare are stored and read by
    no rule.
    """

    source: Source
    external_id: ExternalIdText
    member: MemberRefBody | None = None
    occurred_at: Time
    currency: Currency
    net_minor: AmountMinor
    gross_minor: AmountMinor | None = None
    tax_minor: AmountMinor = 0
    shipping_minor: AmountMinor = 0
    points_paid_minor: AmountMinor = 0
    store: Label | None = None
    channel: Label | None = None
    attributes: Attributes = Field(default={})
    lines: Annotated[list[LineBody], FailFast(), Field(max_length=facts.LINES_LIMIT)] = Field(default=[])

    def value(self) -> OrderFact:
        """Return the fact; `gross_minor` is `net_minor` where nothing else is said."""
        return OrderFact(
            source=self.source,
            external_id=self.external_id,
            member=self.member.value() if self.member else None,
            occurred_at=self.occurred_at,
            net_minor=self.net_minor,
            gross_minor=self.net_minor if self.gross_minor is None else self.gross_minor,
            currency=self.currency,
            store=self.store or "",
            channel=self.channel or "",
            lines=tuple(line.value() for line in self.lines),
            tax_minor=self.tax_minor,
            shipping_minor=self.shipping_minor,
            points_paid_minor=self.points_paid_minor,
            attributes=dict(self.attributes),
        )


class OrderBatchBody(Body):
    """Up to 1,000 orders, taken in this sequence. Each is checked on its own: a wrong one refuses only itself."""

    orders: Annotated[list[Any], Field(min_length=1, max_length=BATCH_LIMIT)]


class DecisionAnswer(Answer):
    """What an order or behaviour earned, and the tier before and after, null without a ladder.

    `points` are what the rules gave, by unit; `milestones` what milestones gave besides because it reached them, of the
    units that they gave. Both together are what came to the member.

    `late`: it was older than what was recorded already, so it was decided as of `effective_at`.
    """

    version: int
    effective_at: Instant
    late: bool
    points: list[UnitPoints]
    milestones: list[UnitPoints]
    tier_before: str | None
    tier_after: str | None
    entry_ids: list[str]


class OrderResult(Foreseen):
    """What became of one order. `undecided` says why it was stored without a decision.

    `balances` are what was usable after it, of the units that it gave points in; `owed` is what refunds took back and
    the balance did not cover. `coupons` are those that templates gave for it by their rules.
    """

    status: Literal["recorded", "repeated"]
    id: str
    source: str
    external_id: str
    member_id: str | None
    decision: DecisionAnswer | None
    undecided: str | None
    balances: list[UnitPoints]
    owed: list[UnitPoints]
    coupons: list[GivenCouponAnswer]
    livemode: bool


class BatchItem(Answer):
    """What became of the order at `index` of the batch: exactly one of `order` and `problem` is there."""

    index: int
    status: Literal["recorded", "repeated", "refused"]
    order: OrderResult | None
    problem: ProblemAnswer | None


class BatchAnswer(Answer):
    """The results in the sequence of the batch, and how many of each kind."""

    recorded: int
    repeated: int
    refused: int
    results: list[BatchItem]
    dry_run: bool = False


class LineAnswer(Answer):
    number: int
    sku: str
    category: str | None
    quantity: int
    net_minor: int
    gift_card: bool
    attributes: dict[str, Any]


class UnfitRefundAnswer(Answer):
    """A refund that came before its order and did not fit it; `because` is the code of why."""

    id: str
    source: str
    external_id: str
    because: str


class OrderAnswer(Answer):
    """A stored order; `refunded_minor` is what refunds have taken off its net amount so far.

    `unfit_refunds` came before it and were refused when it came.
    """

    id: str
    source: str
    external_id: str
    member_id: str | None
    occurred_at: Instant
    recorded_at: Instant
    currency: str
    net_minor: int
    gross_minor: int
    tax_minor: int
    shipping_minor: int
    points_paid_minor: int
    refunded_minor: int
    store: str | None
    brand: str | None
    channel: str | None
    attributes: dict[str, Any]
    lines: list[LineAnswer]
    unfit_refunds: list[UnfitRefundAnswer]
    livemode: bool


class Named(Protocol):
    """What names an order."""

    source: str
    external_id: str


def order_result(body: Named, result: Result, *, livemode: bool, dry_run: bool) -> OrderResult:
    """Return what became of an order that was not refused."""
    return OrderResult(
        status=result.status.value,
        id=ids.encode(ORDER_PREFIX, result.reference),
        source=body.source,
        external_id=body.external_id,
        member_id=ids.encode(members.ID_PREFIX, result.member_id) if result.member_id else None,
        decision=decision_answer(result) if result.version is not None else None,
        undecided=result.undecided.value if result.undecided else None,
        balances=balances_of(result),
        owed=by_unit(result.owed),
        coupons=given_coupons(result),
        livemode=livemode,
        dry_run=dry_run,
    )


def balances_of(result: Result) -> list[UnitPoints]:
    """Return the balances of the units in which an order or behaviour gave points."""
    given = {**result.milestones, **{unit: points for unit, points in (result.points or {}).items() if points}}
    return [one for one in by_unit(result.balances) if one.unit in given]


def decision_answer(result: Result) -> DecisionAnswer:
    """Return what a decided order or behaviour earned."""
    return DecisionAnswer(
        version=result.version,
        effective_at=instant(result.effective_at),
        late=result.late,
        points=by_unit(result.points),
        milestones=by_unit(result.milestones),
        tier_before=result.tier_before or None,
        tier_after=result.tier_after or None,
        entry_ids=[entry.id for entry in result.entries],
    )


def order_answer(
    order: orders.Order, lines: tuple[orders.Line, ...], refunds: tuple[orders.Refund, ...], *, livemode: bool
) -> OrderAnswer:
    """Return a stored order as the API shows it."""
    return OrderAnswer(
        id=ids.encode(ORDER_PREFIX, order.id),
        source=order.source,
        external_id=order.external_id,
        member_id=ids.encode(members.ID_PREFIX, order.member_id) if order.member_id else None,
        occurred_at=instant(order.occurred_at),
        recorded_at=instant(order.recorded_at),
        currency=order.currency,
        net_minor=order.net_minor,
        gross_minor=order.gross_minor,
        tax_minor=order.tax_minor,
        shipping_minor=order.shipping_minor,
        points_paid_minor=order.points_paid_minor,
        refunded_minor=order.refunded_minor,
        store=order.store or None,
        brand=order.brand or None,
        channel=order.channel or None,
        attributes=dict(order.attributes),
        lines=[
            LineAnswer(
                number=number,
                sku=line.sku,
                category=line.category or None,
                quantity=line.quantity,
                net_minor=line.net_minor,
                gift_card=line.gift_card,
                attributes=dict(line.attributes),
            )
            for number, line in enumerate(lines, start=1)
        ],
        unfit_refunds=[
            UnfitRefundAnswer(
                id=ids.encode(REFUND_PREFIX, refund.id),
                source=refund.source,
                external_id=refund.external_id,
                because=refund.refused_because,
            )
            for refund in refunds
            if refund.refused_because is not None
        ],
        livemode=livemode,
    )
