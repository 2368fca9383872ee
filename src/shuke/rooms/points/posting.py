"""Turns decided postings into the rows they become: numbers, running balances, lots. Pure; queries.py writes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.rooms.points.contracts import Account, Accounts, EntryKey, Kind, Move, Posted, Posting

AccountKey = tuple[UUID, int]  # holder, unit
LotKey = tuple[UUID, int, int]  # holder, unit, number
EntryRow = tuple[UUID, int, int, int, int, int, int, int, datetime, UUID | None, str, str]
LotRow = tuple[UUID, int, int, int, int, datetime, datetime | None, int | None]


@dataclass(slots=True)
class Plan:
    """The rows of one call of `post`. `before` holds each account as the caller expects it, `after` as it becomes."""

    before: dict[AccountKey, Account]
    after: dict[AccountKey, Account]
    lots: dict[LotKey, LotRow]
    drawn: Counter[LotKey]  # from lots that were open before
    entries: list[EntryRow]
    posted: list[Posted]


def plan(postings: Sequence[Posting], expected: Accounts, last_transactions: Mapping[UUID, int]) -> Plan:
    """Number the postings in the order given, each account from where it is expected to stand.

    Raises: ValueError where a posting moves nothing, a new lot's number is not the next of its account, or a lot that
    was just opened gives more than it has.
    """
    result = Plan({}, {}, {}, Counter(), [], [])
    last = dict(last_transactions)
    for posting in postings:
        if not posting.moves:
            raise ValueError("A posting moves nothing, and so would be a transaction without entries.")
        last[posting.holder_id] += 1
        keys = tuple(_enter(result, posting, move, expected, last[posting.holder_id]) for move in posting.moves)
        result.posted.append(Posted(last[posting.holder_id], keys))
    return result


def _enter(result: Plan, posting: Posting, move: Move, expected: Accounts, transaction_number: int) -> EntryKey:
    holder_id, unit_id = posting.holder_id, move.unit_id
    account = result.after.get((holder_id, unit_id))
    if account is None:
        account = expected.get(holder_id, {}).get(unit_id) or Account(unit_id, 0, 0, 0)
        result.before[holder_id, unit_id] = account
    accrues = posting.kind is Kind.ACCRUAL
    amount = move.points if accrues else -move.points
    number = account.entry_count + 1
    balance = account.available + amount
    if accrues:
        _open_lot(result, posting, move, account.lot_count + 1)
    else:
        _draw_lot(result, (holder_id, unit_id, move.lot_number), move.points)
    result.after[holder_id, unit_id] = Account(unit_id, balance, number, account.lot_count + accrues)
    result.entries.append(
        (
            holder_id,
            unit_id,
            number,
            transaction_number,
            move.lot_number,
            posting.day,
            amount,
            balance,
            posting.occurred_at,
            posting.reference,
            posting.kind.value,
            posting.kind.counter_account,
        )
    )
    return EntryKey(holder_id, unit_id, number)


def _open_lot(result: Plan, posting: Posting, move: Move, number: int) -> None:
    if move.lot_number != number:
        raise ValueError(f"Lot {move.lot_number} was decided where {number} is the next.")
    expires_day = None if move.expires_day == NEVER else move.expires_day
    result.lots[posting.holder_id, move.unit_id, number] = (
        posting.holder_id,
        move.unit_id,
        number,
        move.points,
        move.points,
        posting.occurred_at,
        move.expires_at,
        expires_day,
    )


def _draw_lot(result: Plan, lot: LotKey, points: int) -> None:
    """Take points from a lot: one opened in this very call is written with what remains."""
    row = result.lots.get(lot)
    if row is None:
        result.drawn[lot] += points
        return
    remaining = row[4] - points
    if remaining < 0:
        raise ValueError(f"Lot {lot[2]} has {row[4]} left and cannot give {points}.")
    result.lots[lot] = (*row[:4], remaining, *row[5:])
