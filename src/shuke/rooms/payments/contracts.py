"""What goes in and out of the payments room, and what a provider of payments must be able to do.

Amounts are integers in the minor unit of their currency.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

PAYMENT_PREFIX = "pay"
REFUND_PREFIX = "prf"


class Purpose(StrEnum):
    """What money is asked for: a period of a plan, the cash part of an item of the mall, stored value."""

    PLAN = "plan"
    MALL = "mall"
    VALUE = "value"


class State(StrEnum):
    """Where a payment stands. A failed one may still be paid; from paid it only goes to refunded, in part or whole."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED_PART = "refunded_part"
    REFUNDED = "refunded"


class RefundState(StrEnum):
    """Where a refund stands; a failed one moved nothing and may be tried again, as itself or under another key."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money asked for. `reference` is what it is for, in the words of the room that asked.

    `pay_url` is where the member pays, or the text of a code to scan; empty until a provider said so, and for charges
    under an agreement. `agreement` is what the provider calls the member's consent to further charges, empty without.
    `refunded_minor` counts refunds that are done or under way. `reason` is why it failed, in the provider's words.
    """

    id: UUID
    purpose: Purpose
    reference: str
    member_id: UUID
    amount_minor: int
    currency: str
    method: str
    state: State
    refunded_minor: int
    asked_at: datetime
    paid_at: datetime | None
    provider_id: str
    pay_url: str
    agreement: str
    reason: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """That somebody paid a refund otherwise than by its provider: who, by which proof, and a word on it ("": none)."""

    by: str
    reference: str
    note: str


PAID_TWICE = "paid_twice"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to where it came from. `key` is the caller's name for it, unique within its payment.

    `by_hand` says who paid it where its provider did not; it was done then at `done_at`. `reason` says why it
    failed, or that its provider paid what had gone back otherwise by then (`PAID_TWICE`).
    """

    id: UUID
    payment_id: UUID
    key: str
    amount_minor: int
    state: RefundState
    asked_at: datetime
    done_at: datetime | None
    reason: str
    by_hand: ByHand | None = None


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Payments, last asked first; `next_cursor` is None on the last page."""

    payments: tuple[Payment, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FailedRefundPage:
    """Refunds that failed, each with its payment, first asked first; `next_cursor` is None on the last page."""

    refunds: tuple[tuple[Payment, Refund], ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many providers were asked about: payments and refunds, and how many of those got an answer."""

    asked: int
    answered: int


Handler = Callable[[Payment], None]
"""Hears that a payment was paid or failed, in the transaction that books it; if it raises, nothing is booked."""


# --- providers ---


class Outcome(StrEnum):
    """What a provider says of a payment or refund; `absent`: it never heard of it, so it may be sent again."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    ABSENT = "absent"


class UnansweredError(Exception):
    """The provider did not answer, or not in a way that can be trusted: what it did is unknown. Ask again later."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a provider is to collect; `agreement` is empty where the member pays by hand.

    `at` and `until`, from when on nobody may pay it any more, are business time.
    """

    payment_id: UUID
    amount_minor: int
    currency: str
    subject: str
    agreement: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ChargeAnswer:
    """What a provider says of a charge. Amount and currency are told where it is done."""

    payment_id: UUID
    outcome: Outcome
    amount_minor: int = 0
    currency: str = ""
    provider_id: str = ""
    pay_url: str = ""
    agreement: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """What a provider is to give back: part or all of a payment of `of_minor`. `at` is business time."""

    refund_id: UUID
    payment_id: UUID
    amount_minor: int
    of_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnAnswer:
    """What a provider says of a refund."""

    refund_id: UUID
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a provider wants to read when it has told something, so that it does not tell it again."""

    content_type: str
    body: str


class Payments(Protocol):
    """A provider of payments. Every call may raise UnansweredError; repeating one with the same ids has no effect."""

    acknowledgement: Acknowledgement

    def charge(self, charge: Charge) -> ChargeAnswer:
        """Collect money, or say where the member pays."""

    def query(self, charge: Charge) -> ChargeAnswer:
        """Say what became of a charge."""

    def refund(self, back: Return) -> ReturnAnswer:
        """Give money back."""

    def query_refund(self, back: Return) -> ReturnAnswer:
        """Say what became of a refund."""

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> ChargeAnswer | ReturnAnswer:
        """Read what the provider told by itself; header names are lower-case.

        Raises: Refusal `payment_callback_refused` where it is not signed by the provider, or cannot be read.
        """
