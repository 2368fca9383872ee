"""What crosses the door of programs about why an order earned what it earned, or an entry stands in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from shuke.core.program.explain import Decision
from shuke.core.program.model import Expiry
from shuke.rooms.orders.contracts import Behaviour, Order, Refund
from shuke.rooms.points.contracts import Entry, Lot
from shuke.rooms.programs.cart_facts import AppliedOffer


class Undecided(Enum):
    """Why an order was stored without a decision."""

    UNKNOWN_MEMBER = "unknown_member"
    NOT_ENROLLED = "not_enrolled"
    FROZEN = "member_frozen"
    BLACKLISTED = "member_blacklisted"
    EXITED = "member_exited"
    MERGED = "member_merged"
    NO_PROGRAM = "no_program"
    OUT_OF_SCOPE = "out_of_scope"  # of the program's brands and stores
    PARKED = "parked"  # a refund whose order has not come yet


@dataclass(frozen=True, slots=True)
class LotStory:
    """A lot that an entry opened or drew from: its dates, and the order that earned it (None where none did, and where
    it is `withheld` from who asks).
    """

    lot: Lot
    points: int
    order: Order | None
    withheld: bool = False

    def seen_by(self, sees: Callable[[str], bool]) -> "LotStory":
        """Return what somebody may know who sees the stores of which `sees` says so."""
        return self if self.order is None or sees(self.order.store) else replace(self, order=None, withheld=True)


@dataclass(frozen=True, slots=True)
class Cause:
    """The fact behind an entry: its `kind` as in `KINDS`, or `merge`, and what its source calls it ("" for a merge).

    `note` is the reason that was given by hand.
    """

    kind: str
    reference: UUID
    source: str
    external_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaidBack:
    """Why used points came back with a refund: `paid` of the unit had paid for the order, of which `due` are to be back
    by the refunds so far. These took `refunded_minor` of `net_minor` off the order, gift cards left out.
    """

    paid: int
    due: int
    refunded_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an order or behaviour earned what it earned, or why an entry stands in the ledger.

    `entry` is None where an order was asked for. Of an order or behaviour and what it earned: `order` or `behaviour`,
    `decision` with the reasons (None where it was stored undecided; `undecided` says why), `late`, `effective_at`, the
    tiers. Of every entry: its `unit` and `scale`, the `lots` it opened or drew from, in that order, and its `cause`
    (None: time alone); of one that a refund caused also the `order` refunded, and `paid_back` where it brought used
    points back. `expiry` is the rule by which points of this unit end. `unfit` are refunds that came before the order
    and did not fit it, `offers` those that applied to the cart that it was. `withheld` says that the order or behaviour
    is of a store that who asks does not see.
    """

    member_id: UUID | None
    program: str
    version: int | None
    entry: Entry | None
    order: Order | None
    decision: Decision | None
    undecided: Undecided | None
    late: bool
    effective_at: datetime | None
    tier_before: str
    tier_after: str
    lots: tuple[LotStory, ...]
    expiry: Expiry | None
    behaviour: Behaviour | None = None
    cause: Cause | None = None
    unit: str = ""
    scale: int = 0
    unfit: tuple[Refund, ...] = ()
    offers: tuple[AppliedOffer, ...] = ()
    paid_back: PaidBack | None = None
    withheld: bool = False

    def seen_by(self, sees: Callable[[str], bool]) -> "Explanation":
        """Return what somebody may know who sees the stores of which `sees` says so.

        Of another store's order, its refunds, or a behaviour there, only what kind of fact it was remains, and what it
        did to the points.
        """
        told = replace(self, lots=tuple(story.seen_by(sees) for story in self.lots))
        fact = self.order or self.behaviour
        if fact is None or sees(fact.store):
            return told
        return replace(
            told,
            order=None,
            behaviour=None,
            decision=None,
            undecided=None,
            late=False,
            tier_before="",
            tier_after="",
            cause=replace(self.cause, source="", external_id="") if self.cause else None,
            unfit=(),
            offers=(),
            paid_back=None,
            withheld=True,
        )
