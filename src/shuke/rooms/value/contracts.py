"""What goes in and out of the room of stored value. Amounts are in minor units of the program's currency."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from shuke.rooms.payments.contracts import ByHand, Payment, RefundState

TOP_UP_PREFIX, USE_PREFIX, REFUND_PREFIX = "tup", "vus", "vrf"
BATCH_PREFIX, CARD_PREFIX = "gcb", "gcd"

DESK = "desk"  # money that a clerk took; every other method is a provider of payments
GIFT_CARD = "gift_card"  # value that came of a card, paid for when that was sold

OrderKey = tuple[str, str]  # source and external id of an order


class TopUpState(StrEnum):
    """Where a top-up stands. One that failed may still be paid; `returned`: its money came and went back at once."""

    ASKED = "asked"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    REFUNDED_PART = "refunded_part"
    REFUNDED = "refunded"


class CardState(StrEnum):
    """Where a gift card stands: made, sold and so to be loaded, loaded into a member's value, or worth nothing."""

    MADE = "made"
    ACTIVE = "active"
    LOADED = "loaded"
    VOID = "void"


class ValueWarning(StrEnum):
    """What is told and not refused: a balance, or a card, above what the terms call the most."""

    NAMED_LIMIT = "named_limit"
    UNNAMED_LIMIT = "unnamed_limit"


@dataclass(frozen=True, slots=True)
class BonusStep:
    """The bonus of a top-up from an amount on."""

    from_minor: int
    bonus_minor: int


@dataclass(frozen=True, slots=True)
class ValueTerms:
    """What the program in force says of stored value.

    `principal` and `bonus` are codes of units (bonus "": none), `use` what pays first, in the file's words; a top-up is
    of `least_minor` to `most_minor` and brings the bonus of the highest step reached. More than `named_minor` on a
    member, or `unnamed_minor` on a card, is warned of, or refused where `refuses`. Of a refund `fee_percent` is kept,
    and the bonus goes with it as `bonus_back` says: share, all or keep. `tells_rules`: the program declares
    the behaviour top_up, so rules hear of one. `methods` are the providers one tops up by.
    """

    currency: str
    digits: int
    principal: str
    principal_name: str
    bonus: str
    bonus_name: str
    use: str
    least_minor: int
    most_minor: int
    steps: tuple[BonusStep, ...]
    named_minor: int | None
    unnamed_minor: int | None
    refuses: bool
    fee_percent: Fraction
    bonus_back: str
    tells_rules: bool
    methods: tuple[str, ...]

    def bonus_of(self, amount_minor: int) -> int:
        """Return the bonus of a top-up."""
        return max((step.bonus_minor for step in self.steps if step.from_minor <= amount_minor), default=0)


@dataclass(frozen=True, slots=True)
class NewTopUp:
    """A top-up as it is written first: paid at the desk, or asked of a provider."""

    id: UUID
    source: str
    external_id: str
    member_id: UUID
    amount_minor: int
    bonus_minor: int
    principal: str
    bonus: str
    currency: str
    method: str
    store: str
    order: OrderKey | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TopUp:
    """Money that a member pays ahead, and the bonus that comes with it.

    `payment` is None for money taken at the desk and for gift cards; `order` is the order with which it was sold, for
    which it does not pay. `refunded_minor` of it went back. `warnings` are told where it is made, `repeated` that it
    was made before.
    """

    id: UUID
    source: str
    external_id: str
    member_id: UUID
    amount_minor: int
    bonus_minor: int
    currency: str
    method: str
    store: str
    state: TopUpState
    refunded_minor: int
    order: OrderKey | None
    asked_at: datetime
    paid_at: datetime | None
    deposit_id: UUID | None
    payment: Payment | None = None
    warnings: tuple[ValueWarning, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class TopUpPage:
    """Top-ups, last asked first; `next_cursor` is None on the last page."""

    top_ups: tuple[TopUp, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ValueUse:
    """Stored value that paid: of the principal and of the bonus, for `order` where it is known."""

    id: UUID
    source: str
    external_id: str
    member_id: UUID
    principal_minor: int
    bonus_minor: int
    order: OrderKey | None
    at: datetime
    repeated: bool = False

    @property
    def amount_minor(self) -> int:
        return self.principal_minor + self.bonus_minor


@dataclass(frozen=True, slots=True)
class RefundPart:
    """Money of a refund on its way to where it came from; by hand where `payment_id` is None.

    Of the principal it covers `covered_minor`, the fee included. `state` is that of the payment's refund, None where no
    payment is; `by_hand` says who paid it after its provider had refused.
    """

    amount_minor: int
    covered_minor: int
    top_up_id: UUID | None
    payment_id: UUID | None
    method: str
    state: RefundState | None = None
    by_hand: ByHand | None = None


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What a refund of principal comes to now: the fee that is kept, the money that goes back and where, and the bonus
    that goes with it.
    """

    member_id: UUID
    principal_minor: int
    bonus_minor: int
    fee_minor: int
    parts: tuple[RefundPart, ...]
    left_principal_minor: int
    left_bonus_minor: int

    @property
    def money_minor(self) -> int:
        """The money that goes back."""
        return self.principal_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class ValueRefund:
    """A refund of stored value that took place."""

    id: UUID
    member_id: UUID
    principal_minor: int
    bonus_minor: int
    fee_minor: int
    reason: str
    at: datetime
    withdrawal_id: UUID
    parts: tuple[RefundPart, ...]


@dataclass(frozen=True, slots=True)
class RefundPage:
    """Refunds, last one first; `next_cursor` is None on the last page."""

    refunds: tuple[ValueRefund, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Gift cards to be made: `active` at once where they are handed out, `ends_on` the last day of loading."""

    name: str
    cards: int
    amount_minor: int
    active: bool = False
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class CardBatch:
    """Gift cards made together; `states` says how many stand where."""

    id: UUID
    name: str
    cards: int
    amount_minor: int
    currency: str
    ends_on: date | None
    made_at: datetime
    states: dict[CardState, int]
    warnings: tuple[ValueWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class GiftCard:
    """One card. `order` is the order in which it was sold, `top_up_id` and `member_id` where it was loaded."""

    id: UUID
    code: str
    batch_id: UUID
    amount_minor: int
    currency: str
    state: CardState
    ends_on: date | None
    order: OrderKey | None
    active_at: datetime | None
    loaded_at: datetime | None
    member_id: UUID | None
    top_up_id: UUID | None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Batches, last made first; `next_cursor` is None on the last page."""

    batches: tuple[CardBatch, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CardPage:
    """Cards in the order made; `next_cursor` is None on the last page."""

    cards: tuple[GiftCard, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ValueFigures:
    """What stored value amounts to: what is outstanding, what ever was paid in, used, refunded and kept as fees.

    `cards_open_minor` is sold and not loaded yet. Bonus that ended counts as `bonus_expired_minor`.
    """

    currency: str
    digits: int
    principal_minor: int
    bonus_minor: int
    paid_in_minor: int
    bonus_given_minor: int
    principal_used_minor: int
    bonus_used_minor: int
    bonus_expired_minor: int
    refunded_minor: int
    bonus_withdrawn_minor: int
    fees_minor: int
    cards_open_minor: int
