"""What crosses the door of the mall: items with their prices, orders and how they stand, suppliers and deliveries.

Points are integers in the smallest fraction of their unit, `_minor` in minor units of the program's currency. A `day`
is a local civil day, day 0 being 1970-01-01.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

ITEM_PREFIX = "itm"
ORDER_PREFIX = "mlo"

POINTS_MOST = 10**12
CASH_MOST = 10**11
QUANTITY_MOST = 1_000  # of one order
STOCK_MOST = 10**9
PRICES_MOST = 50


class Kind(StrEnum):
    """What an item is: something to send or hand out, a coupon, a service done in a store, a code from a supplier."""

    GOODS = "goods"
    COUPON = "coupon"
    SERVICE = "service"
    VIRTUAL = "virtual"


class Way(StrEnum):
    """How an order reaches the member."""

    SHIP = "ship"
    PICKUP = "pickup"
    DELIVER = "deliver"


class Period(StrEnum):
    """In which a member's limit counts; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class State(StrEnum):
    """How an order stands. Placed and paying ones hold points and stock for a time."""

    PLACED = "placed"
    PAYING = "paying"
    TO_SHIP = "to_ship"
    SHIPPED = "shipped"
    DONE = "done"
    READY_FOR_PICKUP = "ready_for_pickup"
    PICKED_UP = "picked_up"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


HELD = frozenset({State.PLACED, State.PAYING})
OVER = frozenset({State.CANCELLED, State.REFUNDED})
_BEGIN = frozenset({State.TO_SHIP, State.READY_FOR_PICKUP, State.DELIVERING, State.DELIVERED, State.CANCELLED})
NEXT: Mapping[State, frozenset[State]] = {
    State.PLACED: _BEGIN,
    State.PAYING: _BEGIN,
    State.TO_SHIP: frozenset({State.SHIPPED, State.CANCELLED}),
    State.SHIPPED: frozenset({State.DONE, State.REFUNDED}),
    State.DONE: frozenset({State.REFUNDED}),
    State.READY_FOR_PICKUP: frozenset({State.PICKED_UP, State.CANCELLED}),
    State.PICKED_UP: frozenset({State.REFUNDED}),
    State.DELIVERING: frozenset({State.DELIVERED, State.CANCELLED}),
    State.DELIVERED: frozenset({State.REFUNDED}),
    State.CANCELLED: frozenset(),
    State.REFUNDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Price:
    """A row of an item's prices: whom it is for (a tier, a tag, or both empty: everybody), and what one piece costs."""

    points: int
    cash_minor: int = 0
    tier: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Who sees an item: those in one of the `tiers` and with one of the `tags`, in one of the `stores`, from
    `starts_at` and before `ends_at`; what is empty asks nothing.
    """

    tiers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many pieces one member may have in all and in one period, and how many go in one local day to all."""

    per_member: int | None = None
    per_period: int | None = None
    period: Period = Period.MONTH
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """Where a virtual item comes from: the code of a supplier, what that calls it, and what one piece costs us."""

    supplier: str = ""
    sku: str = ""
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as somebody writes it; the first of `prices` that fits a member is theirs.

    `unit` "" is the first unit that can be spent. `counted` says whether stock is counted; that of a pool of codes is.
    `coupon` is the code of a coupon's template; `hold_minutes` is how long an unfinished order keeps what it took.
    """

    code: str
    kind: Kind
    name: str
    prices: tuple[Price, ...]
    description: str = ""
    category: str = ""
    unit: str = ""
    ways: tuple[Way, ...] = (Way.SHIP,)
    counted: bool = True
    on_sale: bool = True
    visibility: Visibility = field(default_factory=Visibility)
    limits: Limits = field(default_factory=Limits)
    supply: Supply = field(default_factory=Supply)
    coupon: str = ""
    hold_minutes: int = 15
    picture: UUID | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item as stored; `left` is what is left of its stock, None where that is not counted."""

    id: UUID
    draft: ItemDraft
    left: int | None
    revision: int

    @property
    def code(self) -> str:
        return self.draft.code

    @property
    def name(self) -> str:
        return self.draft.name


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who looks at the mall: the tiers held on every ladder, the tags, the store where they stand ("" anywhere)."""

    tiers: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    store: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something is sent; kept sealed."""

    name: str
    phone: str
    region: str
    street: str


@dataclass(frozen=True, slots=True)
class Placement:
    """An order that is about to be placed: who gives what for how many pieces; `day` is the local day of `at`."""

    id: UUID
    source: str
    external_id: str
    member_id: UUID
    item: Item
    quantity: int
    price: Price
    unit: str
    currency: str
    way: Way
    store: str
    address: Address | None
    state: State
    at: datetime
    day: int
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `points` and `cash_minor` are for all its pieces, `until_at` is when an unfinished one ends.

    `pickup_code` is there while something is ready to be picked up, `address_masked` where something is sent.
    """

    id: UUID
    number: str
    source: str
    external_id: str
    member_id: UUID
    item_id: UUID
    item_code: str
    item_name: str
    kind: Kind
    quantity: int
    unit: str
    points: int
    cash_minor: int
    currency: str
    way: Way
    state: State
    store: str
    placed_at: datetime
    until_at: datetime | None
    pickup_code: str
    carrier: str
    tracking: str
    address_masked: str

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, last placed first; `next_cursor` is None on the last page."""

    orders: tuple[Order, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OrderSearch:
    """Which orders are asked for; what is None or empty asks nothing."""

    states: tuple[State, ...] = ()
    member_id: UUID | None = None
    item_id: UUID | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A state that an order came to, when, and by whom."""

    state: State
    at: datetime
    actor: str
    note: str


class Cause(StrEnum):
    """Why stock changed: pieces came in or were counted anew by staff, an order took them or gave them back."""

    RECEIVED = "received"
    CORRECTED = "corrected"
    ORDERED = "ordered"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Restock:
    """Pieces that staff add (above 0) or take off the stock (below 0), with a reason."""

    item_id: UUID
    change: int
    reason: str


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the stock's ledger; `order_number` is "" where staff moved it."""

    id: UUID
    cause: Cause
    change: int
    order_number: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is served; `kind` is its media type."""

    id: UUID
    kind: str
    content: bytes


# --- suppliers ---


class SupplierKind(StrEnum):
    """Where virtual goods come from: codes that were imported, or a service that is asked over HTTP."""

    POOL = "pool"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class SupplierDraft:
    """A supplier as somebody writes it; a `secret` of "" keeps the one that is stored."""

    code: str
    name: str
    kind: SupplierKind
    url: str = ""
    secret: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class SupplierView:
    """A supplier as pages show it."""

    id: UUID
    code: str
    name: str
    kind: SupplierKind
    url: str
    active: bool
    has_secret: bool


@dataclass(frozen=True, slots=True)
class Access:
    """How a supplier is reached; never shown."""

    url: str
    secret: str


class Delivered(StrEnum):
    """What a supplier says of an order: it has none yet, gave its codes, refused, or nobody can tell."""

    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a supplier is asked for; a repeat with the same `key` is the same order, never a second one."""

    key: str
    order_id: UUID
    item_id: UUID
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Supplied:
    """A supplier's answer: one code a piece where it delivered, its own `reference`, and words for people."""

    state: Delivered
    codes: tuple[str, ...] = ()
    reference: str = ""
    detail: str = ""


class Supplier(Protocol):
    """What the room needs of whoever delivers virtual goods. Neither verb raises: what is not certain is UNKNOWN."""

    def deliver(self, wanted: Wanted, access: Access) -> Supplied:
        """Order the goods; the same key again answers as the first time."""

    def query(self, wanted: Wanted, access: Access) -> Supplied | None:
        """Say how an order stands; None where the supplier never heard of it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery of a virtual order stands, and how often the supplier was asked."""

    order_id: UUID
    order_number: str
    supplier: str
    state: Delivered
    attempts: int
    reference: str
    detail: str
    next_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What a supplier delivered with one order, and what it is to be paid for that."""

    delivered_at: datetime
    order_number: str
    item_code: str
    sku: str
    reference: str
    quantity: int
    cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a supplier is to be paid for a local month; `open` orders are not certain yet and not in it."""

    supplier: str
    year: int
    month: int
    lines: tuple[StatementLine, ...]
    total_minor: int
    open: int
