"""What time does without a fact: the nightly advance, and the test clock moved day by day."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from shuke.core.values.errors import Refusal
from shuke.engine.zones import day_start
from shuke.foundation import clock
from shuke.foundation.garbage import uncollected
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import Kind
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Advanced, ClockMove
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import locked_timeline, published, timeline

CHUNK = 10_000

Progress = Callable[[int, int], None]


def advance_due(until: datetime, chunk: int = CHUNK) -> Advanced:
    """Advance every member whom time owes something by `until`, by id, one transaction a chunk.

    Repeatable: who was advanced is not due any more, so a run that was cut off goes on where it stopped.
    """
    total = Advanced(0, 0, {}, 0)
    plan = timeline()
    after = None
    while plan is not None:
        member_ids = queries.due_members(plan.program_id, until, after, chunk)
        if not member_ids:
            break
        after = member_ids[-1]
        with uncollected():
            total = _sum(total, advance(member_ids, until))
    return total


def move_clock(to: datetime, actor: Actor, progress: Progress | None = None) -> Advanced:
    """Move the test clock of a sandbox to `to`, stopping at each local midnight to do what is due there."""
    total = Advanced(0, 0, {}, 0)
    start = start_of_move(to)
    stops = [*_midnights(start, to), to]
    for number, stop in enumerate(stops, start=1):
        clock.set_business_clock(stop)
        total = _sum(total, advance_due(stop))
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
    if settings.SHUKE_KIND != "sandbox":
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
        plan = published(locked_timeline())
        seconds = int(until.timestamp())
        desktop = open_desktop(plan, dict.fromkeys(member_ids, Wanted(seconds)), members.facts(member_ids))
        for dossier in desktop.dossiers.values():
            desktop.advance(dossier, seconds)
        desktop.write(clock.business_now())
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
