"""Checks program files and publishes them as versions that never change."""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from shuke.core.program.model import Ladder, Program
from shuke.core.values.errors import Refusal
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.schema import load_program
from shuke.foundation import clock
from shuke.foundation.transactions import bounded_waits, unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import NewUnit
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Draft, VersionView
from shuke.rooms.programs.models import Version
from shuke.rooms.programs.services.dossiers import first_tier
from shuke.rooms.programs.services.loading import fresh_row
from shuke.rooms.programs.services.timeline import Running, Timeline, forget_versions, timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierUpdate

PATIENCE_SECONDS = 5
_PAGE = 200


def validate(text: str) -> Draft:
    """Check a program file completely and say what it holds; nothing is written."""
    program, compiled = _checked(text)
    return Draft(
        program=program.code,
        name=program.name,
        currency=program.currency,
        time_zone=program.time_zone,
        units=tuple(unit.code for unit in program.units),
        tiers=tuple(level.code for ladder in program.ladders[:1] for level in ladder.levels),
        rules=tuple(rule.code for rule in program.earn),
        source=compiled.listing(),
    )


def publish(text: str, actor: Actor, effective_from: datetime | None) -> VersionView:
    """Publish a file as the next version; the newest version's text again is that version, and locks nobody out."""
    program, compiled = _checked(text)
    newest = queries.newest_version(program.code)
    if newest and newest.text == text:
        return view(newest)
    with unit_of_work():
        _hold_writers_off()
        now = clock.business_now()
        _check_only(program.code)
        row = queries.lock_program(program.code)
        known = queries.versions(row.id)
        if known and known[-1].text == text:
            return view(known[-1])
        at = _instant(effective_from, known, now)
        if known:
            check_change(timeline(program.code), compiled)
        declared = points.declare_units([NewUnit(unit.code, unit.scale) for unit in program.units])
        for unit in program.units:
            points.limit_supply(declared[unit.code].id, unit.supply)
        version = queries.insert_version(
            Version(
                program=row,
                number=len(known) + 1,
                text=text,
                source=compiled.listing(),
                numbers=list(compiled.numbers),
                shape=compiled.shape,
                effective_from=at,
                published_at=now,
                published_by=actor.label,
            )
        )
        forget_versions()
        subject = f"program:{program.code}"
        after = {"version": version.number, "effective_from": at.isoformat(), "shape": compiled.shape}
        org.audit("program.published", subject, {"version": len(known)} if known else None, after, actor)
        if not known:
            _welcome_everybody()
        return view(version)


def _hold_writers_off() -> None:
    """Wait for whoever writes, and let nobody begin: who decided under the versions before has written then.

    All others wait as long as this does, so it gives up: who joins waits for both locks, who records for the second.
    """
    try:
        with bounded_waits(PATIENCE_SECONDS):
            queries.hold_joining(alone=True)
            points.lock_everybody()
    except TimeoutError as error:
        raise Refusal(
            "writers_busy",
            f"Somebody was writing for {PATIENCE_SECONDS} seconds, and a version begins between writes; publish again.",
            params={"seconds": PATIENCE_SECONDS},
        ) from error


def join(plan: Timeline, joined: dict[UUID, datetime]) -> None:
    """Give members their membership: holder, standing at the instant of joining, lowest tier."""
    member_ids = sorted(joined)
    queries.insert_memberships(plan.program_id, [fresh_row(plan, id, joined[id]) for id in member_ids])
    first = [update for member_id in member_ids for update in _first_tiers(plan, member_id, joined[member_id])]
    tiers.write(first, plan.program_id, clock.business_now())


@lru_cache(maxsize=64)
def version(version_id: int) -> VersionView:
    """Return a published version, read once in the life of a process: it never changes."""
    return view(queries.version(version_id))


def view(version: Version) -> VersionView:
    return VersionView(
        id=version.id,
        program_id=version.program_id,
        program=version.program.slug,
        name=load_program(version.text).name,
        number=version.number,
        text=version.text,
        source=version.source,
        shape=version.shape,
        effective_from=version.effective_from.astimezone(UTC),
        published_at=version.published_at.astimezone(UTC),
        published_by=version.published_by,
    )


def _checked(text: str) -> tuple[Program, Compiled]:
    program = load_program(text)
    return program, compile_program(program)


def _check_only(slug: str) -> None:
    other = next((program.slug for program in queries.programs() if program.slug != slug), None)
    if other is not None:
        raise Refusal(
            "one_program",
            f"This deployment runs the program {other}; a second one can't be published yet.",
            params={"program": other},
        )


def _instant(effective_from: datetime | None, known: list[Version], now: datetime) -> datetime:
    """Return the whole second from which a new version is in force; of several from the same one the last counts."""
    earliest = max([now, *(version.effective_from for version in known)]).replace(microsecond=0)
    at = (effective_from or earliest).replace(microsecond=0)
    if known and at < earliest:
        raise Refusal(
            "effective_in_the_past",
            "A new version comes into force now or later, and not before an earlier version.",
            pointer="/effective_from",
            params={"earliest": earliest.isoformat()},
        )
    return at


def check_change(plan: Timeline | None, compiled: Compiled) -> None:
    """Refuse a version under which what members hold, and what was counted, would have no place or another meaning."""
    if plan is None:
        return
    latest, program = plan.latest, compiled.program
    if program.currency != latest.program.currency:
        raise Refusal(
            "currency_fixed",
            f"The program counts in {latest.program.currency}, and so does what it has counted so far.",
            pointer="/currency",
            params={"currency": latest.program.currency},
        )
    if program.time_zone != latest.program.time_zone:
        raise Refusal(
            "time_zone_fixed",
            f"The program's days are those of {latest.program.time_zone}, and so are the ends of points and tiers.",
            pointer="/time_zone",
            params={"time_zone": latest.program.time_zone},
        )
    codes = tuple(unit.code for unit in program.units)
    if codes[: len(latest.unit_codes)] != latest.unit_codes:
        raise Refusal(
            "unit_dropped",
            f"Members may hold {', '.join(latest.unit_codes)}; a new version keeps these units first, in this order.",
            pointer="/units",
            params={"units": ", ".join(latest.unit_codes)},
        )
    _check_ladders(latest, compiled)


def _check_ladders(latest: Running, compiled: Compiled) -> None:
    """Refuse a version that says nothing of a tier in which members may stand."""
    ladders = {ladder.code: [level.code for level in ladder.levels] for ladder in compiled.program.ladders}
    moved = dict(compiled.program.migration)
    dropped = [
        (ladder, level.code)
        for ladder in latest.program.ladders
        for level in ladder.levels
        if moved.get(f"tiers.{ladder.code}.{level.code}", level.code) not in ladders.get(ladder.code, ())
    ]
    if dropped:
        listed = ", ".join(code for _, code in dropped)
        raise Refusal(
            "tier_in_use",
            f"Members may stand in {listed} by an earlier version; keep every tier, or say under changes which "
            "tier takes its place.",
            pointer="/tiers",
            params={"tiers": listed} | _moves_to(dropped, ladders),
        )


def _moves_to(dropped: list[tuple[Ladder, str]], ladders: dict[str, list[str]]) -> dict[str, str]:
    """Suggest what to say under changes of the first ladder that lost tiers; nothing where it is gone altogether."""
    ladder = dropped[0][0]
    levels = ladders.get(ladder.code)
    if levels is None:
        return {}
    pairs = ", ".join(f"{code}: {_heir(ladder, code, levels)}" for of, code in dropped if of is ladder)
    moves = f"{{{pairs}}}" if ladder.code == next(iter(ladders)) else f"{{{ladder.code}: {{{pairs}}}}}"
    return {"suggestion": f"changes: {{tiers: {moves}}}"}


def _heir(ladder: Ladder, code: str, levels: list[str]) -> str:
    """Return the level of the same rank where as many are left, else the nearest one below that is still there."""
    before = [level.code for level in ladder.levels]
    rank = before.index(code)
    if len(levels) == len(before):
        return levels[rank]
    return next((each for each in reversed(before[:rank]) if each in levels), levels[0])


def _welcome_everybody() -> None:
    """Give a membership to everybody who was enrolled before there was a program."""
    plan = timeline()
    cursor: str | None = None
    while plan is not None:
        page = members.page(_PAGE, cursor)
        join(plan, {member.id: member.joined_at for member in page.members})
        cursor = page.next_cursor
        if cursor is None:
            return


def _first_tiers(plan: Timeline, member_id: UUID, joined_at: datetime) -> list[TierUpdate]:
    at = int(joined_at.timestamp())
    running = plan.at(at)
    return [
        TierUpdate(member_id, ladder.code, 0, (first_tier(running, k, running.day_of(joined_at), at),))
        for k, ladder in enumerate(running.program.ladders)
    ]
