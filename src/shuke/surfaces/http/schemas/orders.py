"""What clients say about orders, and what became of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import FailFast, Field, StringConstraints

from shuke.engine import facts
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.orders import contracts as orders
from shuke.rooms.programs.contracts import OrderFact, Result
from shuke.surfaces.http.fields import (
    AmountMinor,
    Answer,
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
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.problems import ProblemAnswer

BATCH_LIMIT = 1_000
ORDER_PREFIX = "ord"
OrderId = Annotated[str, StringConstraints(pattern=r"^ord_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class LineBody(Body):
    """A line of an order; amounts in minor units."""

    sku: Label
    category: Label | None = None
    quantity: Quantity
    net_minor: AmountMinor


class NewOrderBody(Body):
    """An order as a source reports it; (source, external_id) names it for ever. Amounts in minor units of `currency`.

    Without a member, or with one that nobody knows yet, the order is stored and not decided.
    """

    source: Source
    external_id: ExternalIdText
    member: MemberRefBody | None = None
    occurred_at: Time
    currency: Currency
    net_minor: AmountMinor
    gross_minor: AmountMinor | None = None
    store: Label | None = None
    channel: Label | None = None
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
            lines=tuple(
                orders.Line(line.sku, line.category or "", line.quantity, line.net_minor) for line in self.lines
            ),
        )


class OrderBatchBody(Body):
    """Up to 1,000 orders, taken in this sequence. Each is checked on its own: a wrong one refuses only itself."""

    orders: Annotated[list[Any], Field(min_length=1, max_length=BATCH_LIMIT)]


class UnitPoints(Answer):
    unit: str
    points: int


class DecisionAnswer(Answer):
    """What an order earned: points by unit, and the tier before and after, null without a ladder.

    `late`: the order was older than what was recorded already, so it was decided as of `effective_at`.
    """

    version: int
    effective_at: Instant
    late: bool
    points: list[UnitPoints]
    tier_before: str | None
    tier_after: str | None
    entry_ids: list[str]


class OrderResult(Answer):
    """What became of one order. `undecided` says why it was stored without a decision.

    `balances` are what was usable after it, of the units that it gave points in.
    """

    status: Literal["recorded", "repeated"]
    id: str
    source: str
    external_id: str
    member_id: str | None
    decision: DecisionAnswer | None
    undecided: str | None
    balances: list[UnitPoints]
    livemode: bool
    dry_run: bool = False


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


class OrderAnswer(Answer):
    """A stored order."""

    id: str
    source: str
    external_id: str
    member_id: str | None
    occurred_at: Instant
    recorded_at: Instant
    currency: str
    net_minor: int
    gross_minor: int
    store: str | None
    channel: str | None
    lines: list[LineAnswer]
    livemode: bool


def by_unit(points: Mapping[str, int] | None) -> list[UnitPoints]:
    """Return points by unit as a list."""
    return [UnitPoints(unit=unit, points=amount) for unit, amount in (points or {}).items()]


def order_result(body: NewOrderBody, result: Result, *, livemode: bool, dry_run: bool) -> OrderResult:
    """Return what became of an order that was not refused."""
    return OrderResult(
        status=result.status.value,
        id=ids.encode(ORDER_PREFIX, result.reference),
        source=body.source,
        external_id=body.external_id,
        member_id=ids.encode(members.ID_PREFIX, result.member_id) if result.member_id else None,
        decision=_decision(result) if result.version is not None else None,
        undecided=result.undecided.value if result.undecided else None,
        balances=[one for one in by_unit(result.balances) if (result.points or {}).get(one.unit)],
        livemode=livemode,
        dry_run=dry_run,
    )


def _decision(result: Result) -> DecisionAnswer:
    return DecisionAnswer(
        version=result.version,
        effective_at=instant(result.effective_at),
        late=result.late,
        points=by_unit(result.points),
        tier_before=result.tier_before or None,
        tier_after=result.tier_after or None,
        entry_ids=[entry.id for entry in result.entries],
    )


def order_answer(order: orders.Order, lines: tuple[orders.Line, ...], *, livemode: bool) -> OrderAnswer:
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
        store=order.store or None,
        channel=order.channel or None,
        lines=[
            LineAnswer(
                number=number,
                sku=line.sku,
                category=line.category or None,
                quantity=line.quantity,
                net_minor=line.net_minor,
            )
            for number, line in enumerate(lines, start=1)
        ],
        livemode=livemode,
    )
