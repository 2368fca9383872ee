"""The verbs of the points room. It stores what was decided elsewhere, under lock, and checks it again by constraint.

A verb joins the caller's unit of work. The order within one: `lock`, then `accounts` and `open_lots`, decide, `post`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation import cursors, guards
from shuke.foundation.columns import Columns
from shuke.foundation.guards import CHANGE, EMPTYING, Guard
from shuke.foundation.transactions import unit_of_work
from shuke.foundation.verification import Invariant, Verification, Violation
from shuke.rooms.points import declaring, in_columns, moves, posting, queries, sealing, supply
from shuke.rooms.points.contracts import (
    Account,
    Accounts,
    Clawback,
    Entry,
    EntryColumns,
    EntryKey,
    EntryPage,
    Forfeit,
    Hold,
    Kind,
    Lot,
    LotPage,
    MonthOfPoints,
    NewUnit,
    OpenLot,
    PastLot,
    Posted,
    Posting,
    Seal,
    StaleLedgerError,
    Take,
    Totals,
    Uncounted,
    Unit,
    Wait,
    WaitingLot,
)

INVARIANTS = (
    Invariant("I1", "Every transaction is one effect, balanced between two accounts, and numbered without a gap."),
    Invariant("I2", "What accounts hold of a unit is what came less what went, and its supply counts what was issued."),
    Invariant("I3", "Every account is the sum of its entries, the balance after the last, and what its lots have."),
    Invariant("I4", "Every lot was opened by its first entry, has what was not taken, and nothing is below zero."),
    Invariant("I5", "Entries cannot be changed or deleted, and those of every seal are as they were sealed."),
    Invariant("I8", "A lot expires at most once, not before its end, whole, and gives nothing after."),
    Invariant("I9", "Points are taken from the lot that ends soonest."),
    Invariant("I10", "Pending points become usable once, on their day, or are cancelled, and are not used before."),
    Invariant("I11", "What is captured, released, lapsed and left of a hold is what it set aside, lot by lot."),
    Invariant("I12", "No more is taken back for a lot than it earned, and what refunds say is what their entries do."),
    Invariant("I13", "No more comes back of a redemption than it used, and takes say what lots gave."),
    Invariant("I16", "Nothing is usable while something is owed, and no more is repaid than was owed."),
    Invariant("I21", "A redemption or hold takes points of one unit alone."),
    Invariant("I22", "What is transferred or merged leaves one holder as it comes to another."),
)
_OF_ALL_TOGETHER = frozenset({"I2", "I5", "I22"})  # laws that no holder keeps or breaks alone
CHECKS = ("transactions", "units", "accounts", "entries", "lots", "draws", "takes", "refunds")
GUARDS = (
    Guard("points_entry", "points_entry_append_only", CHANGE),
    Guard("points_entry", "points_entry_never_emptied", EMPTYING),
    Guard("points_seal", "points_seal_append_only", CHANGE),
    Guard("points_seal", "points_seal_never_emptied", EMPTYING),
    Guard("points_seal_range", "points_seal_range_append_only", CHANGE),
    Guard("points_seal_range", "points_seal_range_never_emptied", EMPTYING),
)


def declare_units(units: Sequence[NewUnit]) -> dict[str, Unit]:
    """Make sure that the organisation has these units and return them by code.

    Raises: Refusal `unit_scale_fixed` where a unit exists with another scale.
    """
    return declaring.declare(units)


def check_units(units: Sequence[NewUnit]) -> None:
    """Read whether units may be declared so, and their supply be limited so.

    Raises: Refusal `unit_scale_fixed`, `supply_below_issued`.
    """
    declaring.check(units)


def drop_units(codes: Collection[str]) -> None:
    """Forget units that nobody ever had anything of. Raises: django.db.IntegrityError where somebody had."""
    declaring.drop(codes)


def all_units() -> tuple[Unit, ...]:
    """Return every unit, in the order declared. Raises: nothing."""
    return declaring.known()


def open_holders(holder_ids: Sequence[UUID]) -> None:
    """Make sure that these holders can own value. Raises: nothing."""
    queries.open_holders(holder_ids)


def lock(holder_ids: Sequence[UUID]) -> None:
    """Lock holders, in id order, until the transaction ends: first of all that is done to what they hold.

    Raises: Refusal `unknown_holder`.
    """
    known = queries.lock_holders(holder_ids)
    if len(known) < len(set(holder_ids)):
        unknown = next(id for id in holder_ids if id not in known)
        raise Refusal("unknown_holder", f"There is no holder {unknown}.", params={"holder": str(unknown)})


def lock_everybody() -> None:
    """Lock every holder, those to come included, until the transaction ends. Raises: nothing."""
    queries.lock_everybody()


def balances(holder_ids: Sequence[UUID]) -> dict[UUID, dict[int, Account]]:
    """Return the accounts of each holder by unit id; a unit never posted to is absent. Raises: nothing."""
    accounts: dict[UUID, dict[int, Account]] = {id: {} for id in holder_ids}
    for holder_id, *row in queries.accounts(holder_ids):
        accounts[holder_id][row[0]] = Account(*row)
    return accounts


def open_lots(holder_ids: Sequence[UUID]) -> dict[UUID, list[OpenLot]]:
    """Return each holder's lots with usable points, by (expires_day, unit id, number). Raises: nothing."""
    lots: dict[UUID, list[OpenLot]] = {id: [] for id in holder_ids}
    for holder_id, unit_id, number, remaining, expires_day, *rest in queries.open_lots(holder_ids):
        lots[holder_id].append(OpenLot(unit_id, number, remaining, _day(expires_day), *rest))
    return lots


def waiting_lots(holder_ids: Sequence[UUID]) -> dict[UUID, list[WaitingLot]]:
    """Return each holder's lots with points that are not usable yet, by day and then as earned. Raises: nothing."""
    lots: dict[UUID, list[WaitingLot]] = {id: [] for id in holder_ids}
    for holder_id, unit_id, number, waiting, reference, *wait in queries.waiting_lots(holder_ids):
        lots[holder_id].append(WaitingLot(unit_id, number, waiting, reference, _wait(*wait)))
    return lots


def open_holds(holder_ids: Sequence[UUID]) -> dict[UUID, list[Hold]]:
    """Return each holder's holds with points still set aside, by their end and then as made. Raises: nothing."""
    holds: dict[UUID, list[Hold]] = {id: [] for id in holder_ids}
    for holder_id, hold in _holds(queries.open_holds(holder_ids)):
        holds[holder_id].append(hold)
    return holds


def hold(holder_id: UUID, id: UUID) -> Hold:
    """Return a hold, open or not.

    Raises: Refusal `unknown_hold`.
    """
    for _, found in _holds(queries.holds([(holder_id, id)])):
        return found
    raise Refusal("unknown_hold", "There is no such hold.")


def takes_of(causes: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[Take]]:
    """Return by reference what redemptions and holds, of (holder, reference), took of which lots, as taken.

    Raises: nothing.
    """
    takes: dict[UUID, list[Take]] = {reference: [] for _, reference in causes}
    for *row, expires_day, gift in queries.takes(causes) if causes else ():
        take = Take(*(*row, _day(expires_day), gift))
        takes[take.reference].append(take)
    return takes


def lots_of(facts: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[Lot]]:
    """Return by reference the lots that facts, of (holder, reference), opened, by unit and number. Raises: nothing."""
    lots: dict[UUID, list[Lot]] = {reference: [] for _, reference in facts}
    for row in queries.lots_of(facts) if facts else ():
        lot = _lot(row)
        if lot.reference is not None:
            lots[lot.reference].append(lot)
    return lots


def past_lots(facts: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[PastLot]]:
    """Return by reference the lots that facts, of (holder, reference), earned, by unit and number. Raises: nothing."""
    lots: dict[UUID, list[PastLot]] = {reference: [] for _, reference in facts}
    for reference, *row, counted_day in queries.past_lots(facts) if facts else ():
        lots[reference].append(PastLot(*(*row, _day(counted_day))))
    return lots


def earned_days(spans: Sequence[tuple[UUID, int, int, int]]) -> dict[tuple[UUID, int], list[tuple[int, int]]]:
    """Return by (holder, unit) the (day, points) earned, ascending, over spans of (holder, unit, first, last day).

    Points count on the day of their accrual, opening ones on the day they were earned. Activated ones count on the day
    of the event that activated them or, where time did, on the day before. What refunds took out is left out.

    Raises: nothing.
    """
    days: dict[tuple[UUID, int], list[tuple[int, int]]] = {(holder_id, unit_id): [] for holder_id, unit_id, *_ in spans}
    for holder_id, unit_id, day, points in queries.earned_days(spans) if spans else ():
        days[holder_id, unit_id].append((day, points))
    return days


def post(
    postings: Sequence[Posting], expected: Accounts, recorded_at: datetime, limited: Collection[int] = ()
) -> list[Posted]:
    """Write decided postings, in the order given, and return what each became.

    `expected` are the accounts from which they were decided, as `balances` gave them under `lock`; `limited` are the
    units whose supply `limit_supply` has bounded.

    Raises:
        Refusal: `supply_exhausted`: more would be issued of a unit than it may have; nothing of the unit of work holds.
        StaleLedgerError: an account, lot, hold or take does not stand where it was expected; nothing of the unit of
            work holds.
        django.db.IntegrityError: a constraint refuses, such as a lot that would give more than it has.
        ValueError: the postings contradict themselves, such as a lot number that is not the next.
    """
    if not postings:
        return []
    with unit_of_work():
        plan = posting.plan(postings, expected)
        before = queries.move_accounts(plan)
        if before is None:
            raise StaleLedgerError("An account does not stand where the postings were decided.")
        if not queries.change_known(plan):
            raise StaleLedgerError("A lot, hold or take to move does not exist.")
        queries.write_new(plan, before, recorded_at)
        if limited:
            supply.count(plan, limited)
        return [
            Posted(before[each.holder_id] + posted.transaction_number, posted.entries)
            for each, posted in zip(postings, plan.posted, strict=True)
        ]


balances_in_columns = in_columns.balances
open_lots_in_columns = in_columns.open_lots
earned_days_in_columns = in_columns.earned_days


def expire(ended: Columns, recorded_at: datetime) -> None:
    """Write what ends of lots at midnights, as `post` would: columns by holder and day, in the order in which it ended.

    Of each end: holder_id, unit_id, lot_number, points, day, occurred_at (UTC seconds), and available: in the account
    before any of these ends, as it was under `lock`.

    Raises:
        StaleLedgerError: an account or lot does not stand where it was expected; nothing of the unit of work holds.
    """
    with unit_of_work():
        in_columns.expire(ended, recorded_at)


def limit_supply(unit_id: int, most: int | None) -> None:
    """Let at most so many points of a unit exist from now on, those issued before included; None: any number.

    Nobody writes entries until the unit of work ends.

    Raises: Refusal `supply_below_issued` where more were issued already.
    """
    with unit_of_work():
        supply.limit(unit_id, most)


def settle(
    clawbacks: Sequence[Clawback] = (), forfeits: Sequence[Forfeit] = (), uncounted: Sequence[Uncounted] = ()
) -> None:
    """Write down what refunds took back on account of which lots, gave up, and took out of what was earned.

    After `post` of the same refunds, in the same unit of work.

    Raises:
        StaleLedgerError: a lot or take does not exist; nothing of the unit of work holds.
        django.db.IntegrityError: a refund is settled twice, or takes back more than was earned or used.
    """
    with unit_of_work():
        if clawbacks and not queries.settle_clawbacks(clawbacks):
            raise StaleLedgerError("A lot that points are taken back for does not exist.")
        if forfeits and queries.settle_forfeits(forfeits) != len(forfeits):
            raise StaleLedgerError("A take whose points are given up does not exist.")
        if uncounted:
            queries.insert_uncounted(uncounted)


def entry(key: EntryKey) -> Entry:
    """Return an entry.

    Raises: Refusal `unknown_entry`.
    """
    row = queries.entry(key)
    if row is None:
        raise Refusal("unknown_entry", "There is no such entry.")
    return _entry(row)


def entries_of(facts: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[Entry]]:
    """Return by reference the entries that facts, of (holder, reference), caused, in the order written; one statement.

    Raises: nothing.
    """
    entries: dict[UUID, list[Entry]] = {reference: [] for _, reference in facts}
    for row in queries.entries_of(facts) if facts else ():
        entry = _entry(row)
        if entry.reference is not None:
            entries[entry.reference].append(entry)
    return entries


def entries_of_transaction(holder_id: UUID, transaction_number: int) -> tuple[Entry, ...]:
    """Return the entries of one effect, in the order written; none where there is no such transaction.

    Raises: nothing.
    """
    return tuple(_entry(row) for row in queries.entries_of_transaction(holder_id, transaction_number))


def entries_of_lot(holder_id: UUID, unit_id: int, lot_number: int) -> tuple[Entry, ...]:
    """Return what happened to a lot, the accrual that opened it first; none where there is no such lot.

    Raises: nothing.
    """
    return tuple(_entry(row) for row in queries.entries_of_lot(holder_id, unit_id, lot_number))


def lot(holder_id: UUID, unit_id: int, number: int) -> Lot:
    """Return a lot.

    Raises: Refusal `unknown_lot`.
    """
    row = queries.lot(holder_id, unit_id, number)
    if row is None:
        raise Refusal("unknown_lot", "There is no such lot.")
    return _lot(row)


def entries_page(holder_id: UUID, limit: int, cursor: str | None = None, unit_id: int | None = None) -> EntryPage:
    """Return up to `limit` entries of a holder, newest first, of one unit or of all.

    Raises: Refusal `invalid_cursor`.
    """
    before = None if cursor is None else cursors.decode(cursor, 3)
    entries = tuple(_entry(row) for row in queries.entries_page(holder_id, unit_id, limit + 1, before))
    if len(entries) <= limit:
        return EntryPage(entries, None)
    last = entries[limit - 1]
    return EntryPage(entries[:limit], cursors.encode(last.transaction_number, last.key.unit_id, last.key.number))


def days_page(
    days: tuple[int, int],
    limit: int,
    cursor: str | None = None,
    kinds: Collection[Kind] = (),
    unit_id: int | None = None,
) -> EntryPage:
    """Return up to `limit` entries of all holders on local days, first and last, latest first; no `kinds` are all.

    Raises: Refusal `invalid_id` for a cursor that no page gave.
    """
    before = None if cursor is None else EntryKey.of(cursor)
    entries = tuple(_entry(row) for row in queries.days_page(days, sorted(kinds), unit_id, limit + 1, before))
    if len(entries) <= limit:
        return EntryPage(entries, None)
    return EntryPage(entries[:limit], entries[limit - 1].key.id)


moves_by_hand = moves.moves_by_hand


def clawbacks(holder_id: UUID, lot_numbers: Sequence[int], unit_id: int) -> list[Clawback]:
    """Return what refunds took back on account of lots of a unit, by refund. Raises: nothing."""
    return [Clawback(*row) for row in queries.clawbacks(holder_id, unit_id, lot_numbers)]


def lots_page(holder_id: UUID, limit: int, cursor: str | None = None, unit_id: int | None = None) -> LotPage:
    """Return up to `limit` lots of a holder: those with points in them first, by what ends soonest.

    Raises: Refusal `invalid_cursor`.
    """
    after = None if cursor is None else cursors.decode(cursor, 4)
    rows = queries.lots_page(holder_id, unit_id, limit + 1, after)
    lots = tuple(_lot(row) for row in rows[:limit])
    if len(rows) <= limit:
        return LotPage(lots, None)
    last = lots[-1]
    spent = int(last.remaining + last.waiting + last.held == 0)
    return LotPage(lots, cursors.encode(spent, min(last.expires_day, 2**31 - 1), last.unit_id, last.number))


def stream_entries(chunk: int = 20_000) -> Iterator[EntryColumns]:
    """Yield every entry by (holder, unit, number), in runs of up to `chunk`. Raises: nothing."""
    after = (UUID(int=0), 0, 0)
    while (row := queries.stream_entries(after, chunk))[0] is not None:
        run = EntryColumns(*row)
        yield run
        after = (run.holder_id[-1], run.unit_id[-1], run.number[-1])


def totals(unit_id: int, holder_id: UUID | None = None) -> Totals:
    """Return what ever came and went of a unit, of one holder or of all. Raises: nothing."""
    return Totals(*queries.totals(unit_id, holder_id))


def monthly(unit_id: int) -> tuple[MonthOfPoints, ...]:
    """Return what came and went of a unit in each local month that had any, ascending. Raises: nothing."""
    return tuple(MonthOfPoints(*row) for row in queries.monthly(unit_id))


def all_accounts(unit_id: int, holder_ids: Collection[UUID] | None = None) -> Account:
    """Return what these holders, None for all, together have of a unit. Raises: nothing."""
    return Account(unit_id, *queries.all_accounts(unit_id, holder_ids))


def expiring(unit_id: int, until_day: int) -> int:
    """Return the points of a unit that are usable on no day after `until_day`. Raises: nothing."""
    ends = queries.open_by_end(unit_id)
    return sum(points for expires_day, points in ends if expires_day is not None and expires_day <= until_day + 1)


def seal() -> Seal | None:
    """Seal the entries committed since the last seal, and return the new one; None where there are none.

    Raises: nothing.
    """
    return sealing.seal()


def last_seal() -> Seal | None:
    """Return the newest seal. Raises: nothing."""
    row = queries.last_seal()
    return None if row is None else Seal(*row)


def verify_seals() -> Verification:
    """Check the chain of seals, and every sealed entry against it (I5). Raises: nothing."""
    with unit_of_work():
        found = tuple(Violation(*row) for row in sealing.violations())
    return Verification(tuple(law for law in INVARIANTS if law.id == "I5"), found)


def verify(*, since_seal: bool = False) -> Verification:
    """Check every law of the ledger and its seals.

    `since_seal` checks the laws of single holders alone, for holders whose entries are newer than the last seal; the
    laws of seals and of all holders together are told as not looked at.

    Raises: nothing.
    """
    with unit_of_work():
        found = [] if since_seal else list(verify_seals().violations)
        holder_ids = queries.holders_since_seal() if since_seal else None
        queries.prepare_to_verify()
        found += [Violation(*row) for check in CHECKS for row in queries.violations(check, holder_ids)]
        if guards.broken(GUARDS):
            found.append(
                Violation("I5", None, "Entries can be changed: a trigger that refuses it is missing, off or another.")
            )
    violations = tuple(sorted(found, key=lambda violation: int(violation.invariant[1:])))
    left_out = tuple(law for law in INVARIANTS if since_seal and law.id in _OF_ALL_TOGETHER)
    return Verification(tuple(law for law in INVARIANTS if law not in left_out), violations, left_out)


def _entry(row: tuple[Any, ...]) -> Entry:
    holder_id, unit_id, number, transaction_number, kind, *rest = row
    return Entry(EntryKey(holder_id, unit_id, number), transaction_number, Kind(kind), *rest)


def _lot(row: tuple[Any, ...]) -> Lot:
    *head, expires_day, waiting, held, clawed, origin, gift, active_day, reference, ready, event, cancel, rule = row
    wait = _wait(ready, event, cancel, rule) if origin == Kind.ACCRUAL_PENDING else None
    parts = (waiting, held, clawed, Kind(origin), gift)
    return Lot(*(*head, _day(expires_day), *parts, _day(active_day), wait, reference))


def _wait(ready_day: int | None, event: str | None, cancel_day: int | None, expiry_rule: int | None) -> Wait:
    return Wait(_day(ready_day), event, _day(cancel_day), expiry_rule)


def _holds(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[UUID, Hold]]:
    takes = takes_of([(holder_id, id) for holder_id, id, *_ in rows])
    for holder_id, id, *rest in rows:
        yield holder_id, Hold(*(id, *rest, tuple(takes[id])))


def _day(day: int | None) -> int:
    return NEVER if day is None else day
