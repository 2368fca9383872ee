"""Where members stand at an instant: time is advanced in memory, nothing is written."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from shuke.core.program.ir import Kind, Node
from shuke.core.program.model import Level
from shuke.core.values.dates import NEVER, SECONDS_PER_DAY
from shuke.engine.explanation import measure_of
from shuke.engine.zones import day_start
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.programs.contracts import Balance, Expiring, Standing, TierStanding
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import timeline

SOON_DAYS = 30
AHEAD_DAYS = 3_660  # a tier that ends later is not projected
_DAY_0 = date(1970, 1, 1)


def standings(member_ids: Sequence[UUID], at: datetime) -> dict[UUID, Standing]:
    """Return the standing of each member who belongs to the program, of one snapshot: lots and balances agree."""
    with snapshot():
        return _standings(member_ids, at)


def _standings(member_ids: Sequence[UUID], at: datetime) -> dict[UUID, Standing]:
    plan = timeline()
    if plan is None or not member_ids:
        return {}
    seconds = int(at.timestamp())
    ahead = seconds + AHEAD_DAYS * SECONDS_PER_DAY
    people = members.facts(list(member_ids))
    wanted = {member_id: Wanted(seconds, draws=True, ahead=ahead) for member_id in member_ids if member_id in people}
    desktop = open_desktop(plan, wanted, people)
    return {member_id: _standing(desktop, dossier, seconds) for member_id, dossier in desktop.dossiers.items()}


def _standing(desktop: Desktop, dossier: Dossier, seconds: int) -> Standing:
    desktop.advance(dossier, seconds)
    program = dossier.running.program
    return Standing(
        member_id=dossier.member_id,
        program=program.code,
        at=datetime.fromtimestamp(dossier.state.standing_at, UTC),
        joined_at=dossier.joined_at,
        balances=tuple(_balance(dossier, index) for index in range(len(program.units))),
        tiers=tuple(_tier(dossier, k) for k in range(len(program.ladders))),
    )


def _balance(dossier: Dossier, unit: int) -> Balance:
    state = dossier.state
    lots = [lot for lot in state.lots or () if lot.unit == unit and lot.ends < NEVER]
    soon = state.standing_day + SOON_DAYS
    upcoming = None
    if lots:
        first = lots[0].ends
        upcoming = Expiring(sum(lot.left for lot in lots if lot.ends == first), _date(first))
    ready = min((wait.ready for wait in state.waits if wait.unit == unit), default=NEVER)
    declared = dossier.running.program.units[unit]
    return Balance(
        unit=declared.code,
        name=declared.name,
        scale=declared.scale,
        available=state.available[unit],
        expiring_30_days=sum(lot.left for lot in lots if lot.ends <= soon),
        next_expiry=upcoming,
        pending=state.pending[unit],
        held=state.held[unit],
        debt=state.debt[unit],
        next_ready=_day(ready),
        spendable=declared.spendable,
    )


def _tier(dossier: Dossier, k: int) -> TierStanding:
    running, state = dossier.running, dossier.state
    ladder, held = running.program.ladders[k], dossier.state.ladders[k]
    level = ladder.levels[held.rank]
    following = ladder.levels[held.rank + 1] if held.rank + 1 < len(ladder.levels) else None
    measured = measure_of(running.desk.compiled, state, k)
    asked = following.threshold if following else None
    projected, to_keep = _projected(dossier, k)
    gift = ladder.levels[held.floor].code if held.floor_until > 0 else None
    return TierStanding(
        ladder=ladder.code,
        ladder_name=ladder.name,
        rank=held.rank,
        code=level.code,
        name=level.name,
        since=_since(dossier, ladder.code),
        until=_last_day(held.until),
        measure=ladder.measure.source if ladder.measure else "",
        is_money=_is_money(ladder.measure),
        measured=measured,
        threshold=level.threshold,
        next_code=following.code if following else None,
        next_name=following.name if following else None,
        next_threshold=asked,
        missing=None if asked is None or measured is None else max(Fraction(0), asked - measured),
        grace=held.grace,
        projected=projected,
        to_keep=to_keep,
        gift=gift,
        gift_until=_last_day(held.floor_until) if gift else None,
    )


def _projected(dossier: Dossier, k: int) -> tuple[str | None, Fraction | None]:
    """Return the tier that follows if nothing happens until this one ends, and what is missing to keep it."""
    running, until = dossier.running, dossier.state.ladders[k].until
    if until - dossier.state.standing_day > AHEAD_DAYS:
        return None, None
    ladder = running.program.ladders[k]
    level = ladder.levels[dossier.state.ladders[k].rank]
    state = deepcopy(dossier.state)
    zone = running.program.time_zone
    running.desk.advance(state, day_start(until, zone) - 1)
    missing = _missing(level, measure_of(running.desk.compiled, state, k, keep=True))
    running.desk.advance(state, day_start(until, zone))
    return ladder.levels[state.ladders[k].rank].code, missing


def _missing(level: Level, measured: Fraction | None) -> Fraction | None:
    asked = level.threshold if level.keep is None else level.keep
    return None if asked is None or measured is None else max(Fraction(0), asked - measured)


def _since(dossier: Dossier, ladder: str) -> date | None:
    known = dossier.tiers.get(ladder)
    since = known.since_day if known else None
    for change in dossier.tier_changes.get(ladder, ()):
        if change.before is None or change.before.code != change.after.code:
            since = change.day
    return None if since is None else _date(since)


def _is_money(measure: Node | None) -> bool:
    return measure is not None and measure.kind is Kind.MONEY


def _last_day(until: int) -> date | None:
    return None if until >= NEVER else _date(until) - timedelta(days=1)


def _day(day: int) -> date | None:
    return None if day >= NEVER else _date(day)


def _date(day: int) -> date:
    return _DAY_0 + timedelta(days=day)
