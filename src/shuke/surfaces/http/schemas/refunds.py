"""What clients say about refunds, and what became of them."""

from typing import Annotated, Literal

from pydantic import FailFast, Field, StringConstraints

from shuke.engine import facts
from shuke.foundation import ids
from shuke.rooms.members import contracts as members
from shuke.rooms.orders import contracts as orders
from shuke.rooms.programs.contracts import RefundFact, Result
from shuke.surfaces.http.fields import (
    AmountMinor,
    Answer,
    Body,
    ExternalIdText,
    Instant,
    Quantity,
    Source,
    Time,
    instant,
    integer,
)
from shuke.surfaces.http.schemas.movements import KeyAnswer, KeyBody, MovementAnswer, movement_fields
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX, REFUND_PREFIX

RefundId = Annotated[str, StringConstraints(pattern=r"^rfd_[0-7][0-9A-HJKMNP-TV-Z]{25}$")]


class RefundLineBody(Body):
    """What is taken off one line, named by its number in the order, from 1."""

    line_number: integer(1, facts.LINES_LIMIT)
    quantity: Quantity = 0
    net_minor: AmountMinor


class OrderRefundBody(Body):
    """A refund as a source reports it: of lines, of an amount of the net, or (neither) of all that is left.

    It happens now where no time is said.
    """

    source: Source
    external_id: ExternalIdText
    occurred_at: Time | None = None
    net_minor: AmountMinor | None = None
    lines: Annotated[list[RefundLineBody], FailFast(), Field(max_length=facts.LINES_LIMIT)] = Field(default=[])

    def value_of(self, order: tuple[str, str]) -> RefundFact:
        """Return the fact about an order, named by its source and external id."""
        return RefundFact(
            source=self.source,
            external_id=self.external_id,
            order=order,
            occurred_at=self.occurred_at,
            lines=tuple(orders.RefundLine(line.line_number, line.quantity, line.net_minor) for line in self.lines),
            net_minor=self.net_minor,
        )


class RefundBody(OrderRefundBody):
    """A refund of an order that is named by what its source calls it; it may come before the order does."""

    order: KeyBody


class RefundResult(MovementAnswer):
    """What became of a refund: points taken back are below 0, returned ones above.

    `undecided` is `parked` where its order has not come yet: it is taken off when that comes. `money_minor` is what the
    customer is to get back in money, null while parked: what points or stored value had paid comes back to them.
    """

    order: KeyAnswer
    money_minor: int | None
    undecided: str | None


class RefundLineAnswer(Answer):
    line_number: int
    quantity: int
    net_minor: int


class RefundAnswer(Answer):
    """A stored refund. `state` is `parked` until its order comes, `refused` where it did not fit that.

    `refused_because` is the code of what did not fit.
    """

    id: str
    source: str
    external_id: str
    order: KeyAnswer
    order_id: str | None
    member_id: str | None
    state: Literal["parked", "applied", "refused"]
    refused_because: str | None
    net_minor: int | None
    lines: list[RefundLineAnswer]
    occurred_at: Instant
    recorded_at: Instant
    livemode: bool


class RefundListAnswer(Answer):
    """The refunds of an order, as recorded."""

    items: list[RefundAnswer]
    livemode: bool


def refund_result(
    fact: RefundFact, result: Result, money_minor: int | None, *, livemode: bool, dry_run: bool
) -> RefundResult:
    """Return what became of a refund that was not refused."""
    name = (fact.source, fact.external_id)
    return RefundResult(
        **movement_fields(result, REFUND_PREFIX, name, livemode=livemode, dry_run=dry_run),
        order=_key(fact.order),
        money_minor=money_minor,
        undecided=result.undecided.value if result.undecided else None,
    )


def refund_answer(refund: orders.Refund, *, livemode: bool) -> RefundAnswer:
    """Return a stored refund as the API shows it."""
    return RefundAnswer(
        id=ids.encode(REFUND_PREFIX, refund.id),
        source=refund.source,
        external_id=refund.external_id,
        order=_key((refund.order_source, refund.order_external_id)),
        order_id=ids.encode(ORDER_PREFIX, refund.order_id) if refund.order_id else None,
        member_id=ids.encode(members.ID_PREFIX, refund.member_id) if refund.member_id else None,
        state=refund.state.value,
        refused_because=refund.refused_because,
        net_minor=refund.net_minor,
        lines=[
            RefundLineAnswer(line_number=line.line_number, quantity=line.quantity, net_minor=line.net_minor)
            for line in refund.lines
        ],
        occurred_at=instant(refund.occurred_at),
        recorded_at=instant(refund.recorded_at),
        livemode=livemode,
    )


def _key(name: tuple[str, str]) -> KeyAnswer:
    return KeyAnswer(source=name[0], external_id=name[1])
