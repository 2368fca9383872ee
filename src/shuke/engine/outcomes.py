"""Says what a verb of the desk did, from the entries that it left in the arrays."""

from dataclasses import dataclass

from shuke.core.state import passing
from shuke.core.state.slots import AT, COUNTED, HOLD_UNTIL, TIER_QUALIFIED
from shuke.core.values.dates import Ints
from shuke.engine.arrays import Arrays
from shuke.engine.states import KINDS, ClawFact, CountFact, EntryFact, Given, Outcome, Slice, TierChangeFact
from shuke.engine.zones import day_start


@dataclass(frozen=True, slots=True)
class Told:
    """What one act says besides its entries."""

    vector: tuple[int, ...] = ()
    given: tuple[Given, ...] = ()
    clawbacks: tuple[ClawFact, ...] = ()
    slices: tuple[Slice, ...] = ()


NOTHING = Told()


def outcome_of(a: Arrays, told: Told, passed: int, P: Ints, zone: str, *, late: bool) -> Outcome:
    """Return what a verb did; the first `passed` entries are what time did before it."""
    due = passing.next_due(a.m, a.R, P)
    hold = passing.next_lapse(a.m, a.R)
    entries, changes, counts = [], [], []
    for i, entry in enumerate(a.entries()):
        _, stamped_at, day, kind, unit, amount, lot, ref, cause, taken_from = entry
        by_time = i < passed
        at = stamped_at or day_start(day, zone)
        if kind == COUNTED:
            counts.append(CountFact(unit, lot, amount))
        elif kind >= TIER_QUALIFIED:
            changes.append(TierChangeFact(day, at, ref, unit, amount, lot, KINDS[kind], by_time))
        else:
            entries.append(EntryFact(day, at, KINDS[kind], unit, amount, lot, ref, cause, taken_from, by_time))
    return Outcome(
        entries=tuple(entries),
        tier_changes=tuple(changes),
        counts=tuple(counts),
        effective_at=a.m[AT],
        next_due_day=due,
        next_lapse_at=None if hold < 0 else a.R[hold + HOLD_UNTIL],
        vector=told.vector,
        given=told.given,
        clawbacks=told.clawbacks,
        forfeits=a.forfeits(),
        slices=told.slices,
        late=late,
    )
