"""Members on the desk: their state loaded set by set, moved in memory, and written back with one statement a table.

The only place that loads and saves what the machines work on. The holders are locked before anything is loaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.online import EntryFact, LotState, MemberState, OrderFacts, Outcome
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.orders import facade as orders
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Account, Accounts, Kind, Move, Posted, Posting
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import OrderFact
from shuke.rooms.programs.queries import MembershipRow
from shuke.rooms.programs.services.timeline import Running, Timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import Reason, Tier, TierChange, TierState, TierUpdate


@dataclass(slots=True)
class Wanted:
    """How far a member will be moved, in UTC seconds, and whether points will be drawn."""

    until: int
    draws: bool = False


@dataclass(slots=True)
class Dossier:
    """One member: the state, the version under which it stands, and what happened since it was opened.

    `counted` has the local day and the net amount of each order decided since.
    """

    member_id: UUID
    joined_at: datetime
    running: Running
    state: MemberState
    next_due_day: int
    tier: TierState | None
    tier_changes: list[TierChange] = field(default_factory=list)
    counted: list[tuple[int, int]] = field(default_factory=list)
    moved: bool = False


@dataclass(slots=True)
class Desktop:
    """The dossiers of one unit of work, and the postings made of them in the order in which things happened."""

    timeline: Timeline
    accounts: Accounts
    dossiers: dict[UUID, Dossier]
    postings: list[Posting] = field(default_factory=list)

    def order(self, dossier: Dossier, order_id: UUID, fact: OrderFact) -> Outcome:
        """Decide an order as of the later of its time and the instant where the member stands.

        Raises:
            Refusal: `too_many_orders`; nothing has changed then.
        """
        at = int(fact.occurred_at.timestamp())
        self._reach(dossier, at)
        order = OrderFacts(at, fact.net_minor, fact.gross_minor, fact.store, fact.channel, fact.lines)
        outcome = dossier.running.desk.order(dossier.state, order)
        self._take(dossier, outcome, order_id)
        dossier.counted.append((dossier.state.standing_day, fact.net_minor))
        return outcome

    def redeem(self, dossier: Dossier, unit_code: str, quantity: int, at: int, reference: UUID) -> Outcome:
        """Draw points of a unit of the program, the lots that end soonest first.

        Raises:
            Refusal: `insufficient_points`, `unknown_unit`; no points have moved then.
        """
        self._reach(dossier, at)
        if unit_code not in dossier.running.unit_codes:
            known = ", ".join(dossier.running.unit_codes)
            raise Refusal("unknown_unit", f"The units then were: {known}.", pointer="/unit", params={"known": known})
        unit = dossier.running.unit_codes.index(unit_code)
        outcome = dossier.running.desk.redeem(dossier.state, unit, quantity, at)
        self._take(dossier, outcome, reference)
        return outcome

    def advance(self, dossier: Dossier, until: int) -> Outcome:
        """Let time pass up to a UTC second."""
        self._reach(dossier, until)
        outcome = dossier.running.desk.advance(dossier.state, until)
        self._take(dossier, outcome, None)
        return outcome

    def caused_by(self, reference: UUID, begin: int) -> list[int]:
        """Return the places of the postings from `begin` on that a fact caused, not time."""
        return [place for place in range(begin, len(self.postings)) if self.postings[place].reference == reference]

    def write(self, recorded_at: datetime) -> list[Posted]:
        """Write what happened, one statement for each table; return what each posting became."""
        moved = [dossier for dossier in self.dossiers.values() if dossier.moved]
        posted = points.post(self.postings, self.accounts, recorded_at) if self.postings else []
        changed = [dossier for dossier in moved if dossier.tier_changes]
        if changed:
            tiers.write([_tier_update(dossier) for dossier in changed], self.timeline.program_id, recorded_at)
        if moved:
            queries.update_memberships(self.timeline.program_id, [_row(dossier) for dossier in moved])
        return posted

    def _reach(self, dossier: Dossier, at: int) -> None:
        """Tell time up to each version that comes into force on the way, under the version before it."""
        for version in self.timeline.following(dossier.running, max(at, dossier.state.standing_at)):
            self._take(dossier, dossier.running.desk.advance(dossier.state, version.effective_from), None)
            _change_version(dossier, version)

    def _take(self, dossier: Dossier, outcome: Outcome, reference: UUID | None) -> None:
        """Keep what a verb did."""
        dossier.moved = True
        running = dossier.running
        for (kind, day), entries in groupby(outcome.entries, _effect):
            self.postings.append(_posting(dossier, Kind(kind), day, list(entries), reference))
        for change in outcome.tier_changes:
            dossier.tier_changes.append(
                TierChange(
                    change.day,
                    datetime.fromtimestamp(change.at, UTC),
                    Tier(running.tier_code(change.before), change.before),
                    Tier(running.tier_code(change.after), change.after),
                    change.until,
                    Reason(change.reason),
                    None if change.reason == Reason.REVIEWED else reference,
                )
            )
        loaded = dossier.state.lots is not None  # otherwise a lot that was not loaded may end sooner
        dossier.next_due_day = outcome.next_due_day if loaded else min(outcome.next_due_day, dossier.next_due_day)


def open_desktop(timeline: Timeline, wanted: Mapping[UUID, Wanted], people: Mapping[UUID, MemberFacts]) -> Desktop:
    """Load the members to be moved; those without a membership are left out.

    `people` has a row for each. Six statements at most, however many members; lots and days only where needed. On the
    way into another version lots are loaded always: its points may end sooner than those of the version that is asked.
    Days are not: they are read anew where windows change, and needed just as before where they don't.
    """
    member_ids = list(wanted)
    rows = queries.memberships(timeline.program_id, member_ids)
    standings = tiers.load(list(rows), timeline.program_id)
    accounts = points.balances(list(rows))
    desktop = Desktop(timeline, accounts, {})
    lots_of: list[UUID] = []
    days_of: dict[UUID, tuple[int, int]] = {}
    for member_id, row in rows.items():
        dossier = _dossier(timeline, row, people[member_id], standings.get(member_id), accounts.get(member_id, {}))
        wish = wanted[member_id]
        needs = dossier.running.desk.needs(dossier.state, wish.until, dossier.next_due_day, draws=wish.draws)
        if needs.lots or timeline.following(dossier.running, max(wish.until, dossier.state.standing_at)):
            lots_of.append(member_id)
        if needs.days_from is not None:
            days_of[member_id] = (needs.days_from, dossier.state.standing_day)
        desktop.dossiers[member_id] = dossier
    _load_lots(desktop, lots_of)
    if days_of:
        for member_id, days in orders.days(days_of).items():
            desktop.dossiers[member_id].state.days = [(day.day, day.spend_minor, day.orders) for day in days]
    return desktop


def fresh_row(timeline: Timeline, member_id: UUID, joined_at: datetime) -> MembershipRow:
    """Return the membership of somebody who has just joined."""
    running = timeline.at(int(joined_at.timestamp()))
    windows = [0] * (2 * len(running.desk.compiled.windows))
    return MembershipRow(member_id, running.id, joined_at, joined_at, None, 0, windows)


def first_tier(running: Running, day: int, at: int) -> TierChange:
    """Return the change that puts somebody on a ladder."""
    return TierChange(day, datetime.fromtimestamp(at, UTC), None, Tier(running.tier_code(0), 0), NEVER, Reason.ENROLLED)


def _change_version(dossier: Dossier, version: Running) -> None:
    """Put the state under a later version: tiers by code, new units empty, other windows from the days with orders."""
    before, state = dossier.running, dossier.state
    tier = Tier(before.tier_code(state.tier), state.tier)
    state.tier = version.ranks.get(tier.code, 0)
    if version.levels and not before.levels:
        dossier.tier_changes.append(first_tier(version, state.standing_day, state.standing_at))
    elif state.tier != tier.rank:
        at, after = datetime.fromtimestamp(state.standing_at, UTC), Tier(version.tier_code(state.tier), state.tier)
        why = Reason.VERSION_CHANGED
        dossier.tier_changes.append(TierChange(state.standing_day, at, tier, after, state.tier_until, why))
    added = len(version.unit_ids) - len(before.unit_ids)
    state.balances += [0] * added
    state.next_lots += [1] * added
    if version.desk.compiled.windows != before.desk.compiled.windows:
        state.days = _days_so_far(dossier)
        state.windows = version.desk.windows_from(state.days, state.standing_day, state.joined_day)
    dossier.running = version


def _days_so_far(dossier: Dossier) -> list[tuple[int, int, int]]:
    """Return every day with counted orders, those of this unit of work included."""
    stored = orders.days({dossier.member_id: (0, dossier.state.standing_day)})[dossier.member_id]
    days = {day.day: (day.spend_minor, day.orders) for day in stored}
    for day, net_minor in dossier.counted:
        spend, count = days.get(day, (0, 0))
        days[day] = spend + net_minor, count + 1
    return [(day, *days[day]) for day in sorted(days)]


def _load_lots(desktop: Desktop, member_ids: Sequence[UUID]) -> None:
    if not member_ids:
        return
    lots = points.open_lots(list(member_ids))
    for member_id in member_ids:
        dossier = desktop.dossiers[member_id]
        index = dossier.running.unit_index
        dossier.state.lots = sorted(
            (
                LotState(lot.number, index[lot.unit_id], lot.remaining, lot.expires_day)
                for lot in lots[member_id]
                if lot.unit_id in index
            ),
            key=lambda lot: (lot.expires_day, lot.unit, lot.number),
        )


def _dossier(
    timeline: Timeline, row: MembershipRow, person: MemberFacts, tier: TierState | None, accounts: Mapping[int, Account]
) -> Dossier:
    running = timeline.by_id(row.version_id)
    held = [accounts.get(unit_id) for unit_id in running.unit_ids]
    state = MemberState(
        standing_at=int(row.standing_at.timestamp()),
        standing_day=running.day_of(row.standing_at),
        joined_day=running.day_of(row.joined_at),
        birth_md=person.birth_md,
        tier=running.ranks.get(tier.tier.code, 0) if tier else 0,
        tier_until=tier.until_day if tier else NEVER,
        orders=row.orders,
        balances=[account.available if account else 0 for account in held],
        next_lots=[account.lot_count + 1 if account else 1 for account in held],
        windows=list(row.windows),
    )
    due = running.day_of(row.next_due_at) if row.next_due_at else NEVER
    return Dossier(row.member_id, row.joined_at, running, state, due, tier)


def _effect(entry: EntryFact) -> tuple[str, int]:
    """Entries of one kind on one day are one transaction."""
    return entry.kind, entry.day


def _posting(dossier: Dossier, kind: Kind, day: int, entries: Sequence[EntryFact], reference: UUID | None) -> Posting:
    running = dossier.running
    moves = tuple(
        Move(
            kind,
            running.unit_ids[entry.unit],
            entry.lot,
            entry.amount,
            entry.expires_day,
            running.start_of(entry.expires_day),
        )
        for entry in entries
    )
    occurred_at = datetime.fromtimestamp(entries[0].at, UTC)
    return Posting(dossier.member_id, day, occurred_at, None if kind is Kind.EXPIRY else reference, moves)


def _tier_update(dossier: Dossier) -> TierUpdate:
    known = dossier.tier.change_count if dossier.tier else 0
    return TierUpdate(dossier.member_id, known, tuple(dossier.tier_changes))


def _row(dossier: Dossier) -> MembershipRow:
    return MembershipRow(
        dossier.member_id,
        dossier.running.id,
        dossier.joined_at,
        datetime.fromtimestamp(dossier.state.standing_at, UTC),
        dossier.running.start_of(dossier.next_due_day),
        dossier.state.orders,
        dossier.state.windows,
    )
