"""Members on the desk: their state moved in memory, and what came of it gathered to be written with one statement a
table. `loading` fills it; the holders are locked before.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.engine.states import EntryFact, LadderState, MemberState, Outcome, TierChangeFact
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Accounts, Clawback, Forfeit, Kind, Move, Posted, Posting, Uncounted, Wait
from shuke.rooms.programs import queries
from shuke.rooms.programs.queries import MembershipRow
from shuke.rooms.programs.services import entitling
from shuke.rooms.programs.services.memory import pack
from shuke.rooms.programs.services.timeline import Running, Timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import Reason, Tier, TierChange, TierState, TierUpdate

Verb = Callable[[MemberState], Outcome]
ChangeVersion = Callable[["Dossier", Running, Outcome], Outcome]

_BY_TIME = (Reason.REVIEWED, Reason.GRACE)


@dataclass(slots=True)
class Dossier:
    """One member: the state, the version under which it stands, and what happened since it was opened.

    `causes` are the facts that rows of the state name by their place. `next_due_day` is the next day at which time
    does something, `lapse_at` the instant at which the first hold ends.
    """

    member_id: UUID
    joined_at: datetime
    running: Running
    state: MemberState
    next_due_day: int
    tiers: dict[str, TierState]
    tags: Collection[str]
    causes: list[UUID] = field(default_factory=list)
    lapse_at: int | None = None
    tier_changes: dict[str, list[TierChange]] = field(default_factory=dict)
    moved: bool = False

    def cause_of(self, reference: UUID) -> int:
        """Return the number by which the state names a fact."""
        if reference not in self.causes:
            self.causes.append(reference)
        return self.causes.index(reference)


@dataclass(slots=True)
class Desktop:
    """The dossiers of one unit of work, and all that is to be written, in the order in which it happened."""

    timeline: Timeline
    accounts: Accounts
    dossiers: dict[UUID, Dossier]
    postings: list[Posting] = field(default_factory=list)
    clawbacks: list[Clawback] = field(default_factory=list)
    forfeits: list[Forfeit] = field(default_factory=list)
    uncounted: Counter[tuple[UUID, int, UUID, int]] = field(default_factory=Counter)
    change_version: ChangeVersion = field(kw_only=True)

    def act(self, dossier: Dossier, at: int, reference: UUID | None, verb: Verb, *, note: str = "") -> Outcome:
        """Bring a member under the version in force at `at`, let the verb act, and keep what it did.

        Raises:
            Refusal: of the verb; no points have moved then, but time may have been told.
        """
        self.reach(dossier, at)
        outcome = verb(dossier.state)
        self._keep(dossier, outcome, reference, note)
        return outcome

    def advance(self, dossier: Dossier, until: int) -> Outcome:
        """Let time pass up to a UTC second."""
        return self.act(dossier, until, None, lambda state: dossier.running.desk.advance(state, until))

    def reach(self, dossier: Dossier, at: int) -> None:
        """Tell time up to each version that comes into force on the way, under the version before it."""
        for version in self.timeline.following(dossier.running, max(at, dossier.state.standing_at)):
            advanced = dossier.running.desk.advance(dossier.state, version.effective_from)
            self._keep(dossier, advanced, None, "")
            self._keep(dossier, self.change_version(dossier, version, advanced), None, "")

    def caused_by(self, reference: UUID, begin: int) -> list[int]:
        """Return the places of the postings from `begin` on that a fact caused, not time."""
        return [place for place in range(begin, len(self.postings)) if self.postings[place].reference == reference]

    def write(self, recorded_at: datetime) -> list[Posted]:
        """Write what happened, one statement for each table; return what each posting became."""
        moved = [dossier for dossier in self.dossiers.values() if dossier.moved]
        posted = points.post(self.postings, self.accounts, recorded_at, self.timeline.limited) if self.postings else []
        uncounted = [Uncounted(*key, points) for key, points in self.uncounted.items() if points > 0]
        if self.clawbacks or self.forfeits or uncounted:
            points.settle(self.clawbacks, self.forfeits, uncounted)
        updates = [update for dossier in moved for update in _tier_updates(dossier)]
        if updates:
            tiers.write(updates, self.timeline.program_id, recorded_at)
            entitling.follow(updates)
        if moved:
            queries.update_memberships(self.timeline.program_id, [membership_row(dossier) for dossier in moved])
        return posted

    def _keep(self, dossier: Dossier, outcome: Outcome, reference: UUID | None, note: str) -> None:
        """Keep what a verb did."""
        dossier.moved = True
        running = dossier.running
        for (_, _, by_time), entries in groupby(outcome.entries, lambda entry: (entry.at, entry.day, entry.by_time)):
            self.postings.append(_posting(dossier, list(entries), None if by_time else reference))
        for change in outcome.tier_changes:
            code = running.program.ladders[change.ladder].code
            dossier.tier_changes.setdefault(code, []).append(_tier_change(running, change, reference, note))
        for count in outcome.counts:
            unit_id = running.earned_unit(count.counter)
            if unit_id is not None and reference is not None:
                self.uncounted[dossier.member_id, unit_id, reference, count.day] -= count.amount
        for claw in outcome.clawbacks:
            unit_id = running.unit_ids[claw.unit]
            self.clawbacks.append(
                Clawback(dossier.member_id, _needed(reference), unit_id, claw.lot, claw.taken, claw.owed, claw.forgiven)
            )
        for forfeit in outcome.forfeits:
            taken_by = dossier.causes[forfeit.cause]
            unit_id = running.unit_ids[forfeit.unit]
            self.forfeits.append(Forfeit(dossier.member_id, taken_by, unit_id, forfeit.lot, forfeit.points))
        loaded = dossier.state.lots is not None  # otherwise a lot that was not loaded may end sooner
        dossier.next_due_day = outcome.next_due_day if loaded else min(outcome.next_due_day, dossier.next_due_day)
        dossier.lapse_at = outcome.next_lapse_at


def first_tier(running: Running, ladder: int, day: int, at: int) -> TierChange:
    """Return the change that puts somebody on a ladder."""
    lowest = Tier(running.program.ladders[ladder].levels[0].code, 0)
    return TierChange(day, datetime.fromtimestamp(at, UTC), None, lowest, NEVER, Reason.ENROLLED)


def membership_row(dossier: Dossier) -> MembershipRow:
    """Return where a member now stands, as stored."""
    running = dossier.running
    due = running.start_of(dossier.next_due_day)
    if dossier.lapse_at is not None:
        lapse = datetime.fromtimestamp(dossier.lapse_at, UTC)
        due = lapse if due is None else min(due, lapse)
    return MembershipRow(
        dossier.member_id,
        running.id,
        dossier.joined_at,
        datetime.fromtimestamp(dossier.state.standing_at, UTC),
        due,
        dossier.state.orders,
        pack(running.desk.compiled, dossier.state),
    )


def _posting(dossier: Dossier, entries: Sequence[EntryFact], reference: UUID | None) -> Posting:
    """Make one transaction of what one cause did at one instant."""
    moves = tuple(_move(dossier, entry) for entry in entries)
    until = None
    if reference is not None and any(entry.kind == Kind.HOLDING for entry in entries):
        cause = dossier.cause_of(reference)
        until = next(hold.until for hold in dossier.state.holds if hold.cause == cause)
    first = entries[0]
    until_at = None if until is None else datetime.fromtimestamp(until, UTC)
    return Posting(
        dossier.member_id, first.day, datetime.fromtimestamp(first.at, UTC), reference, moves, until_at=until_at
    )


def _move(dossier: Dossier, entry: EntryFact) -> Move:
    running, kind = dossier.running, Kind(entry.kind)
    wait = _wait(dossier, entry) if kind is Kind.ACCRUAL_PENDING else None
    ends = entry.ends if entry.ends > 0 and wait is None else NEVER
    return Move(
        kind=kind,
        unit_id=running.unit_ids[entry.unit],
        lot_number=None if kind is Kind.OWED else entry.lot,
        points=entry.amount,
        expires_day=ends,
        expires_at=running.start_of(ends),
        gift=kind is Kind.TRANSFER_IN or (kind is Kind.MERGE_IN and entry.taken_from == 1),
        wait=wait,
        taken_by=None if entry.taken_by < 0 else dossier.causes[entry.taken_by],
        taken_from=entry.taken_from or None if kind is Kind.RETURN else None,
        earned_day=entry.taken_from if kind is Kind.OPENING else None,
        earned_at=running.start_of(entry.taken_from) if kind is Kind.OPENING else None,
    )


def _wait(dossier: Dossier, entry: EntryFact) -> Wait:
    """Return what a lot that was just opened waits for."""
    state = next(wait for wait in dossier.state.waits if (wait.unit, wait.number) == (entry.unit, entry.lot))
    return Wait(
        ready_day=state.ready,
        event=dossier.running.kinds[state.event - 1] if state.event else None,
        cancel_day=state.cancel,
        expiry_rule=None if state.expiry < 0 else state.expiry,
    )


def _tier_change(running: Running, change: TierChangeFact, reference: UUID | None, note: str) -> TierChange:
    levels = running.program.ladders[change.ladder].levels
    reason = Reason(change.reason)
    return TierChange(
        change.day,
        datetime.fromtimestamp(change.at, UTC),
        Tier(levels[change.before].code, change.before),
        Tier(levels[change.after].code, change.after),
        change.until,
        reason,
        None if change.by_time or reason in _BY_TIME else reference,
        note if reason is Reason.ASSIGNED else "",
    )


def _tier_updates(dossier: Dossier) -> list[TierUpdate]:
    """Return an update for each ladder on which something changed, its grace or floor included."""
    updates = []
    for ladder, state in zip(dossier.running.program.ladders, dossier.state.ladders, strict=True):
        known = dossier.tiers.get(ladder.code)
        changes = tuple(dossier.tier_changes.get(ladder.code, ()))
        floor = Tier(ladder.levels[state.floor].code, state.floor) if state.floor_until > 0 else None
        before = (known.grace, known.floor, known.floor_until_day) if known else (False, None, 0)
        if changes or before != (state.grace, floor, _floor_end(state)):
            count = known.change_count if known else 0
            updates.append(
                TierUpdate(dossier.member_id, ladder.code, count, changes, state.grace, floor, _floor_end(state))
            )
    return updates


def _floor_end(state: LadderState) -> int:
    return max(0, state.floor_until)


def _needed(reference: UUID | None) -> UUID:
    if reference is None:
        raise AssertionError("Only a refund takes points back.")
    return reference
