"""What members own when their records become one, and when they are taken apart again.

Every usable lot goes over whole, with its date; of each ladder the higher tier holds, to the end that it had. What was
counted stays with the record in which it was counted, and so do its orders; what a merged record would owe after a
refund, the member that stayed pays.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from shuke.core.values.dates import NEVER
from shuke.core.values.errors import Refusal
from shuke.engine.states import MemberState, Outcome
from shuke.engine.zones import local_day
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, MergeRecord
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind, Lot, Move, Posting
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Timeline, locked_timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierChange


def merge(survivor_id: UUID, source_ids: Sequence[UUID], reason: str, actor: Actor) -> MergeRecord:
    """Let members live on in another one, with their lots and tiers."""
    with unit_of_work():
        people = sorted({survivor_id, *source_ids})
        plan = _held(people)  # what they own first: whoever records a fact holds that before the members
        record = members.merge(survivor_id, source_ids, actor, reason)
        if plan is not None:
            before = _brought(plan, people)
            _check_settled(people)
            _move_over(before, record)
            after = _desktop(plan, people)
            _raise_tiers(before, after, record)
            _write(after)
        return record


def unmerge(merge_id: UUID, reason: str, actor: Actor) -> MergeRecord:
    """Take a merge apart: lots that came over go back, where nothing of them was used; so do tiers."""
    with unit_of_work():
        known = members.merge_record(merge_id)
        people = sorted({known.survivor_id, *known.source_ids})
        plan = _held(people)
        record = members.unmerge(merge_id, actor, reason)
        if plan is not None:
            before = _brought(plan, people)
            _move_back(before, record)
            after = _desktop(plan, people)
            _lower_tiers(plan, after, record)
            _write(after)
        return record


def carry_over(desktop: Desktop, source: Dossier, survivor: Dossier, reference: UUID) -> None:
    """Let the member that stayed pay what a refund made a merged record owe, as far as they have it."""
    at = max(source.state.standing_at, survivor.state.standing_at)
    desktop.advance(survivor, at)
    desktop.reach(source, at)
    for unit, owed in enumerate(source.state.debt):
        paid = min(owed, survivor.state.available[unit])
        if paid:
            _pay(desktop, survivor, reference, survivor.running.desk.hand_over, (unit, paid, at))
            _pay(desktop, source, reference, source.running.desk.take_over, (unit, paid, at))


def _pay(
    desktop: Desktop,
    dossier: Dossier,
    reference: UUID,
    verb: Callable[[MemberState, int, int, int], Outcome],
    what: tuple[int, int, int],
) -> None:
    desktop.act(dossier, what[2], reference, lambda state: verb(state, *what))


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


def _check_settled(people: Sequence[UUID]) -> None:
    """Refuse while something is under way that a merge would tear apart."""
    for member_id, accounts in points.balances(people).items():
        if any(account.pending or account.held or account.debt for account in accounts.values()):
            raise Refusal(
                "merge_unsettled",
                "Points that are pending, held or owed are settled before a merge.",
                params={"member": ids.encode(ID_PREFIX, member_id)},
            )


def _move_over(desktop: Desktop, record: MergeRecord) -> None:
    """Post every usable lot of the sources to the survivor."""
    everybody = [record.survivor_id, *record.source_ids]
    accounts = points.balances(everybody)
    opened = {unit_id: account.lot_count for unit_id, account in accounts[record.survivor_id].items()}
    postings: list[Posting] = []
    for source_id, lots in points.open_lots(record.source_ids).items():
        out, come = [], []
        for lot in lots:
            opened[lot.unit_id] = opened.get(lot.unit_id, 0) + 1
            ends_at = desktop.timeline.latest.start_of(lot.expires_day)
            out.append(Move(Kind.MERGE_OUT, lot.unit_id, lot.number, lot.remaining))
            come.append(
                Move(
                    Kind.MERGE_IN,
                    lot.unit_id,
                    opened[lot.unit_id],
                    lot.remaining,
                    lot.expires_day,
                    ends_at,
                    gift=lot.gift,
                )
            )
        if out:
            postings += [
                _posting(desktop, source_id, record, out),
                _posting(desktop, record.survivor_id, record, come),
            ]
    points.post(postings, accounts, clock.business_now())


def _move_back(desktop: Desktop, record: MergeRecord) -> None:
    """Post every lot that came over back into the lot that it was."""
    come = points.lots_of([(record.survivor_id, record.id)])[record.id]
    if any(lot.remaining != lot.earned or lot.held for lot in come):
        raise Refusal("merge_spent", "Points that came by the merge were used, set aside or expired since.")
    waiting: dict[int, list[Lot]] = {}
    for lot in sorted(come, key=lambda lot: lot.number, reverse=True):
        waiting.setdefault(lot.unit_id, []).append(lot)
    postings: list[Posting] = []
    for source_id in record.source_ids:
        gone = [
            entry
            for entry in points.entries_of([(source_id, record.id)])[record.id]
            if entry.kind is Kind.MERGE_OUT and entry.key.holder_id == source_id
        ]
        if not gone:
            continue
        out, back = [], []
        for entry in gone:
            lot = waiting[entry.key.unit_id].pop()
            out.append(Move(Kind.MERGE_OUT, lot.unit_id, lot.number, lot.earned))
            back.append(Move(Kind.MERGE_IN, lot.unit_id, entry.lot_number, lot.earned, lot.expires_day, lot.expires_at))
        postings += [_posting(desktop, record.survivor_id, record, out), _posting(desktop, source_id, record, back)]
    if postings:
        points.post(postings, points.balances([record.survivor_id, *record.source_ids]), clock.business_now())


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
    _keep_active(survivor, sources)
    for source in sources:
        for place, ladder in enumerate(source.state.ladders):
            if ladder.rank > survivor.state.ladders[place].rank:
                _assign(after, survivor, place, ladder.rank, ladder.until, record, exactly=False)


def _keep_active(survivor: Dossier, sources: Sequence[Dossier]) -> None:
    """Let the latest activity of any of them count where points end by inactivity."""
    for unit in range(len(survivor.state.active_days)):
        days = [one.state.active_days[unit] for one in (survivor, *sources)]
        survivor.state.active_days[unit] = max(days)


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
