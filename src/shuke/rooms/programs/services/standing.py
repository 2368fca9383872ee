"""Where members stand at an instant: time is advanced in memory, nothing is written."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from shuke.core.program.progress import LadderReason
from shuke.core.values.dates import NEVER, SECONDS_PER_DAY
from shuke.engine.explanation import standing_of
from shuke.engine.zones import day_start
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Status
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import Balance, Expiring, Outstanding, Standing, TierStanding
from shuke.rooms.programs.services.dossiers import Desktop, Dossier
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.timeline import timeline

SOON_DAYS = 30
_BARRED = (Status.FROZEN, Status.BLACKLISTED, Status.EXITED)  # who redeems nothing
AHEAD_DAYS = 3_660  # a tier that ends later is not projected
_DAY_0 = date(1970, 1, 1)


def standings(member_ids: Sequence[UUID], at: datetime) -> dict[UUID, Standing]:
    """Return the standing of each member who belongs to the program, of one snapshot: lots and balances agree."""
    with snapshot():
        return _standings(member_ids, at)


def outstanding(unit_id: int) -> Outstanding:
    """Return what members together have of a unit, of one snapshot."""
    with snapshot():
        all_of_them = points.all_accounts(unit_id)
        barred = points.all_accounts(unit_id, members.with_status(_BARRED)).available
    usable = all_of_them.available - barred
    return Outstanding(usable, barred, all_of_them.pending, all_of_them.held, all_of_them.debt)


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
    program, desk = dossier.running.program, dossier.running.desk
    slots = desk.slots_of(dossier.state)
    reasons = [standing_of(desk.compiled, slots, k) for k in range(len(program.ladders))]
    return Standing(
        member_id=dossier.member_id,
        program=program.code,
        currency=program.currency,
        at=datetime.fromtimestamp(dossier.state.standing_at, UTC),
        joined_at=dossier.joined_at,
        balances=tuple(_balance(dossier, index) for index in range(len(program.units))),
        tiers=tuple(_tier(dossier, k, reason) for k, reason in enumerate(reasons)),
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


def _tier(dossier: Dossier, k: int, reason: LadderReason) -> TierStanding:
    ladder, held = dossier.running.program.ladders[k], dossier.state.ladders[k]
    level = ladder.levels[held.rank]
    following = reason.levels[held.rank + 1] if held.rank + 1 < len(ladder.levels) else None
    projected, to_keep = _projected(dossier, k)
    gift = ladder.levels[held.floor].code if held.floor_until > 0 else None
    measured = ladder.measure is not None
    return TierStanding(
        ladder=ladder.code,
        ladder_name=ladder.name,
        rank=held.rank,
        code=level.code,
        name=level.name,
        since=_since(dossier, ladder.code),
        until=_last_day(held.until),
        measure=ladder.measure.source if ladder.measure else "",
        is_money=reason.is_money,
        measured=reason.value if measured else None,
        threshold=level.threshold,
        next_code=following.code if following else None,
        next_name=following.name if following else None,
        next_threshold=following.reach.threshold if following else None,
        missing=following.reach.missing if following and following.reach.threshold is not None else None,
        grace=held.grace,
        projected=projected,
        to_keep=to_keep,
        gift=gift,
        gift_until=_last_day(held.floor_until) if gift else None,
        reason=reason,
    )


def _projected(dossier: Dossier, k: int) -> tuple[str | None, Fraction | None]:
    """Return the tier that follows if nothing happens until this one ends, and what is missing to keep it."""
    running, until = dossier.running, dossier.state.ladders[k].until
    if until - dossier.state.standing_day > AHEAD_DAYS:
        return None, None
    ladder, rank = running.program.ladders[k], dossier.state.ladders[k].rank
    state, zone = deepcopy(dossier.state), running.program.time_zone
    running.desk.advance(state, day_start(until, zone) - 1)
    keep = standing_of(running.desk.compiled, running.desk.slots_of(state), k).levels[rank].keep
    running.desk.advance(state, day_start(until, zone))
    return ladder.levels[state.ladders[k].rank].code, keep.missing if keep.threshold is not None else None


def _since(dossier: Dossier, ladder: str) -> date | None:
    known = dossier.tiers.get(ladder)
    since = known.since_day if known else None
    for change in dossier.tier_changes.get(ladder, ()):
        if change.before is None or change.before.code != change.after.code:
            since = change.day
    return None if since is None else _date(since)


def _last_day(until: int) -> date | None:
    return None if until >= NEVER else _date(until) - timedelta(days=1)


def _day(day: int) -> date | None:
    return None if day >= NEVER else _date(day)


def _date(day: int) -> date:
    return _DAY_0 + timedelta(days=day)
