"""The ledger in columns, for thousands of holders at once: what they have, and the writing of what ends at night."""

from datetime import datetime

import numpy as np

from shuke.core.values.dates import NEVER
from shuke.foundation import columns, sql
from shuke.foundation.columns import Column, Columns
from shuke.rooms.points.contracts import StaleLedgerError
from shuke.rooms.points.queries import PACKAGE


def balances(holder_ids: Column) -> Columns:
    """Return accounts as columns: holder_id, unit_id, available, pending, held, debt, lot_count. Raises: nothing."""
    names = "holder_id unit_id available pending held debt lot_count"
    statement = f"SELECT {names.replace(' ', ', ')} FROM points_account WHERE holder_id = ANY(%(ids)b::uuid[])"  # noqa: S608  # our own names
    return columns.fetch(statement, {"ids": holder_ids}, names)


def open_lots(holder_ids: Column) -> Columns:
    """Return lots with usable points: holder_id, unit_id, number, remaining, expires_day, gift. Raises: nothing."""
    return columns.fetch(
        "SELECT holder_id, unit_id, number, remaining, coalesce(expires_day, %(never)s)::bigint, gift::int"
        " FROM points_lot WHERE holder_id = ANY(%(ids)b::uuid[]) AND remaining > 0",
        {"ids": holder_ids, "never": NEVER},
        "holder_id unit_id number remaining expires_day gift",
    )


def earned_days(spans: Columns) -> Columns:
    """Do as `earned_days`, in columns: holder_id, unit_id, day, points; day by day of a holder. Raises: nothing."""
    return columns.fetch(sql.load(PACKAGE, "earned_days"), spans, "holder_id unit_id day points")


def expire(ended: Columns, recorded_at: datetime) -> None:
    """Write ends of lots; what a holder loses at one midnight is one transaction."""
    holders, holder = np.unique(ended["holder_id"], return_inverse=True)
    _, first, account = np.unique(holder * 2**15 + ended["unit_id"], return_index=True, return_inverse=True)
    begins = (np.diff(holder, prepend=-1) != 0) | (np.diff(ended["day"], prepend=-1) != 0)
    last = _taken_numbers(holders, np.bincount(holder[begins]))
    place, taken = _running(account, ended["points"])
    moved = {
        "holder_id": ended["holder_id"][first],
        "unit_id": ended["unit_id"][first],
        "expected": ended["available"][first],
        "taken": _sums(account, ended["points"], len(first)),
        "entries": np.bincount(account).astype(np.int32),
    }
    found = columns.fetch(sql.load(PACKAGE, "expire_accounts"), moved, "holder_id unit_id entry_count")
    if len(found["holder_id"]) != len(first):
        raise StaleLedgerError("An account does not stand where the ends of its lots were decided.")
    by_account = np.lexsort((found["unit_id"], found["holder_id"]))
    entry_count = found["entry_count"][by_account] - moved["entries"]
    lots = {name: ended[name] for name in ("holder_id", "unit_id", "lot_number", "points")}
    if columns.run(sql.load(PACKAGE, "expire_lots"), lots) != len(holder):
        raise StaleLedgerError("A lot that ends has not what it was decided to lose.")
    entries = {
        **{name: ended[name] for name in ("holder_id", "unit_id", "lot_number", "points", "day", "occurred_at")},
        "number": (entry_count[account] + place).astype(np.int32),
        "transaction_number": (last[holder] + _running(holder, begins)[1]).astype(np.int32),
        "balance_after": ended["available"] - taken,
    }
    columns.run(sql.load(PACKAGE, "expire_entries"), entries | {"recorded_at": recorded_at})


def _taken_numbers(holders: Column, counts: Column) -> Column:
    """Count the holders' transactions on and return the last number given out before to each."""
    taken = {"ids": holders, "counts": counts.astype(np.int32)}
    found = columns.fetch(sql.load(PACKAGE, "take_transaction_numbers"), taken, "id last")
    return found["last"][np.argsort(found["id"])]


def _sums(group: Column, values: Column, count: int) -> Column:
    """Return the sum of each group's values, whole numbers all the way (np.bincount would go by floats)."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, group, values)
    return sums


def _running(group: Column, values: Column) -> tuple[Column, Column]:
    """Return which of its group each row is, from 1, and the sum of the group's values so far."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], group[order])
    sums = np.cumsum(values[order], dtype=np.int64)
    place, total = np.empty_like(group), np.empty_like(group)
    place[order] = np.arange(len(group)) - first + 1
    total[order] = sums - sums[first] + values[order][first]
    return place, total
