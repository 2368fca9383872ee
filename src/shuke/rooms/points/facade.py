"""The verbs of the points room. It stores what was decided elsewhere, under lock, and checks it again by constraint.

A verb joins the caller's unit of work. The order within one: `lock`, then `accounts` and `open_lots`, decide, `post`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.points import posting, queries
from shuke.rooms.points.contracts import Account, Accounts, NewUnit, OpenLot, Posted, Posting, StaleLedgerError, Unit


def declare_units(units: Sequence[NewUnit]) -> dict[str, Unit]:
    """Make sure that the organisation has these units and return them by code.

    Raises: Refusal `unit_scale_fixed` where a unit exists with another scale.
    """
    with unit_of_work():
        queries.insert_units(units)
        known = {unit.code: unit for unit in all_units()}
        for unit in units:
            if known[unit.code].scale != unit.scale:
                raise Refusal(
                    "unit_scale_fixed",
                    f"The unit {unit.code} has {known[unit.code].scale} decimal places, which never change.",
                    params={"unit": unit.code, "scale": known[unit.code].scale},
                )
        return {unit.code: known[unit.code] for unit in units}


def all_units() -> tuple[Unit, ...]:
    """Return every unit, in the order declared. Raises: nothing."""
    return tuple(Unit(*row) for row in queries.units())


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


def balances(holder_ids: Sequence[UUID]) -> dict[UUID, dict[int, Account]]:
    """Return the accounts of each holder by unit id; a unit never posted to is absent. Raises: nothing."""
    accounts: dict[UUID, dict[int, Account]] = {id: {} for id in holder_ids}
    for holder_id, unit_id, available, entry_count, lot_count in queries.accounts(holder_ids):
        accounts[holder_id][unit_id] = Account(unit_id, available, entry_count, lot_count)
    return accounts


def open_lots(holder_ids: Sequence[UUID]) -> dict[UUID, list[OpenLot]]:
    """Return each holder's lots with points left, by (expires_day, unit id, number). Raises: nothing."""
    lots: dict[UUID, list[OpenLot]] = {id: [] for id in holder_ids}
    for holder_id, unit_id, number, remaining, expires_day in queries.open_lots(holder_ids):
        lots[holder_id].append(OpenLot(unit_id, number, remaining, NEVER if expires_day is None else expires_day))
    return lots


def post(postings: Sequence[Posting], expected: Accounts, recorded_at: datetime) -> list[Posted]:
    """Write decided postings, in the order given, and return what each became.

    `expected` are the accounts from which they were decided, as `balances` gave them under `lock`.

    Raises:
        StaleLedgerError: an account or a lot does not stand where it was expected; nothing of the unit of work holds.
        django.db.IntegrityError: a constraint refuses, such as a lot that would give more than it has.
        ValueError: the postings contradict themselves, such as a lot number that is not the next.
    """
    if not postings:
        return []
    with unit_of_work():
        last = queries.take_transaction_numbers(Counter(posting.holder_id for posting in postings))
        plan = posting.plan(postings, expected, last)
        if queries.move_accounts(plan) != len(plan.after):
            raise StaleLedgerError("An account does not stand where the postings were decided.")
        if plan.lots:
            queries.open_new_lots(plan)
        if plan.drawn and queries.draw_lots(plan) != len(plan.drawn):
            raise StaleLedgerError("A lot to draw from does not exist.")
        queries.append_entries(plan, recorded_at)
        return plan.posted
