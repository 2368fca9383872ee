"""Checks program files and publishes them as versions that never change."""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from shuke.core.program.model import Ladder, Program
from shuke.core.values.errors import Refusal
from shuke.engine.cautions import cautions
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.schema import ProgramErrors, load_program
from shuke.engine.trying import failed_cases
from shuke.foundation import clock
from shuke.foundation.transactions import bounded_waits, unit_of_work
from shuke.rooms.members import facade as members
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.points.contracts import NewUnit
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Draft, VersionView
from shuke.rooms.programs.models import Version, Withdrawal
from shuke.rooms.programs.services import entitling
from shuke.rooms.programs.services.dossiers import first_tier
from shuke.rooms.programs.services.loading import fresh_row
from shuke.rooms.programs.services.timeline import Running, Timeline, forget_versions, timeline
from shuke.rooms.tiers import facade as tiers
from shuke.rooms.tiers.contracts import TierUpdate

PATIENCE_SECONDS = 5
YEARS_AHEAD = 10  # within which a version comes into force
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
        cautions=cautions(program),
    )


def known(text: str, effective_from: datetime | None) -> VersionView | None:
    """Return the newest version where publishing a file would come to it again."""
    repeated = _repeated(text, _checked(text)[0], effective_from)
    return view(repeated) if repeated else None


def publish(text: str, actor: Actor, effective_from: datetime | None, *, after: int | None = None) -> VersionView:
    """Publish a file as the next version; the newest version's text again is that version, and locks nobody out.

    `after` is the number of the version that it was compared with: only right after that is it published.
    """
    program, compiled = _checked(text)
    if repeated := _repeated(text, program, effective_from):
        return view(repeated)
    with unit_of_work():
        hold_writers_off()
        if repeated := _repeated(text, program, effective_from):
            return view(repeated)
        now = clock.business_now()
        at = admit(compiled, effective_from, now)
        row = queries.lock_program(program.code)
        known = queries.versions(row.id)
        before = queries.newest_version(program.code)
        if after is not None and before is not None and before.number != after:
            raise outdated(after, before.number)
        limit_units(program)
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
        was = {"version": before.number} if before else None
        became = {"version": version.number, "effective_from": at.isoformat(), "shape": compiled.shape}
        org.audit("program.published", f"program:{program.code}", was, became, actor)
        if not known:
            _welcome_everybody()
        return view(version)


def outdated(compared: int | None, newest: int) -> Refusal:
    """Return why a file is not published that was compared with a version which is not the newest any more."""
    return Refusal(
        "comparison_outdated",
        f"It was compared with version {compared}, and version {newest} came meanwhile; compare it anew.",
        params={"compared": compared, "version": newest},
    )


def admit(compiled: Compiled, effective_from: datetime | None, now: datetime) -> datetime:
    """Return from when a file would be in force that is published now, or refuse it; reads only.

    These are all refusals that the file meets because of what is published and held already.
    """
    program = compiled.program
    _check_only(program.code)
    plan = timeline(program.code)
    at = _instant(effective_from, plan, now)
    check_change(plan, compiled)
    points.check_units([NewUnit(unit.code, unit.scale, unit.supply) for unit in program.units])
    return at


def limit_units(program: Program) -> None:
    """Have the units of a program in the ledger, with as much supply as it says."""
    declared = points.declare_units([NewUnit(unit.code, unit.scale) for unit in program.units])
    for unit in program.units:
        points.limit_supply(declared[unit.code].id, unit.supply)


def hold_writers_off() -> None:
    """Wait for whoever writes, and let nobody begin: who decided under the versions before has written then.

    Which versions there are is read anew after it.

    All others wait as long as this does, so it gives up: who joins waits for both locks, who records for the second.
    """
    try:
        with bounded_waits(PATIENCE_SECONDS):
            queries.hold_joining(alone=True)
            points.lock_everybody()
    except TimeoutError as error:
        raise Refusal(
            "writers_busy",
            f"Somebody was writing for {PATIENCE_SECONDS} seconds, and versions change between writes; try again.",
            params={"seconds": PATIENCE_SECONDS},
        ) from error
    forget_versions()


def join(plan: Timeline, joined: dict[UUID, datetime]) -> None:
    """Give members their membership: holder, standing at the instant of joining, lowest tier."""
    member_ids = sorted(joined)
    queries.insert_memberships(plan.program_id, [fresh_row(plan, id, joined[id]) for id in member_ids])
    first = [update for member_id in member_ids for update in _first_tiers(plan, member_id, joined[member_id])]
    tiers.write(first, plan.program_id, clock.business_now())
    entitling.follow(first)


def versions(slug: str) -> list[VersionView]:
    """Return every version of a program, withdrawn ones included, newest first."""
    program = next((program for program in queries.programs() if program.slug == slug), None)
    if program is None:
        raise Refusal("no_program", "No such program is published.")
    withdrawn = queries.withdrawals(program.id)
    return [view(version, withdrawn.get(version.id)) for version in reversed(queries.versions(program.id))]


@lru_cache(maxsize=64)
def version(version_id: int) -> VersionView:
    """Return a published version, read once in the life of a process: it never changes."""
    return view(queries.version(version_id))


def view(version: Version, withdrawal: Withdrawal | None = None) -> VersionView:
    """Return a version as it leaves the room."""
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
        withdrawn_at=withdrawal and withdrawal.withdrawn_at.astimezone(UTC),
        withdrawn_by=withdrawal and withdrawal.withdrawn_by,
    )


def _checked(text: str) -> tuple[Program, Compiled]:
    """Read and compile a file, and run its cases: one that fails is wrong in it like anything else."""
    program = load_program(text)
    compiled = compile_program(program)
    if failed := failed_cases(compiled):
        raise ProgramErrors(tuple(failed))
    return program, compiled


def _check_only(slug: str) -> None:
    other = next((program.slug for program in queries.programs() if program.slug != slug), None)
    if other is not None:
        raise Refusal(
            "one_program",
            f"This deployment runs the program {other}; a second one can't be published yet.",
            params={"program": other},
        )


def _repeated(text: str, program: Program, effective_from: datetime | None) -> Version | None:
    """Return the newest version where its text is published again and it is in force by the instant wanted."""
    newest = queries.newest_version(program.code)
    wanted = effective_from or clock.business_now()
    return newest if newest and newest.text == text and newest.effective_from <= wanted else None


def _instant(effective_from: datetime | None, plan: Timeline | None, now: datetime) -> datetime:
    """Return the whole second from which a new version is in force; of several from the same one the last counts.

    The first version may begin at any time before now: it decides what came before it, too.
    """
    now = now.replace(microsecond=0)
    at = (effective_from or now).replace(microsecond=0)
    latest = _latest(now, first=plan is None)
    if at > latest:
        raise Refusal(
            "effective_too_late",
            f"It has to come into force by {latest.isoformat()}: the first version of a program at once, a later one "
            f"within {YEARS_AHEAD} years.",
            pointer="/effective_from",
            params={"latest": latest.isoformat()},
        )
    if plan is None:
        return at
    planned = plan.latest if plan.latest.effective_from > now.timestamp() else None
    if planned and int(at.timestamp()) < planned.effective_from:
        begins = planned.instant(planned.effective_from).isoformat()
        raise Refusal(
            "version_planned",
            f"Version {planned.number} is planned and comes into force at {begins}. Withdraw it first "
            f"(shuke program withdraw {planned.number}), or let this one come into force then or later.",
            pointer="/effective_from",
            params={"version": planned.number, "effective_from": begins},
        )
    if at < now:
        raise Refusal(
            "effective_in_the_past",
            "A new version comes into force now or later.",
            pointer="/effective_from",
            params={"earliest": now.isoformat()},
        )
    return at


def _latest(now: datetime, *, first: bool) -> datetime:
    """Return the last instant at which a version that is published now may come into force."""
    if first:
        return now
    day = now.day if (now.month, now.day) != (2, 29) else 28
    return now.replace(year=now.year + YEARS_AHEAD, day=day)


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
