"""What time does without a fact: the nightly advance, and the test clock moved day by day."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import reduce
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from shuke.core.values.errors import Refusal
from shuke.engine.zones import day_start
from shuke.foundation import clock
from shuke.foundation.columns import Column, ids_of
from shuke.foundation.garbage import uncollected
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Advanced, ClockMove
from shuke.rooms.programs.services import entitling, nights
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import Timeline, locked_timeline, published, timeline

CHUNK = 10_000
THREADS = 2
MANY = 5_000  # members from whom on columns are quicker, though a process must fetch numba and the compiled kernel
NOTHING = Advanced(0, 0, {}, 0)

Progress = Callable[[int, int], None]
Work = Callable[[], object]

_at_each_stop: list[Work] = []


def advance_due(until: datetime, chunk: int = CHUNK) -> Advanced:
    """Advance every member whom time or a new version owes something by `until`, by id, one transaction a chunk.

    Repeatable: who was advanced is not due any more, so a run that was cut off goes on where it stopped. Of many chunks
    two are under way at once, so that the database is not idle while one is decided; an open transaction has but one
    connection.
    """
    plan = timeline()
    if plan is None:
        return NOTHING
    in_force = plan.at(int(until.timestamp()))
    due = queries.due_members(plan.program_id, until, [one.id for one in plan.versions if one.number < in_force.number])
    chunks = [due[begin : begin + chunk] for begin in range(0, len(due), chunk)]
    if len(due) >= MANY:
        nights.prepare(in_force)  # before anybody is locked; and imports are no work for two threads at once
    if len(chunks) <= 1 or connection.in_atomic_block:
        return _kept(_advance_chunks(chunks, until), until)
    with ThreadPoolExecutor(THREADS) as pool:
        parts = [pool.submit(_advance_apart, chunks[thread::THREADS], until) for thread in range(THREADS)]
    return _kept(reduce(_sum, [part.result() for part in parts]), until)


def _kept(advanced: Advanced, until: datetime) -> Advanced:
    """Do what the night owes entitlements, after the tiers are as it leaves them."""
    entitling.keep(until)
    return advanced


def _advance_apart(chunks: Sequence[Column], until: datetime) -> Advanced:
    """Advance chunks in a thread, by a connection of its own."""
    try:
        return _advance_chunks(chunks, until)
    finally:
        connection.close()


def _advance_chunks(chunks: Sequence[Column], until: datetime) -> Advanced:
    total = NOTHING
    for chunk in chunks:
        with uncollected():
            total = _sum(total, advance(ids_of(chunk), until))
    return total


def at_each_stop(work: Work) -> None:
    """Let other periodic work of business time be done wherever the test clock stops, in the order it is said."""
    _at_each_stop.append(work)


def move_clock(to: datetime, actor: Actor, progress: Progress | None = None) -> Advanced:
    """Move the test clock of a sandbox to `to`, stopping at each local midnight to do what is due there."""
    total = Advanced(0, 0, {}, 0)
    start = start_of_move(to)
    stops = [*_midnights(start, to), to]
    for number, stop in enumerate(stops, start=1):
        clock.set_business_clock(stop)
        total = _sum(total, advance_due(stop))
        for work in _at_each_stop:
            work()
        if progress is not None:
            progress(number, len(stops))
    org.audit("clock.moved", "clock", {"at": start.isoformat()}, {"at": to.isoformat()}, actor)
    return total


def clock_move() -> ClockMove | None:
    """Return the last move that was asked for and where it is."""
    row = queries.clock_move()
    return None if row is None else ClockMove(row.start_at, row.to_at, clock.business_now())


def start_of_move(to: datetime) -> datetime:
    """Return where the clock stands, or refuse to move it."""
    if not clock.is_tested():
        raise Refusal("clock_is_live", "Only a sandbox has a test clock; a live deployment follows the machine's.")
    start = clock.business_now()
    if to < start:
        at = _locally(start).isoformat(timespec="seconds")
        raise Refusal("clock_moves_back", f"The test clock stands at {at} and never moves back.", params={"at": at})
    return start


def advance(member_ids: list[UUID], until: datetime) -> Advanced:
    """Advance these members in one transaction, however little is due."""
    with unit_of_work():
        points.lock(member_ids)
        plan, now = published(locked_timeline()), clock.business_now()
        if len(member_ids) < MANY:
            return _by_desk(plan, member_ids, until, now)
        told, rest = nights.pass_over(plan, member_ids, until, now)
        return _sum(told, _by_desk(plan, rest, until, now)) if rest else told


def _by_desk(plan: Timeline, member_ids: list[UUID], until: datetime, recorded_at: datetime) -> Advanced:
    """Advance locked members one by one."""
    seconds = int(until.timestamp())
    desktop = open_desktop(plan, dict.fromkeys(member_ids, Wanted(seconds)), members.facts(member_ids))
    for dossier in desktop.dossiers.values():
        desktop.advance(dossier, seconds)
    desktop.write(recorded_at)
    codes = dict(zip(plan.latest.unit_ids, plan.latest.unit_codes, strict=True))
    expired: Counter[str] = Counter()
    for posting in desktop.postings:
        for move in posting.moves:
            expired[codes[move.unit_id]] += move.points if move.kind is Kind.EXPIRY else 0
    changes = sum(len(made) for dossier in desktop.dossiers.values() for made in dossier.tier_changes.values())
    return Advanced(len(member_ids), sum(len(posting.moves) for posting in desktop.postings), expired, changes)


def _sum(one: Advanced, other: Advanced) -> Advanced:
    return Advanced(
        one.members + other.members,
        one.entries + other.entries,
        Counter(one.expired) + Counter(other.expired),
        one.tier_changes + other.tier_changes,
    )


def _locally(at: datetime) -> datetime:
    own = org.organisation()
    return at.astimezone(ZoneInfo(own.time_zone)) if own else at


def _midnights(start: datetime, to: datetime) -> list[datetime]:
    """Return the local midnights after `start` and before `to`, in the program's time zone."""
    plan = timeline()
    if plan is None:
        return []
    running = plan.latest
    zone = running.program.time_zone
    days = range(running.day_of(start) + 1, running.day_of(to) + 1)
    midnights = (datetime.fromtimestamp(day_start(day, zone), UTC) for day in days)
    return [midnight for midnight in midnights if midnight < to]
