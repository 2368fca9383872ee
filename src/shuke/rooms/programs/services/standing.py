"""Where members stand at an instant: time is advanced in memory, nothing is written."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

from shuke.core.program.model import Ladder
from shuke.core.values.dates import NEVER
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.programs.contracts import Balance, Expiring, Standing, TierStanding
from shuke.rooms.programs.services.dossiers import Desktop, Dossier, Wanted, open_desktop
from shuke.rooms.programs.services.timeline import timeline

SOON_DAYS = 30
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
    wanted = {member_id: Wanted(seconds, draws=True) for member_id in member_ids}
    people = members.facts(list(member_ids))
    desktop = open_desktop(plan, {id: wish for id, wish in wanted.items() if id in people}, people)
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
        tier=_tier(dossier, program.ladder, 10**program.currency_digits) if program.ladder else None,
    )


def _balance(dossier: Dossier, unit: int) -> Balance:
    lots = [lot for lot in dossier.state.lots or () if lot.unit == unit and lot.expires_day < NEVER]
    soon = dossier.state.standing_day + SOON_DAYS
    upcoming = None
    if lots:
        first = lots[0].expires_day
        upcoming = Expiring(sum(lot.remaining for lot in lots if lot.expires_day == first), _date(first))
    declared = dossier.running.program.units[unit]
    return Balance(
        unit=declared.code,
        scale=declared.scale,
        available=dossier.state.balances[unit],
        expiring_30_days=sum(lot.remaining for lot in lots if lot.expires_day <= soon),
        next_expiry=upcoming,
    )


def _tier(dossier: Dossier, ladder: Ladder, money: int) -> TierStanding:
    state, levels = dossier.state, ladder.levels
    spend = ladder.measure.measure == "SPEND"
    window = dossier.running.desk.compiled.windows.index(ladder.measure.window)
    measured = state.windows[2 * window + (0 if spend else 1)]
    following = levels[state.tier + 1] if state.tier + 1 < len(levels) else None
    scale = money if spend else 1
    threshold = _at_least(following.threshold * scale) if following else None
    since = dossier.tier.since_day if dossier.tier else None
    for change in dossier.tier_changes:
        if change.before is None or change.before.code != change.after.code:
            since = change.day
    return TierStanding(
        rank=state.tier,
        code=levels[state.tier].code,
        name=levels[state.tier].name,
        since=None if since is None else _date(since),
        until=None if state.tier_until >= NEVER else _date(state.tier_until) - timedelta(days=1),
        measure=ladder.measure.source,
        measured=measured,
        threshold=_at_least(levels[state.tier].threshold * scale),
        next_code=following.code if following else None,
        next_name=following.name if following else None,
        next_threshold=threshold,
        missing=None if threshold is None else max(0, threshold - measured),
    )


def _at_least(threshold: Fraction) -> int:
    return -(-threshold.numerator // threshold.denominator)


def _date(day: int) -> date:
    return _DAY_0 + timedelta(days=day)
