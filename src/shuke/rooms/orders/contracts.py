"""What goes in and out of the orders room. Money is in minor units of the order's currency."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    category: str
    quantity: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it arrived. `id` is made by the caller, so that keys and decisions can name it.

    `day` is the local civil day (day 0 is 1970-01-01) on which it counts, for a late order not that of `occurred_at`;
    `counted` says whether it was decided for its member and so counts in windows. `generated` marks demo data.
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


@dataclass(frozen=True, slots=True)
class Order:
    """A recorded order without its lines; `member_id` is None where the buyer was unknown."""

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


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders of one member, latest day first; `next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DaySum:
    """What a member's counted orders of one day come to."""

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
    """Orders and net sales, of everybody and of members."""

    orders: int
    net_minor: int
    member_orders: int
    member_net_minor: int
