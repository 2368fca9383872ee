"""Turns decided postings into the rows they become: numbers, balances, lots, holds. Pure; queries.py writes them.

Rows are lists, so that what happens later in the same call moves what was made earlier in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.rooms.points.contracts import (
    HOLDERS_ACCOUNTS,
    MAY_OPEN,
    OPENS,
    WAYS,
    Account,
    Accounts,
    EntryKey,
    Kind,
    Move,
    Posted,
    Posting,
)

AccountKey = tuple[UUID, int]  # holder, unit
LotKey = tuple[UUID, int, int]  # holder, unit, number
HoldKey = tuple[UUID, UUID]  # holder, hold
TakeKey = tuple[UUID, UUID, int, int]  # holder, redemption or hold, unit, number of the lot
EntryRow = tuple[UUID, int, int, int, int | None, int, int, int, datetime, UUID | None, str, str, str]
Row = list[Any]

ENTRY = (
    "holder_id unit_id number transaction_number lot_number day amount balance_after occurred_at reference kind"
    " account counter_account"
)
_TRANSACTION = 3  # place in an entry

ACCOUNT = "available pending held debt entry_count lot_count"
_ENTRY_COUNT, _LOT_COUNT = 4, 5
_NEW = Account(0, 0, 0, 0)

LOT = (
    "holder_id unit_id number earned remaining waiting held earned_at expires_at expires_day gift origin active_day"
    " reference ready_day cancel_day wait_event expiry_rule"
)
_REMAINING, _EARNED_AT, _ENDS, _ACTIVE_DAY = 4, 7, 8, 12  # places in an opened lot
LOT_CHANGE = "holder_id unit_id number remaining waiting held expires_at expires_day active_day"
_CHANGE_ENDS = 3  # places in a changed lot, behind its key

HOLD = "holder_id id unit_id points captured released lapsed made_at until_at"
HOLD_CHANGE = "holder_id id captured released lapsed"
_CAPTURED = 4  # place in an opened hold; released and lapsed follow
_HOLD_PARTS = {Kind.CAPTURE: 0, Kind.RELEASE: 1, Kind.LAPSE: 2}

TAKE = "holder_id reference unit_id lot_number ordinal held used returned"
TAKE_CHANGE = "holder_id reference unit_id lot_number held used returned"
_HELD = 5  # place in an opened take; used and returned follow
_TAKES = {  # what a kind adds to held, used and returned
    Kind.REDEMPTION: (0, 1, 0),
    Kind.HOLDING: (1, 0, 0),
    Kind.CAPTURE: (-1, 1, 0),
    Kind.RELEASE: (-1, 0, 0),
    Kind.LAPSE: (-1, 0, 0),
    Kind.RETURN: (0, 0, 1),
}


def _effects(account: str, counter: str, sign: int) -> tuple[tuple[int, int], ...]:
    """Return the (place, sign) by which points move the holder's accounts; debt counts what is owed, so against it."""
    both = ((account, sign), (counter, -sign))
    return tuple(
        (HOLDERS_ACCOUNTS.index(name), -way if name == "debt" else way)
        for name, way in both
        if name in HOLDERS_ACCOUNTS
    )


_EFFECTS = {kind: _effects(*way) for kind, way in WAYS.items()}
_ON_LOTS = {kind: tuple(effect for effect in effects if effect[0] < 3) for kind, effects in _EFFECTS.items()}


@dataclass(slots=True)
class Plan:
    """The rows of one call of `post`. `before` holds each account as the caller expects it, `after` as it becomes;
    `transactions` counts those of each holder.

    `opened` has new rows whole; `changed` has what is added to rows that were there before.
    """

    transactions: Counter[UUID] = field(default_factory=Counter)
    before: dict[AccountKey, Account] = field(default_factory=dict)
    after: dict[AccountKey, Row] = field(default_factory=dict)
    lots_opened: dict[LotKey, Row] = field(default_factory=dict)
    lots_changed: dict[LotKey, Row] = field(default_factory=dict)
    holds_opened: dict[HoldKey, Row] = field(default_factory=dict)
    holds_changed: dict[HoldKey, Row] = field(default_factory=dict)
    takes_opened: dict[TakeKey, Row] = field(default_factory=dict)
    takes_changed: dict[TakeKey, Row] = field(default_factory=dict)
    ordinals: Counter[HoldKey] = field(default_factory=Counter)
    entries: list[EntryRow] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)


def plan(postings: Sequence[Posting], expected: Accounts) -> Plan:
    """Number the postings in the order given, each account from where it is expected to stand, transactions from 1.

    Raises: ValueError where a posting moves nothing, a new lot's number is not the next of its account, a lot that was
    just opened gives more than it has, or points are taken without saying what takes them.
    """
    result = Plan()
    for posting in postings:
        if not posting.moves:
            raise ValueError("A posting moves nothing, and so would be a transaction without entries.")
        result.transactions[posting.holder_id] += 1
        number = result.transactions[posting.holder_id]
        keys = tuple([_enter(result, posting, move, expected, number) for move in posting.moves])
        result.posted.append(Posted(number, keys))
    return result


def numbered(entries: Sequence[EntryRow], before: Mapping[UUID, int]) -> list[EntryRow]:
    """Return entries with their holders' transactions counted on from those of before."""
    return [
        (*entry[:_TRANSACTION], before[entry[0]] + entry[_TRANSACTION], *entry[_TRANSACTION + 1 :]) for entry in entries
    ]


def _enter(result: Plan, posting: Posting, move: Move, expected: Accounts, transaction_number: int) -> EntryKey:
    holder_id, unit_id, kind, points = posting.holder_id, move.unit_id, move.kind, move.points
    account = result.after.get((holder_id, unit_id))
    if account is None:
        account = _expect(result, holder_id, unit_id, expected)
    for place, sign in _EFFECTS[kind]:
        account[place] += sign * points
    account[_ENTRY_COUNT] += 1
    number = account[_ENTRY_COUNT]
    if kind in OPENS or (kind in MAY_OPEN and move.lot_number == account[_LOT_COUNT] + 1):
        account[_LOT_COUNT] += 1
        _open_lot(result, posting, move, account[_LOT_COUNT])
    elif kind is not Kind.OWED:
        _change_lot(result, posting, move)
    if kind in _TAKES:
        _take(result, posting, move)
    debited, credited, sign = WAYS[kind]
    result.entries.append(
        (
            holder_id,
            unit_id,
            number,
            transaction_number,
            move.lot_number,
            posting.day,
            sign * points,
            account[0],
            posting.occurred_at,
            posting.reference,
            kind.value,
            debited,
            credited,
        )
    )
    return EntryKey(holder_id, unit_id, number)


def _expect(result: Plan, holder_id: UUID, unit_id: int, expected: Accounts) -> Row:
    before = expected.get(holder_id, {}).get(unit_id) or _NEW
    result.before[holder_id, unit_id] = before
    after = [before.available, before.pending, before.held, before.debt, before.entry_count, before.lot_count]
    result.after[holder_id, unit_id] = after
    return after


def _open_lot(result: Plan, posting: Posting, move: Move, number: int) -> None:
    if move.lot_number != number:
        raise ValueError(f"Lot {move.lot_number} was decided where {number} is the next.")
    wait = move.wait if move.kind is Kind.ACCRUAL_PENDING else None
    active_day = posting.day if move.earned_day is None else move.earned_day
    row = [
        posting.holder_id,
        move.unit_id,
        number,
        move.points,
        *(0, 0, 0),
        move.earned_at or posting.occurred_at,
        move.expires_at,
        _day(move.expires_day),
        move.gift,
        move.kind.value,
        None if move.kind is Kind.ACCRUAL_PENDING else active_day,
        posting.reference,
        *((_day(wait.ready_day), _day(wait.cancel_day), wait.event, wait.expiry_rule) if wait else (None,) * 4),
    ]
    for place, sign in _ON_LOTS[move.kind]:
        row[_REMAINING + place] += sign * move.points
    result.lots_opened[posting.holder_id, move.unit_id, number] = row


def _change_lot(result: Plan, posting: Posting, move: Move) -> None:
    """Move points into or out of a lot: one opened in this very call is written as it then stands."""
    if move.lot_number is None:
        raise ValueError(f"Points of no lot can't be moved by {move.kind}.")
    key = (posting.holder_id, move.unit_id, move.lot_number)
    row, first, ends = result.lots_opened.get(key), _REMAINING, _ENDS
    if row is None:
        row, first, ends = result.lots_changed.setdefault(key, [0, 0, 0, None, None, None]), 0, _CHANGE_ENDS
    for place, sign in _ON_LOTS[move.kind]:
        had = row[first + place]
        row[first + place] = had + sign * move.points
        if first and row[first + place] < 0:
            raise ValueError(f"Lot {move.lot_number} has {had} left and cannot give {move.points}.")
    if move.kind is Kind.ACTIVATION:
        row[ends : ends + 2] = move.expires_at, _day(move.expires_day)
        row[_ACTIVE_DAY if first else ends + 2] = posting.day


def _take(result: Plan, posting: Posting, move: Move) -> None:
    """Write down what a redemption or hold takes of a lot, or what becomes of what one took."""
    opens = move.kind in (Kind.REDEMPTION, Kind.HOLDING)
    cause = posting.reference if opens else move.taken_by
    if cause is None:
        raise ValueError(f"Points of a {move.kind} without the redemption or hold that they are taken by.")
    hold = (posting.holder_id, cause)
    lot_number = move.lot_number if move.taken_from is None else move.taken_from
    assert lot_number is not None  # a lot was moved before
    key = (*hold, move.unit_id, lot_number)
    row, first = result.takes_opened.get(key), _HELD
    if row is None and opens:
        result.ordinals[hold] += 1
        row = result.takes_opened[key] = [*key, result.ordinals[hold], 0, 0, 0]
    elif row is None:
        row, first = result.takes_changed.setdefault(key, [0, 0, 0]), 0
    for place, sign in enumerate(_TAKES[move.kind]):
        row[first + place] += sign * move.points
    if move.kind is Kind.HOLDING:
        _hold(result, posting, move)
    elif move.kind in _HOLD_PARTS:
        opened = result.holds_opened.get(hold)
        parts, first = (opened, _CAPTURED) if opened else (result.holds_changed.setdefault(hold, [0, 0, 0]), 0)
        parts[first + _HOLD_PARTS[move.kind]] += move.points


def _hold(result: Plan, posting: Posting, move: Move) -> None:
    assert posting.reference is not None  # a take was made of it before
    key = (posting.holder_id, posting.reference)
    if key not in result.holds_opened:
        result.holds_opened[key] = [*key, move.unit_id, 0, 0, 0, 0, posting.occurred_at, posting.until_at]
    result.holds_opened[key][3] += move.points


def _day(day: int) -> int | None:
    return None if day == NEVER else day
