"""A fact on its way through a batch, and an order as the rules see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.points_times import POINTS_TIMES
from shuke.engine.states import BehaviourFacts, LineFacts, OrderFacts
from shuke.foundation.business_keys import BusinessKey, Standing
from shuke.rooms.members.contracts import Heir
from shuke.rooms.orders.contracts import Unfit
from shuke.rooms.programs.contracts import Fact, Result, Status, Undecided
from shuke.rooms.programs.facts import Attributes, OrderFact, RefundFact
from shuke.rooms.programs.queries import DecisionRow
from shuke.rooms.programs.services.refunds import Refunding


@dataclass(slots=True, eq=False)
class Item:
    """A fact and what is known of it so far; `result` closes it.

    `about` is the fact that it refers to by a key; `other_id` the one to whom points are given; `heirs` in whom the
    member of a refund or return lives on, one after the other. `original` is the same fact earlier in this batch;
    `postings` the places of the postings that it caused. `refunding` is what a refund takes off, `sold_facts` the order
    as the rules saw it and `sold_by` its decision, `parked` the refunds that came before this order and `unfit` those
    that take more off it than there is. `seen` is an order or behaviour as the rules that decided it saw it.
    """

    fact: Fact
    result: Result | None = None
    reference: UUID | None = None
    member_id: UUID | None = None
    other_id: UUID | None = None
    heirs: tuple[Heir, ...] = ()
    about: Standing | None = None
    undecided: Undecided | None = None
    key: BusinessKey | None = None
    original: "Item | None" = None
    answer: Result | None = None
    decision: DecisionRow | None = None
    refunding: Refunding | None = None
    sold_facts: OrderFacts | None = None
    sold_by: DecisionRow | None = None
    parked: list[Refunding] = field(default_factory=list)
    unfit: list[Unfit] = field(default_factory=list)
    day: int = 0
    order_day: int | None = None
    brand: str = ""
    seen: OrderFacts | BehaviourFacts | None = None
    postings: Sequence[int] = ()

    def refuse(self, refusal: Refusal | None) -> None:
        """Close the item with a refusal, if there is one."""
        if refusal is not None:
            self.result = Result(Status.REFUSED, refusal)

    def at(self, now: datetime) -> int:
        """Return the UTC second of the fact."""
        return int((self.fact.occurred_at or now).timestamp())

    @property
    def is_stored_undecided(self) -> bool:
        """Whether the fact is kept though no program decides it: what happened in a shop did happen."""
        return isinstance(self.fact, OrderFact | RefundFact)


def still_open(items: Sequence[Item]) -> list[Item]:
    """Return the items that have no result yet."""
    return [item for item in items if item.result is None]


def order_facts(fact: OrderFact, brand: str) -> OrderFacts:
    """Return an order as the rules see it: gift cards are no sale, so their lines are left out."""
    gifts = sum(line.net_minor for line in fact.lines if line.gift_card)
    return OrderFacts(
        occurred_at=int(fact.occurred_at.timestamp()),
        net_minor=max(0, fact.net_minor - gifts),
        gross_minor=max(0, fact.gross_minor - gifts),
        store=fact.store,
        channel=fact.channel,
        lines=[
            LineFacts(line.net_minor, line.quantity, line.category, line.sku, line.attributes)
            for line in fact.lines
            if not line.gift_card
        ],
        brand=brand,
        tax_minor=fact.tax_minor,
        shipping_minor=fact.shipping_minor,
        points_paid_minor=fact.points_paid_minor,
        attributes=attributes_of(fact),
    )


def attributes_of(fact: OrderFact) -> Attributes:
    """Return the attributes of an order as they are stored, with what its offers promised."""
    return {**fact.attributes, POINTS_TIMES: fact.points_times} if fact.points_times else fact.attributes
