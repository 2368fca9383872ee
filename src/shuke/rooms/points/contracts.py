"""What goes in and out of the points room: postings, accounts, lots, entries and the figures made of them.

Points are integers in the smallest fraction of their unit. A `day` is a local civil day, day 0 being 1970-01-01;
`expires_day` is the first day on which a lot is not usable, `NEVER` where it does not end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation import ids

_UNIT_BITS = 15  # a unit's id is a smallint


class Kind(StrEnum):
    """What an effect does to the points of a lot."""

    ACCRUAL = "accrual"
    REDEMPTION = "redemption"
    EXPIRY = "expiry"

    @property
    def counter_account(self) -> str:
        """Name the account on the other side of the holder's."""
        return {"accrual": "issued", "redemption": "redeemed", "expiry": "expired"}[self]


class StaleLedgerError(Exception):
    """The ledger does not stand where the postings were decided: another transaction was first. Decide again."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    code: str
    scale: int


@dataclass(frozen=True, slots=True)
class Unit:
    id: int
    code: str
    scale: int


@dataclass(frozen=True, slots=True)
class Move:
    """Points of one lot: put into a new one by an accrual, taken out of an open one by everything else."""

    unit_id: int
    lot_number: int
    points: int
    expires_day: int = NEVER  # of a new lot
    expires_at: datetime | None = None  # of a new lot


@dataclass(frozen=True, slots=True)
class Posting:
    """One effect on one holder, decided: it becomes one transaction with an entry for each move.

    `day` and `occurred_at` say when it counts; `reference` is the fact that caused it, None where time did.
    """

    holder_id: UUID
    kind: Kind
    day: int
    occurred_at: datetime
    reference: UUID | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Account:
    unit_id: int
    available: int
    entry_count: int
    lot_count: int


Accounts = Mapping[UUID, Mapping[int, Account]]  # by holder and unit; a unit never posted to is absent


@dataclass(frozen=True, slots=True)
class OpenLot:
    unit_id: int
    number: int
    remaining: int
    expires_day: int


@dataclass(frozen=True, slots=True)
class EntryKey:
    """Names one entry; `id` is its outside form."""

    holder_id: UUID
    unit_id: int
    number: int

    @property
    def id(self) -> str:
        return _encode("ent", self.holder_id, self.unit_id, self.number)

    @classmethod
    def of(cls, id: str) -> "EntryKey":
        """Return the key behind an outside id.

        Raises: Refusal `invalid_id`.
        """
        return cls(*_decode("ent", id))


@dataclass(frozen=True, slots=True)
class LotKey:
    """Names one lot; `id` is its outside form."""

    holder_id: UUID
    unit_id: int
    number: int

    @property
    def id(self) -> str:
        return _encode("lot", self.holder_id, self.unit_id, self.number)

    @classmethod
    def of(cls, id: str) -> "LotKey":
        """Return the key behind an outside id.

        Raises: Refusal `invalid_id`.
        """
        return cls(*_decode("lot", id))


def _encode(prefix: str, holder_id: UUID, unit_id: int, number: int) -> str:
    return ids.encode_numbered(prefix, holder_id, number << _UNIT_BITS | unit_id)


def _decode(prefix: str, id: str) -> tuple[UUID, int, int]:
    holder_id, packed = ids.decode_numbered(prefix, id)
    number = packed >> _UNIT_BITS
    if number >= 1 << 31:  # more than the column holds
        raise Refusal("invalid_id", f"This is not an id of the form {prefix}_….", params={"prefix": prefix})
    return holder_id, packed & ((1 << _UNIT_BITS) - 1), number


@dataclass(frozen=True, slots=True)
class Lot:
    holder_id: UUID
    unit_id: int
    number: int
    earned: int
    remaining: int
    earned_at: datetime
    expires_at: datetime | None
    expires_day: int

    @property
    def key(self) -> LotKey:
        return LotKey(self.holder_id, self.unit_id, self.number)


@dataclass(frozen=True, slots=True)
class Entry:
    key: EntryKey
    transaction_number: int
    kind: Kind
    lot_number: int
    amount: int
    balance_after: int
    day: int
    occurred_at: datetime
    recorded_at: datetime
    reference: UUID | None

    @property
    def counter_account(self) -> str:
        return self.kind.counter_account

    @property
    def lot_key(self) -> LotKey:
        return LotKey(self.key.holder_id, self.key.unit_id, self.lot_number)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting became: its transaction's number and the key of the entry of each move."""

    transaction_number: int
    entries: tuple[EntryKey, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    entries: tuple[Entry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LotPage:
    lots: tuple[Lot, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """A run of entries by (holder, unit, number), as columns of equal length."""

    holder_id: list[UUID]
    unit_id: list[int]
    number: list[int]
    transaction_number: list[int]
    kind: list[str]
    lot_number: list[int]
    amount: list[int]
    day: list[int]


@dataclass(frozen=True, slots=True)
class Totals:
    """What was ever issued, redeemed and expired of a unit, each counted up from 0, and what is left of it."""

    issued: int
    redeemed: int
    expired: int

    @property
    def outstanding(self) -> int:
        return self.issued - self.redeemed - self.expired


@dataclass(frozen=True, slots=True)
class MonthOfPoints:
    """What was issued, redeemed and expired in a local month, each counted up from 0."""

    year: int
    month: int
    issued: int
    redeemed: int
    expired: int


@dataclass(frozen=True, slots=True)
class Seal:
    """A link of the chain over the ledger: how many entries of how many accounts it covers; digests are 32 bytes."""

    number: int
    sealed_at: datetime
    accounts: int
    entries: int
    previous: bytes
    digest: bytes
