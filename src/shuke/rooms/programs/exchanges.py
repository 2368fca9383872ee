"""What a member asks of the mall, and what they are told: items at their price, and what became of an exchange.

Points are integers in the smallest fraction of their unit.
"""

from dataclasses import dataclass
from uuid import UUID

from shuke.rooms.mall.contracts import Address, Item, Order, Price, Way
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.payments.contracts import Payment


@dataclass(frozen=True, slots=True)
class ExchangeFact:
    """Points given for pieces of an item, named by its code; (source, external_id) names the exchange for ever.

    `way` None is the item's first; `store` is where the member stands, and where it is picked up. `reserve` sets points
    and pieces aside until the exchange is confirmed, as a price with cash does until that is paid, by `method` or the
    deployment's first.
    """

    source: str
    external_id: str
    member: MemberRef
    item: str
    quantity: int = 1
    way: Way | None = None
    store: str = ""
    address: Address | None = None
    reserve: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What became of an exchange; `repeated`: it was made before, and this is the order of then as it stands now.

    `payment` is what is asked for its cash part, None where the price has none.
    """

    order: Order
    repeated: bool
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class MallOffer:
    """An item as one member sees it: their price, the points they have of its unit, and how many they may take.

    `allowance` is what limits and stock leave them, None where nothing does; `missing` are the points wanting for one.
    """

    item: Item
    price: Price
    unit: str
    usable: int
    allowance: int | None

    @property
    def missing(self) -> int:
        return max(0, self.price.points - self.usable)

    @property
    def affordable(self) -> bool:
        """Whether the member can have one now."""
        return self.missing == 0 and self.allowance != 0


@dataclass(frozen=True, slots=True)
class MallView:
    """What a member sees in the mall, by category and code."""

    member_id: UUID
    currency: str
    offers: tuple[MallOffer, ...]
