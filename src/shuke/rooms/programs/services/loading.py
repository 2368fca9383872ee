"""Loads members onto the desk, set by set: the one place where stored rows become the state that the machines move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.engine.states import HoldState, LadderState, LotState, MemberState, TakeState, WaitState
from shuke.engine.zones import local_day
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Account, Hold, Take
from shuke.rooms.programs import queries
from shuke.rooms.programs.queries import MembershipRow
from shuke.rooms.programs.services.changing import change_version
from shuke.rooms.programs.services.counted import days_of
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.memory import pack, unpack
from shuke.rooms.programs.services.timeline import Running, Timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierState


@dataclass(slots=True)
class Wanted:
    """How far a member will be moved, in UTC seconds, and what of its past must be there.

    `draws`: points will be taken or given back; `takes`: redemptions and holds whose points will be given back or
    spent; `counts_from`: the first day on which something will be counted or taken off; `ahead`: the UTC second up to
    which days will be looked at beyond that.
    """

    until: int
    draws: bool = False
    takes: set[UUID] = field(default_factory=set)
    counts_from: int = NEVER
    ahead: int = 0


def open_desktop(timeline: Timeline, wanted: Mapping[UUID, Wanted], people: Mapping[UUID, MemberFacts]) -> Desktop:
    """Load the members to be moved; those without a membership are left out.

    `people` has a row for each. A fixed number of statements, however many members; lots, days, waits and holds only
    where needed. On the way into another version lots are loaded always: its points may end sooner than those of the
    version that is asked. Days are not: they are read anew where windows change, and needed just as before where they
    don't.
    """
    rows = queries.memberships(timeline.program_id, list(wanted))
    standings = tiers.load(list(rows), timeline.program_id)
    accounts = points.balances(list(rows))
    desktop = Desktop(timeline, accounts, {}, change_version=change_version)
    for member_id, row in rows.items():
        held = accounts.get(member_id, {})
        desktop.dossiers[member_id] = _dossier(timeline, row, people[member_id], standings.get(member_id, {}), held)
    _load_waits(desktop)
    _load_holds(desktop, wanted)
    lots_of: list[UUID] = []
    days_from: dict[UUID, int] = {}
    for member_id, dossier in desktop.dossiers.items():
        wish, desk = wanted[member_id], dossier.running.desk
        needs = desk.needs(
            dossier.state, wish.until, dossier.next_due_day, draws=wish.draws, counts_from=wish.counts_from
        )
        if needs.lots or timeline.following(dossier.running, max(wish.until, dossier.state.standing_at)):
            lots_of.append(member_id)
        if wish.ahead:
            needs = desk.needs(dossier.state, wish.ahead, NEVER)
        if needs.days_from is not None:
            days_from[member_id] = needs.days_from
    _load_lots(desktop, lots_of)
    _load_days(desktop, days_from)
    return desktop


def fresh_row(timeline: Timeline, member_id: UUID, joined_at: datetime) -> MembershipRow:
    """Return the membership of somebody who has just joined; the first midnight may owe something already."""
    running = timeline.at(int(joined_at.timestamp()))
    outcome = running.desk.advance(state := running.desk.fresh(int(joined_at.timestamp())), 0)
    due = running.start_of(outcome.next_due_day)
    return MembershipRow(member_id, running.id, joined_at, joined_at, due, 0, pack(running.desk.compiled, state))


def _load_days(desktop: Desktop, days_from: Mapping[UUID, int]) -> None:
    by_version: dict[int, dict[UUID, tuple[int, int]]] = {}
    for member_id, first in days_from.items():
        dossier = desktop.dossiers[member_id]
        by_version.setdefault(dossier.running.id, {})[member_id] = (first, dossier.state.standing_day)
    for version_id, spans in by_version.items():
        for member_id, days in days_of(desktop.timeline.by_id(version_id), spans).items():
            desktop.dossiers[member_id].state.days = days


def _load_lots(desktop: Desktop, member_ids: Sequence[UUID]) -> None:
    if not member_ids:
        return
    lots = points.open_lots(list(member_ids))
    for member_id in member_ids:
        dossier = desktop.dossiers[member_id]
        index = dossier.running.unit_index
        known = (
            LotState(lot.number, index[lot.unit_id], lot.remaining, lot.expires_day, lot.gift)
            for lot in lots[member_id]
            if lot.unit_id in index
        )
        dossier.state.lots = sorted(known, key=lambda lot: (lot.ends, lot.unit, lot.number))


def _load_waits(desktop: Desktop) -> None:
    """Load pending lots of those who have any."""
    member_ids = [id for id, dossier in desktop.dossiers.items() if any(dossier.state.pending)]
    waiting = points.waiting_lots(member_ids) if member_ids else {}
    for member_id, lots in waiting.items():
        dossier = desktop.dossiers[member_id]
        running = dossier.running
        for lot in lots:
            wait = lot.wait
            dossier.state.waits.append(
                WaitState(
                    lot.number,
                    running.unit_index[lot.unit_id],
                    lot.waiting,
                    wait.ready_day,
                    wait.cancel_day,
                    -1 if lot.reference is None else dossier.cause_of(lot.reference),
                    -1 if wait.expiry_rule is None else wait.expiry_rule,
                    running.desk.compiled.behaviours.get(wait.event or "", 0),
                )
            )


def _load_holds(desktop: Desktop, wanted: Mapping[UUID, Wanted]) -> None:
    """Load open holds of those who have any, and the takes that facts will give back or spend."""
    holders = [id for id, dossier in desktop.dossiers.items() if any(dossier.state.held)]
    for member_id, holds in (points.open_holds(holders) if holders else {}).items():
        dossier = desktop.dossiers[member_id]
        for hold in holds:
            _add_hold(dossier, hold)
    causes = [(id, cause) for id in desktop.dossiers for cause in wanted[id].takes]
    if causes:
        found = points.takes_of(causes)
        for member_id, cause in causes:
            dossier = desktop.dossiers[member_id]
            if cause not in dossier.causes or not any(t.cause == dossier.cause_of(cause) for t in dossier.state.takes):
                dossier.state.takes += [_take(dossier, take) for take in found.get(cause, ())]


def _add_hold(dossier: Dossier, hold: Hold) -> None:
    until = int(hold.until_at.timestamp())
    unit = dossier.running.unit_index[hold.unit_id]
    zone = dossier.running.program.time_zone
    made_day = local_day(int(hold.made_at.timestamp()), zone)
    held = HoldState(dossier.cause_of(hold.id), unit, hold.left, until, local_day(until, zone), made_day)
    dossier.state.holds.append(held)
    dossier.state.takes += [_take(dossier, take) for take in hold.takes]
    dossier.lapse_at = until if dossier.lapse_at is None else min(until, dossier.lapse_at)


def _take(dossier: Dossier, take: Take) -> TakeState:
    return TakeState(
        dossier.cause_of(take.reference),
        dossier.running.unit_index[take.unit_id],
        take.lot_number,
        take.expires_day,
        take.gift,
        take.held,
        take.returnable,
    )


def _dossier(
    timeline: Timeline,
    row: MembershipRow,
    person: MemberFacts,
    standing: Mapping[str, TierState],
    accounts: Mapping[int, Account],
) -> Dossier:
    running = timeline.by_id(row.version_id)
    held = [accounts.get(unit_id) for unit_id in running.unit_ids]
    state = MemberState(
        standing_at=int(row.standing_at.timestamp()),
        standing_day=running.day_of(row.standing_at),
        joined_day=running.day_of(row.joined_at),
        birth_md=person.birth_md,
        lunar_md=person.lunar_md,
        tags=running.tag_bits(person.tags),
        orders=row.orders,
        available=[account.available if account else 0 for account in held],
        pending=[account.pending if account else 0 for account in held],
        held=[account.held if account else 0 for account in held],
        debt=[account.debt if account else 0 for account in held],
        next_lots=[account.lot_count + 1 if account else 1 for account in held],
        ladders=[_ladder(running, k, standing) for k in range(len(running.program.ladders))],
    )
    unpack(running.desk.compiled, row.memory, state)
    due = running.day_of(row.next_due_at) if row.next_due_at else NEVER
    return Dossier(row.member_id, row.joined_at, running, state, due, dict(standing), person.tags)


def _ladder(running: Running, k: int, standing: Mapping[str, TierState]) -> LadderState:
    known = standing.get(running.program.ladders[k].code)
    if known is None:
        return LadderState()
    ranks = running.ranks_of(k)
    floor = ranks.get(known.floor.code, 0) if known.floor else 0
    return LadderState(
        ranks.get(known.tier.code, 0), known.until_day, known.grace, floor, known.floor_until_day if known.floor else 0
    )
