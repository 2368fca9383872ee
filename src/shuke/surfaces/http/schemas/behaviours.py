"""What clients say about behaviours, and what became of them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.orders.contracts import Behaviour
from shuke.rooms.programs.contracts import BehaviourFact, Result
from shuke.surfaces.http.fields import (
    Answer,
    Attributes,
    Body,
    Code,
    ExternalIdText,
    Instant,
    Label,
    Source,
    Time,
    instant,
)
from shuke.surfaces.http.schemas.coupons import GivenCouponAnswer, given_coupons
from shuke.surfaces.http.schemas.members import MemberRefBody
from shuke.surfaces.http.schemas.movements import Foreseen, KeyBody, UnitPoints, by_unit
from shuke.surfaces.http.schemas.orders import BATCH_LIMIT, ORDER_PREFIX, DecisionAnswer, balances_of, decision_answer
from shuke.surfaces.http.schemas.problems import ProblemAnswer

BEHAVIOUR_PREFIX = "bhv"


class NewBehaviourBody(Body):
    """Something that a member did, of a kind that the program declares; (source, external_id) names it for ever.

    `order` is the order that it is about, as its source calls it. It happens now where no time is said.
    """

    source: Source
    external_id: ExternalIdText
    member: MemberRefBody
    kind: Code
    occurred_at: Time | None = None
    store: Label | None = None
    channel: Label | None = None
    order: KeyBody | None = None
    attributes: Attributes = Field(default={})

    def value(self) -> BehaviourFact:
        return BehaviourFact(
            source=self.source,
            external_id=self.external_id,
            member=self.member.value(),
            kind=self.kind,
            occurred_at=self.occurred_at,
            store=self.store or "",
            channel=self.channel or "",
            attributes=dict(self.attributes),
            order=self.order.value() if self.order else None,
        )


class BehaviourBatchBody(Body):
    """Up to 1,000 behaviours, taken in this sequence. Each is checked on its own: a wrong one refuses only itself."""

    behaviours: Annotated[list[Any], Field(min_length=1, max_length=BATCH_LIMIT)]


class BehaviourResult(Foreseen):
    """What became of one behaviour; `balances` are of the units that it gave points in, `coupons` those that templates
    gave for it by their rules.
    """

    status: Literal["recorded", "repeated"]
    id: str
    source: str
    external_id: str
    decision: DecisionAnswer | None
    balances: list[UnitPoints]
    owed: list[UnitPoints]
    coupons: list[GivenCouponAnswer]
    livemode: bool


class BehaviourBatchItem(Answer):
    """What became of the behaviour at `index`: exactly one of `behaviour` and `problem` is there."""

    index: int
    status: Literal["recorded", "repeated", "refused"]
    behaviour: BehaviourResult | None
    problem: ProblemAnswer | None


class BehaviourBatchAnswer(Answer):
    """The results in the sequence of the batch, and how many of each kind."""

    recorded: int
    repeated: int
    refused: int
    results: list[BehaviourBatchItem]
    dry_run: bool = False


class BehaviourAnswer(Answer):
    """A stored behaviour."""

    id: str
    source: str
    external_id: str
    member_id: str | None
    kind: str
    order_id: str | None
    store: str | None
    channel: str | None
    attributes: dict[str, Any]
    occurred_at: Instant
    recorded_at: Instant
    livemode: bool


class BehaviourPageAnswer(Answer):
    """Behaviours of a member, latest first. `next_cursor` is null on the last page."""

    items: list[BehaviourAnswer]
    next_cursor: str | None
    livemode: bool


def behaviour_result(body: NewBehaviourBody, result: Result, *, livemode: bool, dry_run: bool) -> BehaviourResult:
    """Return what became of a behaviour that was not refused."""
    return BehaviourResult(
        status=result.status.value,
        id=ids.encode(BEHAVIOUR_PREFIX, result.reference),
        source=body.source,
        external_id=body.external_id,
        member_id=ids.encode(members.ID_PREFIX, result.member_id) if result.member_id else None,
        decision=decision_answer(result) if result.version is not None else None,
        balances=balances_of(result),
        owed=by_unit(result.owed),
        coupons=given_coupons(result),
        livemode=livemode,
        dry_run=dry_run,
    )


def behaviour_answer(behaviour: Behaviour, *, livemode: bool) -> BehaviourAnswer:
    """Return a stored behaviour as the API shows it."""
    return BehaviourAnswer(
        id=ids.encode(BEHAVIOUR_PREFIX, behaviour.id),
        source=behaviour.source,
        external_id=behaviour.external_id,
        member_id=ids.encode(members.ID_PREFIX, behaviour.member_id) if behaviour.member_id else None,
        kind=behaviour.kind,
        order_id=ids.encode(ORDER_PREFIX, behaviour.order_id) if behaviour.order_id else None,
        store=behaviour.store or None,
        channel=behaviour.channel or None,
        attributes=dict(behaviour.attributes),
        occurred_at=instant(behaviour.occurred_at),
        recorded_at=instant(behaviour.recorded_at),
        livemode=livemode,
    )
