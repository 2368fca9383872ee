"""What members own when their records become one, and when they are taken apart again.

Every usable lot goes over whole, with its date; of each ladder the higher tier holds, to the end that it had;
subscriptions go on. What was counted stays with the record in which it was counted, and so do its orders; limits of
the mall, of coupons and of offers count over all records of the person. What a merged record gets back by a refund or
return goes on to the member that stayed, who pays what it would owe.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.program.model import Unit
from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.core.values.points import written
from shuke.engine.zones import local_day
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Heir, MergeRecord
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import facade as paid
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Account, Kind, Move, Posting
from shuke.rooms.programs.contracts import Moved
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Timeline, locked_timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierChange


def merge(survivor_id: UUID, source_ids: Sequence[UUID], reason: str, actor: Actor) -> MergeRecord:
    """Let members live on in another one, with their lots and tiers."""
    with unit_of_work():
        people = sorted({survivor_id, *source_ids})
        paid.hold(people)  # who pays for a plan holds this before the holders
        plan = _held(people)  # what they own first: whoever records a fact holds that before the members
        record = members.merge(survivor_id, source_ids, actor, reason)
        paid.merge(survivor_id, source_ids, clock.business_now(), actor)
        if plan is not None:
            before = _brought(plan, people)
            _check_settled(source_ids, plan)
            after = _desktop(plan, people)
            _move_over(before, after, record)
            benefits.merge(record.survivor_id, record.source_ids, record.id, clock.business_now())
            _raise_tiers(before, after, record)
            _write(after)
        return record


def unmerge(merge_id: UUID, reason: str, actor: Actor) -> MergeRecord:
    """Take a merge apart: lots that came over go back, where nothing of them was used; so do tiers."""
    with unit_of_work():
        known = members.merge_record(merge_id)
        people = sorted({known.survivor_id, *known.source_ids})
        paid.hold(people)
        plan = _held(people)
        record = members.unmerge(merge_id, actor, reason)
        if plan is not None:
            before = _brought(plan, people)
            _move_back(before, record)
            after = _desktop(plan, people)
            _lower_tiers(plan, after, record)
            _write(after)
            benefits.unmerge(record.survivor_id, record.source_ids, record.id, clock.business_now())
        paid.unmerge(record.survivor_id, record.source_ids, clock.business_now(), actor)
        return record


def moved(record: MergeRecord) -> tuple[Moved, ...]:
    """Return what a merge moved between each source and the survivor, by unit; nothing once it is undone."""
    found: dict[tuple[UUID, int], Counter[int]] = {}
    for source_id in record.source_ids:
        for entry in points.entries_of([(source_id, record.id)])[record.id]:
            if entry.kind in (Kind.MERGE_OUT, Kind.MERGE_IN) and entry.lot_number is not None:
                found.setdefault((source_id, entry.key.unit_id), Counter())[entry.lot_number] -= entry.amount
    units = {unit.id: unit.code for unit in points.all_units()}
    return tuple(
        Moved(source_id, units[unit_id], sum(each != 0 for each in lots.values()), sum(lots.values()))
        for (source_id, unit_id), lots in found.items()
        if any(lots.values())
    )


def carry_over(desktop: Desktop, source: Dossier, heirs: Sequence[Heir]) -> None:
    """Bring what a merged record has, along the merges by which it lives on, to the member that stayed, and let them
    pay what it owes, as far as they have it.

    Every step is booked on its merge, so that taking that apart takes back what came by it.
    """
    dossiers = [source, *(desktop.dossiers[heir.member_id] for heir in heirs)]
    at = max(dossier.state.standing_at for dossier in dossiers)
    for dossier in dossiers:
        desktop.advance(dossier, at)
    steps = list(zip(heirs, dossiers, dossiers[1:], strict=False))
    for unit in range(len(source.state.debt)):
        for heir, one, following in steps:
            _hand_over(desktop, one, following, heir.merge_id, (unit, one.state.available[unit], at))
        owed = sum(dossier.state.debt[unit] for dossier in dossiers[:-1])
        for heir, one, following in reversed(steps):
            paid = min(owed, following.state.available[unit])
            _hand_over(desktop, following, one, heir.merge_id, (unit, paid, at))


def _hand_over(desktop: Desktop, giver: Dossier, taker: Dossier, merge_id: UUID, what: tuple[int, int, int]) -> None:
    """Move points of a (unit, points, at) from one record of a person to another, lot by lot."""
    unit, amount, at = what
    if amount == 0:
        return
    given = desktop.act(giver, at, merge_id, lambda state: giver.running.desk.hand_over(state, unit, amount, at))
    desktop.act(taker, at, merge_id, lambda state: taker.running.desk.take_over(state, unit, given.slices, at))


def _held(people: Sequence[UUID]) -> Timeline | None:
    if len(members.get_many(people)) < len(people):
        raise Refusal("unknown_member", "There is no such member.")
    points.lock(people)
    return locked_timeline()


def _desktop(plan: Timeline, people: Sequence[UUID]) -> Desktop:
    until = int(clock.business_now().timestamp())
    wanted = {member_id: Wanted(until, draws=True) for member_id in people}
    return open_desktop(plan, wanted, members.facts(people))


def _brought(plan: Timeline, people: Sequence[UUID]) -> Desktop:
    """Tell everybody what time did so far, and write it, so that what is moved is what they have now."""
    desktop = _desktop(plan, people)
    now = clock.business_now()
    for dossier in desktop.dossiers.values():
        desktop.advance(dossier, int(now.timestamp()))
    desktop.write(now)
    return desktop


def _check_settled(source_ids: Sequence[UUID], plan: Timeline) -> None:
    """Refuse while points of a source wait or are set aside: what they belong to finds them with the source alone."""
    latest = plan.latest
    for member_id, accounts in points.balances(source_ids).items():
        for account in accounts.values():
            if account.pending or account.held:
                raise _unsettled(member_id, latest.program.units[latest.unit_index[account.unit_id]], account)


def _unsettled(member_id: UUID, unit: Unit, account: Account) -> Refusal:
    member = ids.encode(ID_PREFIX, member_id)
    pending, held, debt = (written(each, unit.scale) for each in (account.pending, account.held, account.debt))
    return Refusal(
        "merge_unsettled",
        f"Of {unit.code}, {member} has {pending} pending and {held} held, "
        f"and owes {debt} that the member who stays can't pay.",
        params={"member": member, "unit": unit.code, "pending": pending, "held": held, "debt": debt},
    )


def _move_over(before: Desktop, after: Desktop, record: MergeRecord) -> None:
    """Give the survivor every usable lot of the sources, and let them pay what those owe."""
    survivor = after.dossiers.get(record.survivor_id)
    sources = [after.dossiers[one] for one in record.source_ids if one in after.dossiers]
    if survivor is None:
        if sources:
            raise Refusal("not_enrolled", "The member that stays does not belong to the program.")
        return
    for source in (*sources, *sources):  # what one owns may pay what another one owes
        carry_over(after, source, [Heir(record.id, record.survivor_id)])
    for source in sources:
        for unit, debt in enumerate(source.state.debt):
            if debt:
                owing = Account(0, 0, 0, 0, debt=debt)
                raise _unsettled(source.member_id, source.running.program.units[unit], owing)
    for unit in range(len(survivor.state.active_days)):  # not the merge, but the latest activity of any of them counts
        days = [dossier.state.active_days[unit] for dossier in before.dossiers.values()]
        survivor.state.active_days[unit] = max(days)


def _move_back(desktop: Desktop, record: MergeRecord) -> None:
    """Post every lot that came over back into the lots that its points are of."""
    people = [record.survivor_id, *record.source_ids]
    come = points.lots_of([(member_id, record.id) for member_id in people])[record.id]
    if any(lot.remaining != lot.earned or lot.held for lot in come):
        raise Refusal("merge_spent", "Points that came by the merge were used, set aside or expired since.")
    out = [Move(Kind.MERGE_OUT, lot.unit_id, lot.number, lot.earned) for lot in come]
    postings = [_posting(desktop, record.survivor_id, record, out)] if out else []
    for source_id in record.source_ids:
        gone = points.entries_of([(source_id, record.id)])[record.id]
        back = [Move(Kind.MERGE_IN, entry.key.unit_id, entry.lot_number, -entry.amount) for entry in gone]
        if back:
            postings.append(_posting(desktop, source_id, record, back))
    if postings:
        points.post(postings, points.balances(people), clock.business_now())


def _posting(desktop: Desktop, holder_id: UUID, record: MergeRecord, moves: Sequence[Move]) -> Posting:
    now = clock.business_now()
    standing = [dossier.state.standing_at for dossier in desktop.dossiers.values()]
    at = datetime.fromtimestamp(max([int(now.timestamp()), *standing]), now.tzinfo)
    day = local_day(int(at.timestamp()), desktop.timeline.latest.program.time_zone)
    return Posting(holder_id, day, at, record.id, tuple(moves))


def _raise_tiers(before: Desktop, after: Desktop, record: MergeRecord) -> None:
    """Give the survivor each source's tier that is higher, to the end that it had."""
    survivor = after.dossiers.get(record.survivor_id)
    sources = [before.dossiers[one] for one in record.source_ids if one in before.dossiers]
    if survivor is None:
        return
    for source in sources:
        for place, ladder in enumerate(source.state.ladders):
            if ladder.rank > survivor.state.ladders[place].rank:
                _assign(after, survivor, place, ladder.rank, ladder.until, record, exactly=False)


def _lower_tiers(plan: Timeline, after: Desktop, record: MergeRecord) -> None:
    """Put the survivor back where it stood on each ladder whose last change was the merge."""
    survivor = after.dossiers.get(record.survivor_id)
    if survivor is None:
        return
    for place, ladder in enumerate(survivor.running.program.ladders):
        changes = tiers.history(record.survivor_id, plan.program_id, ladder.code)
        merged = [change for change in changes if change.reference == record.id]
        if merged and changes[-1] is merged[-1]:
            first = changes.index(merged[0])
            _put_back(after, survivor, place, changes[first - 1], record)


def _put_back(after: Desktop, survivor: Dossier, place: int, was: TierChange, record: MergeRecord) -> None:
    day = local_day(survivor.state.standing_at, survivor.running.program.time_zone)
    until = was.until_day if was.until_day > day else NEVER
    rank = was.after.rank if was.until_day > day else 0
    _assign(after, survivor, place, rank, until, record, exactly=True)


def _assign(
    desktop: Desktop, survivor: Dossier, place: int, rank: int, until: int, record: MergeRecord, *, exactly: bool
) -> None:
    desk, at = survivor.running.desk, max(survivor.state.standing_at, int(clock.business_now().timestamp()))
    desktop.act(
        survivor,
        at,
        record.id,
        lambda state: desk.assign(state, place, rank, until, at, exactly=exactly),
        note=record.reason,
    )


def _write(desktop: Desktop) -> None:
    """Reckon anew when time does something to each of them next, and write how they stand."""
    now = clock.business_now()
    for dossier in desktop.dossiers.values():
        desktop.advance(dossier, int(now.timestamp()))
    desktop.write(now)
