"""What goes in and out of the orders room. Money is in minor units of the order's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

Attributes = Mapping[str, Any]  # by the program's codes: integers, texts, booleans


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order: `quantity` pieces paid with `net_minor`. `gift_card` lines sell value that is spent later."""

    sku: str
    category: str
    quantity: int
    net_minor: int
    gross_minor: int | None = None
    gift_card: bool = False
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it arrived. `id` is made by the caller, so that keys and decisions can name it.

    `day` is the local civil day (day 0 is 1970-01-01) on which it counts, for a late order not that of `occurred_at`;
    `counted` says whether it was decided for its member and so counts in windows. `generated` marks demo data.
    `tax_minor`, `shipping_minor` and `points_paid_minor` say how much of the order was tax, shipping, paid with points.
    """

    id: UUID
    source: str
    external_id: str
    occurred_at: datetime
    day: int
    net_minor: int
    gross_minor: int
    currency: str
    store: str
    channel: str
    lines: tuple[Line, ...]
    counted: bool = True
    generated: bool = False
    tax_minor: int = 0
    shipping_minor: int = 0
    points_paid_minor: int = 0
    brand: str = ""
    attributes: Attributes = field(default_factory=dict)

    @property
    def gift_minor(self) -> int:
        """What of the net amount bought gift cards."""
        return min(self.net_minor, sum(line.net_minor for line in self.lines if line.gift_card))


@dataclass(frozen=True, slots=True)
class Order:
    """A recorded order without its lines; `member_id` is None where the buyer was unknown.

    `refunded_minor` is what refunds have taken off its net amount so far.
    """

    id: UUID
    member_id: UUID | None
    source: str
    external_id: str
    occurred_at: datetime
    recorded_at: datetime
    recorded_seq: int
    day: int
    net_minor: int
    gross_minor: int
    currency: str
    store: str
    channel: str
    counted: bool
    generated: bool
    tax_minor: int
    shipping_minor: int
    points_paid_minor: int
    brand: str
    attributes: Attributes
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line as it arrived, and what refunds have taken off it so far."""

    number: int
    line: Line
    refunded_quantity: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class OrderLeft:
    """A recorded order with its lines and what refunds have taken off so far."""

    order: Order
    lines: tuple[LineLeft, ...]


class RefundState(StrEnum):
    """Where a refund stands: its order is not known yet; taken off; or it did not fit its order when that came."""

    PARKED = "parked"
    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Pieces and money that a refund takes off a line of its order, by the line's number from 1."""

    line_number: int
    quantity: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund as it arrived: `net_minor` (None: all that is left) off the order that its source calls
    `order_external_id`.
    """

    id: UUID
    source: str
    external_id: str
    order_source: str
    order_external_id: str
    occurred_at: datetime
    net_minor: int | None
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What becomes of a refund once its order is known: `net_minor` is taken off on `day`, a local civil day.

    `order_day` is the day on which the order counted, None where it did not; `empties`: nothing is left of the
    order. `net_minor` is what it takes off, `gift_minor` of that gift cards.
    """

    refund_id: UUID
    order_id: UUID
    member_id: UUID | None
    day: int
    order_day: int | None
    empties: bool
    net_minor: int
    gift_minor: int = 0


@dataclass(frozen=True, slots=True)
class Unfit:
    """A refund that does not fit its order, of a member or nobody, and the code of `because` of what."""

    refund_id: UUID
    order_id: UUID
    member_id: UUID | None
    because: str


@dataclass(frozen=True, slots=True)
class Refund:
    """A recorded refund; `order_id` and `member_id` are None while it is parked, `day` until it is applied.

    `refused_because` is the code of what was wrong with one that did not fit its order.
    """

    id: UUID
    member_id: UUID | None
    order_id: UUID | None
    source: str
    external_id: str
    order_source: str
    order_external_id: str
    occurred_at: datetime
    recorded_at: datetime
    recorded_seq: int
    day: int | None
    order_day: int | None
    empties: bool
    net_minor: int | None
    state: RefundState
    lines: tuple[RefundLine, ...]
    refused_because: str | None = None


@dataclass(frozen=True, slots=True)
class NewBehaviour:
    """A behaviour as it arrived. `day` and `counted` mean what they do for an order; `kind` is the program's code."""

    id: UUID
    source: str
    external_id: str
    kind: str
    occurred_at: datetime
    day: int
    store: str = ""
    channel: str = ""
    order_id: UUID | None = None
    attributes: Attributes = field(default_factory=dict)
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A recorded behaviour; `member_id` is None where nobody known did it."""

    id: UUID
    member_id: UUID | None
    source: str
    external_id: str
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    recorded_seq: int
    day: int
    store: str
    channel: str
    order_id: UUID | None
    attributes: Attributes
    counted: bool


@dataclass(frozen=True, slots=True)
class BehaviourPage:
    """Behaviours of one member, latest day first; `next_cursor` is None on the last page."""

    behaviours: tuple[Behaviour, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders of one member, latest day first; `next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DaySum:
    """What a member's counted orders of one day come to, less what refunds have taken off them since."""

    day: int
    spend_minor: int
    orders: int


@dataclass(frozen=True, slots=True)
class MonthOfOrders:
    year: int
    month: int
    orders: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders and net sales, of everybody and of members, less what refunds have taken off these orders since.

    `member_refunded_minor` is what they took off those of members.
    """

    orders: int
    net_minor: int
    member_orders: int
    member_net_minor: int
    member_refunded_minor: int
