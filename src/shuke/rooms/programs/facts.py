"""The facts that come in: what happened to members, as a source reports it. (source, external_id) names one for ever.

Amounts are in minor units of the program's currency, points in the smallest fraction of their unit. `occurred_at` None
is now by business time. A key is (source, external_id) of another fact of its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.orders.contracts import Line, RefundLine

Key = tuple[str, str]
Attributes = Mapping[str, int | str | bool]


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as a source reports it. `net_minor` is what was paid; the lines of gift cards are left out of what
    counts. `member` None, or somebody nobody knows yet: the order is stored and not decided. `points_times` is what the
    offers of a committed cart promised (engine/points_times.py), 0 of an order that came as it is.
    """

    source: str
    external_id: str
    member: MemberRef | None
    occurred_at: datetime
    net_minor: int
    gross_minor: int
    currency: str
    store: str = ""
    channel: str = ""
    lines: tuple[Line, ...] = ()
    generated: bool = False
    tax_minor: int = 0
    shipping_minor: int = 0
    points_paid_minor: int = 0
    attributes: Attributes = field(default_factory=dict)
    points_times: int = 0


@dataclass(frozen=True, slots=True)
class BehaviourFact:
    """Something that a member did; `order` is the order that it is about."""

    source: str
    external_id: str
    member: MemberRef
    kind: str
    occurred_at: datetime | None = None
    store: str = ""
    channel: str = ""
    attributes: Attributes = field(default_factory=dict)
    order: Key | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class RefundFact:
    """Something taken off an order: `lines`, an amount of its net, or (neither) all that is left of it.

    A refund that comes before its order is kept and matched when that comes.
    """

    source: str
    external_id: str
    order: Key
    occurred_at: datetime | None = None
    lines: tuple[RefundLine, ...] = ()
    net_minor: int | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class RedeemFact:
    """Points used by a member; `unit` None is the program's first unit. `order` is the order that they pay for."""

    source: str
    external_id: str
    member: MemberRef
    points: int
    unit: str | None = None
    occurred_at: datetime | None = None
    generated: bool = False
    order: Key | None = None


@dataclass(frozen=True, slots=True)
class ReturnFact:
    """Points of a redemption or of a captured hold given back to their lots; `points` None is all that is left."""

    source: str
    external_id: str
    redemption: Key
    points: int | None = None
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class HoldFact:
    """Points set aside until `until`."""

    source: str
    external_id: str
    member: MemberRef
    points: int
    until: datetime
    unit: str | None = None
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class CaptureFact:
    """Points of a hold spent; `points` None is all that it still has."""

    source: str
    external_id: str
    hold: Key
    points: int | None = None
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseFact:
    """What a hold still has given back."""

    source: str
    external_id: str
    hold: Key
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class AdjustFact:
    """Points given (above 0) or taken by hand, with the reason.

    `expires_on` is the last day of given ones (None: as the unit says). `undoes`: it takes back what an import opened,
    which may be principal.
    """

    source: str
    external_id: str
    member: MemberRef
    points: int
    reason: str
    unit: str | None = None
    expires_on: date | None = None
    occurred_at: datetime | None = None
    generated: bool = False
    undoes: bool = False


@dataclass(frozen=True, slots=True)
class DepositFact:
    """Stored value that came for money, with the bonus for it: units by code, as they were called then."""

    source: str
    external_id: str
    member: MemberRef
    units: tuple[tuple[str, int], ...]
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawalFact:
    """Stored value that goes against money, with the bonus that goes with it."""

    source: str
    external_id: str
    member: MemberRef
    units: tuple[tuple[str, int], ...]
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class TransferFact:
    """Points that a member gives to another."""

    source: str
    external_id: str
    member: MemberRef
    to: MemberRef
    points: int
    unit: str | None = None
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class TierFact:
    """A tier given by hand to the last day `until` (None: for ever), as a floor under what is earned.

    `exactly` also takes a higher one away. `ladder` None is the program's first.
    """

    source: str
    external_id: str
    member: MemberRef
    tier: str
    reason: str
    until: date | None = None
    ladder: str | None = None
    exactly: bool = False
    occurred_at: datetime | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class OpeningFact:
    """Points that a member brings from elsewhere, with their own last day and the day on which they were earned."""

    source: str
    external_id: str
    member: MemberRef
    points: int
    unit: str | None = None
    expires_on: date | None = None
    earned_on: date | None = None
    occurred_at: datetime | None = None
    generated: bool = False


Fact = (
    OrderFact
    | BehaviourFact
    | RefundFact
    | RedeemFact
    | ReturnFact
    | HoldFact
    | CaptureFact
    | ReleaseFact
    | AdjustFact
    | TransferFact
    | TierFact
    | OpeningFact
    | DepositFact
    | WithdrawalFact
)

# What each kind of fact is called in its business key.
KINDS: Mapping[type, str] = {
    OrderFact: "order",
    BehaviourFact: "behaviour",
    RefundFact: "refund",
    RedeemFact: "redemption",
    ReturnFact: "return",
    HoldFact: "hold",
    CaptureFact: "capture",
    ReleaseFact: "release",
    AdjustFact: "adjustment",
    TransferFact: "transfer",
    TierFact: "tier",
    OpeningFact: "opening",
    DepositFact: "deposit",
    WithdrawalFact: "withdrawal",
}
