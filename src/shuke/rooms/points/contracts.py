"""What goes in and out of the points room: postings, accounts, lots, entries and the figures made of them.

Points are integers in the smallest fraction of their unit. A `day` is a local civil day, day 0 being 1970-01-01;
`expires_day` is the first day on which a lot is not usable, `NEVER` where it does not end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.points.kinds import HOLDERS_ACCOUNTS, MAY_OPEN, OPENS, SUPPLIES, WAYS, Kind

__all__ = ("HOLDERS_ACCOUNTS", "MAY_OPEN", "OPENS", "SUPPLIES", "WAYS", "Kind")  # handed on

_UNIT_BITS = 15  # a unit's id is a smallint


class StaleLedgerError(Exception):
    """The ledger does not stand where the postings were decided: another transaction was first. Decide again."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit as it is to be; `supply` is the most of it that may ever be issued, None: any number."""

    code: str
    scale: int
    supply: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    id: int
    code: str
    scale: int


@dataclass(frozen=True, slots=True)
class Wait:
    """What pending points wait for: a day, or an event. `expiry_rule` is the caller's name of how they end then."""

    ready_day: int = NEVER
    event: str | None = None
    cancel_day: int = NEVER  # day on which the wait ends and the points go
    expiry_rule: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Points of one lot moved as the kind says; only what is `owed` is of no lot.

    A kind that opens a lot names the next number of the account. `expires_day` and `expires_at` end a lot that opens
    usable or is activated; `earned_day` and `earned_at` date a lot that opens earlier than the posting. `taken_by` is
    the redemption or hold whose points a capture, release, lapse or return moves, and `taken_from` the lot that they
    were taken from where they come back into another.
    """

    kind: Kind
    unit_id: int
    lot_number: int | None
    points: int
    expires_day: int = NEVER
    expires_at: datetime | None = None
    earned_day: int | None = None
    earned_at: datetime | None = None
    gift: bool = False
    wait: Wait | None = None
    taken_by: UUID | None = None
    taken_from: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """What one cause did to one holder at one instant, decided: one transaction with an entry for each move, in order.

    `day` and `occurred_at` say when it counts; `reference` is the fact that caused it, None where time did. It names
    the redemption or hold that takes points; `until_at` is when that hold ends.
    """

    holder_id: UUID
    day: int
    occurred_at: datetime
    reference: UUID | None
    moves: tuple[Move, ...]
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a holder has of a unit: usable, not usable yet, set aside, owed; and how many entries and lots say so."""

    unit_id: int
    available: int
    entry_count: int
    lot_count: int
    pending: int = 0
    held: int = 0
    debt: int = 0


Accounts = Mapping[UUID, Mapping[int, Account]]  # by holder and unit; a unit never posted to is absent


@dataclass(frozen=True, slots=True)
class OpenLot:
    """A lot with usable points. `reference` is the fact that opened it."""

    unit_id: int
    number: int
    remaining: int
    expires_day: int
    reference: UUID | None = None
    gift: bool = False


@dataclass(frozen=True, slots=True)
class WaitingLot:
    """A lot whose points are not usable yet. `reference` is the fact that opened it."""

    unit_id: int
    number: int
    waiting: int
    reference: UUID | None
    wait: Wait


@dataclass(frozen=True, slots=True)
class PastLot:
    """A lot that a fact earned, as its refund needs it: what was earned, taken back on its account, and gone by itself.

    `gone` expired, lapsed or was cancelled, less what refunds have forgiven; `counted_day` is the day on which it
    counts as earned, NEVER while it waits and where it was cancelled.
    """

    unit_id: int
    number: int
    earned: int
    clawed: int
    gone: int
    counted_day: int


@dataclass(frozen=True, slots=True)
class Take:
    """What a redemption or hold (`reference`) took of a lot, in the order taken; `forfeited` came back too late."""

    reference: UUID
    unit_id: int
    lot_number: int
    ordinal: int
    held: int
    used: int
    returned: int
    forfeited: int
    expires_day: int  # of the lot
    gift: bool  # of the lot

    @property
    def returnable(self) -> int:
        """What of the used points may still be given back."""
        return self.used - self.returned - self.forfeited


@dataclass(frozen=True, slots=True)
class Hold:
    """Points set aside until `until_at`; what was neither captured nor released nor lapsed is still set aside."""

    id: UUID
    unit_id: int
    points: int
    captured: int
    released: int
    lapsed: int
    until_at: datetime
    made_at: datetime
    takes: tuple[Take, ...]

    @property
    def left(self) -> int:
        return self.points - self.captured - self.released - self.lapsed


@dataclass(frozen=True, slots=True)
class Clawback:
    """What a refund (`reference`) took back on account of a lot that the order had opened.

    `taken` from that lot or others, `owed` as debt, `forgiven` where the policy says so. Lot 0 stands for milestones
    that the refund took the member below.
    """

    holder_id: UUID
    reference: UUID
    unit_id: int
    lot_number: int
    taken: int
    owed: int
    forgiven: int


@dataclass(frozen=True, slots=True)
class Forfeit:
    """Points that a refund gives back of a redemption (`taken_by`) and that don't come, for their lot has ended."""

    holder_id: UUID
    taken_by: UUID
    unit_id: int
    lot_number: int
    points: int


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Points that a refund (`reference`) took out of what was counted as earned on a day."""

    holder_id: UUID
    unit_id: int
    reference: UUID
    day: int
    points: int


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
    """Points that came together and end together: of what was `earned`, `remaining` is usable, `waiting` is not yet,
    `held` is set aside; `clawed` was taken back on its account, from it or elsewhere.

    `active_day` is the first day on which it was usable, NEVER while it waits; `reference` is the fact that opened it.
    """

    holder_id: UUID
    unit_id: int
    number: int
    earned: int
    remaining: int
    earned_at: datetime
    expires_at: datetime | None
    expires_day: int
    waiting: int
    held: int
    clawed: int
    origin: Kind
    gift: bool
    active_day: int
    wait: Wait | None
    reference: UUID | None

    @property
    def key(self) -> LotKey:
        return LotKey(self.holder_id, self.unit_id, self.number)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger; `lot_number` is None only for what is owed, `balance_after` is what is usable after it."""

    key: EntryKey
    transaction_number: int
    kind: Kind
    lot_number: int | None
    amount: int
    balance_after: int
    day: int
    occurred_at: datetime
    recorded_at: datetime
    reference: UUID | None

    @property
    def account(self) -> str:
        return self.kind.account

    @property
    def counter_account(self) -> str:
        return self.kind.counter_account

    @property
    def lot_key(self) -> LotKey | None:
        return None if self.lot_number is None else LotKey(self.key.holder_id, self.key.unit_id, self.lot_number)


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
    lot_number: list[int | None]
    amount: list[int]
    day: list[int]


@dataclass(frozen=True, slots=True)
class Totals:
    """What ever came and went of a unit, and what is left of it.

    `issued` is less what was taken back or cancelled, `redeemed` less what was returned, both counted up from 0 as is
    `expired`; `adjusted`, `opening`, `transferred`, `merged` and `converted` are above 0 where points came; `paid_in`
    came with money, less what money was given back for.
    """

    issued: int
    redeemed: int
    expired: int
    adjusted: int = 0
    opening: int = 0
    transferred: int = 0
    merged: int = 0
    converted: int = 0
    paid_in: int = 0

    @property
    def outstanding(self) -> int:
        moved = self.transferred + self.merged + self.converted
        return self.issued + self.adjusted + self.opening + self.paid_in + moved - self.redeemed - self.expired


@dataclass(frozen=True, slots=True)
class MoveByHand:
    """Points of one lot that the fact `reference` moved; `ends_day` and `earned_day` are the lot's, NEVER for none.

    `until_at` is the end of the hold that a HOLDING made.
    """

    holder_id: UUID
    reference: UUID
    unit_id: int
    kind: Kind
    points: int
    occurred_at: datetime
    ends_day: int
    earned_day: int
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthOfPoints:
    """What came and went of a unit in a local month, none below 0; together they change what is outstanding.

    `issued` was earned, given, brought along or converted from another unit, `taken_back` what refunds, cancellations
    and staff took; `redeemed` was used or converted into another unit, `returned` came back of what was used.
    """

    year: int
    month: int
    issued: int
    taken_back: int
    redeemed: int
    returned: int
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
