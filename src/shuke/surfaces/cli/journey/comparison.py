"""Compares the ledger with the replay of the same year: entry by entry, lot by lot, tier by tier."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import zip_longest
from uuid import UUID

from shuke.core.state import slots
from shuke.engine.backtest import BacktestResult
from shuke.engine.states import KINDS
from shuke.rooms.members import facade as members
from shuke.rooms.points import facade as points
from shuke.rooms.tiers import facade as tiers
from shuke.surfaces.cli.journey.source import household_ref

Rows = dict[UUID, list[tuple[int | str, ...]]]


def count_differences(result: BacktestResult, program_id: int, left_out: Container[UUID | None] = ()) -> int:
    """Return how many entries, lots and tier changes differ between the replay and the ledger.

    `left_out` are members who have facts that the replay does not know.
    """
    replayed = result.history.members
    ids = members.resolve([household_ref(int(household)) for household in replayed])
    units = {unit.id: unit.code for unit in points.all_units()}
    codes = [unit.code for unit in result.compiled.program.units]
    ledger = (_entries(units), _lots([member_id for member_id in ids if member_id], units), _changes(program_id))
    differences = 0
    for place, member_id in enumerate(ids):
        if member_id in left_out:
            continue
        expected = (
            sorted(_replayed_entries(result, place, codes), key=_unit),
            sorted((codes[unit], number, left, end) for number, unit, left, end, _ in result.lots_of(place)),
            sorted(_replayed_changes(result, place), key=_ladder),
        )
        for stored, rows in zip(ledger, expected, strict=True):
            recorded = stored.get(member_id, []) if member_id else []
            differences += sum(one != other for one, other in zip_longest(recorded, rows))
    return differences


def _entries(units: dict[int, str]) -> Rows:
    """Return every entry of the ledger by holder: (day, kind, unit, points, lot)."""
    rows: Rows = defaultdict(list)
    for run in points.stream_entries():
        columns = (run.holder_id, run.day, run.kind, run.unit_id, run.amount, run.lot_number)
        for holder_id, day, kind, unit_id, amount, lot in zip(*columns, strict=True):
            rows[holder_id].append((day, kind, units[unit_id], abs(amount), lot or 0))
    return {holder_id: sorted(entries, key=_unit) for holder_id, entries in rows.items()}


def _unit(entry: tuple[int | str, ...]) -> str:
    """Entries of one unit keep their order; units are compared apart."""
    return str(entry[2])


def _lots(member_ids: Sequence[UUID], units: dict[int, str]) -> Rows:
    return {
        holder_id: sorted((units[lot.unit_id], lot.number, lot.remaining, lot.expires_day) for lot in lots)
        for holder_id, lots in points.open_lots(member_ids).items()
    }


def _changes(program_id: int) -> Rows:
    """Return every tier change but those of joining by member and ladder.

    A row is (ladder, day, reason, rank before, rank after, until).
    """
    rows: Rows = defaultdict(list)
    for member_id, ladder, change in tiers.stream_changes(program_id):
        if change.before is not None:
            rows[member_id].append(
                (ladder, change.day, change.reason.value, change.before.rank, change.after.rank, change.until_day)
            )
    return {member_id: sorted(changes, key=_ladder) for member_id, changes in rows.items()}


def _ladder(change: tuple[int | str, ...]) -> str:
    """Changes on one ladder keep their order; ladders are compared apart."""
    return str(change[0])


def _replayed_entries(result: BacktestResult, member: int, codes: list[str]) -> Iterator[tuple[int | str, ...]]:
    for row in result.entries_of(member):
        kind = row[slots.E_KIND]
        if kind < slots.TIER_QUALIFIED:
            yield row[slots.E_DAY], KINDS[kind], codes[row[slots.E_UNIT]], row[slots.E_AMOUNT], row[slots.E_LOT]


def _replayed_changes(result: BacktestResult, member: int) -> Iterator[tuple[int | str, ...]]:
    ladders = result.compiled.program.ladders
    for row in result.entries_of(member):
        if slots.TIER_QUALIFIED <= row[slots.E_KIND] < slots.COUNTED:
            moved = (
                row[slots.E_DAY],
                KINDS[row[slots.E_KIND]],
                row[slots.E_UNIT],
                row[slots.E_AMOUNT],
                row[slots.E_LOT],
            )
            yield ladders[row[slots.E_REF]].code, *moved
