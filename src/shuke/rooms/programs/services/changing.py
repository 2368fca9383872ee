"""Puts a member under a later version of the program: what that means for tiers, units, windows, caps and waits.

Tiers go by their code or as the version's `changes` say, counts are added up anew where windows differ, what is used
of a cap, milestone or streak stays where the new version has the same one. A new cap on redeeming counts what is set
aside, which leaves it again where it is released.
"""

from collections.abc import Sequence
from dataclasses import replace

from shuke.core.program.model import Cap, Ladder
from shuke.core.state.slots import COUNT_EARNED
from shuke.core.values.dates import NEVER
from shuke.engine import needs
from shuke.engine.states import LadderState, MemberState, Outcome
from shuke.rooms.programs.services.counted import days_of
from shuke.rooms.programs.services.dossiers import Dossier, first_tier
from shuke.rooms.programs.services.timeline import Running
from shuke.rooms.tiers.contracts import Reason, Tier, TierChange

AT_ONCE = "at once"
FIRST_DAY = -1_000_000  # no fact is so old, in days


def change_version(dossier: Dossier, version: Running, advanced: Outcome) -> Outcome:
    """Put a member, whom time has told up to the version's first instant (`advanced`), under the version.

    Returns what the new version does at once where its `changes` say so.
    """
    before, state = dossier.running, dossier.state
    state.ladders = [_ladder(dossier, version, k) for k in range(len(version.program.ladders))]
    state.tags = version.tag_bits(dossier.tags)  # each version has a list of its own of those that it asks for
    _add_units(state, len(version.unit_ids) - len(before.unit_ids))
    _carry_limits(state, before, version)
    _carry_waits(state, before, version)
    if version.desk.compiled.windows != before.desk.compiled.windows or _counters(version) != _counters(before):
        _count_anew(dossier, version, advanced)
    dossier.running = version
    changes = dict(version.program.migration)
    outcome = version.desk.adopt(
        state, upgrades=changes.get("upgrades") == AT_ONCE, downgrades=changes.get("downgrades") == AT_ONCE
    )
    told = tuple(replace(change, reason=Reason.VERSION_CHANGED.value) for change in outcome.tier_changes)
    return replace(outcome, tier_changes=told)


def renamed(version: Running, ladder: str, code: str) -> str:
    """Return what a tier of an earlier version is called in this one."""
    return dict(version.program.migration).get(f"tiers.{ladder}.{code}", code)


def _ladder(dossier: Dossier, version: Running, k: int) -> LadderState:
    """Return where the member stands on a ladder of the new version, and note a change of tier."""
    ladder, state = version.program.ladders[k], dossier.state
    before = {known.code: place for place, known in enumerate(dossier.running.program.ladders)}
    if ladder.code not in before:
        change = first_tier(version, k, state.standing_day, state.standing_at)
        dossier.tier_changes.setdefault(ladder.code, []).append(change)
        return LadderState()
    old = dossier.running.program.ladders[before[ladder.code]]
    held = state.ladders[before[ladder.code]]
    rank = _rank(version, old, ladder, held.rank)
    tier, after = Tier(old.levels[held.rank].code, held.rank), Tier(ladder.levels[rank].code, rank)
    if tier != after:
        at = version.instant(state.standing_at)
        until = held.until if rank > 0 else NEVER
        why = TierChange(state.standing_day, at, tier, after, until, Reason.VERSION_CHANGED)
        dossier.tier_changes.setdefault(ladder.code, []).append(why)
    floor = _rank(version, old, ladder, held.floor) if held.floor_until > 0 else 0
    return replace(held, rank=rank, until=held.until if rank > 0 else NEVER, floor=floor)


def _rank(version: Running, old: Ladder, new: Ladder, rank: int) -> int:
    code = renamed(version, new.code, old.levels[rank].code)
    return next((place for place, level in enumerate(new.levels) if level.code == code), 0)


def _add_units(state: MemberState, count: int) -> None:
    for values in (state.available, state.pending, state.held, state.debt):
        values.extend([0] * count)
    state.next_lots += [1] * count
    state.active_days += [-1] * count


def _carry_limits(state: MemberState, before: Running, version: Running) -> None:
    """Keep what is used of caps, milestones and streaks that the new version has too; of new caps, open holds are."""
    caps = dict(zip(map(_cap_key, before.program.caps), state.caps, strict=True))
    held = needs.set_aside(version.desk.compiled.numbers, state)
    state.caps = [caps.get(_cap_key(cap), used) for cap, used in zip(version.program.caps, held, strict=True)]
    reached = {
        milestone.code: count for milestone, count in zip(before.program.milestones, state.milestones, strict=True)
    }
    state.milestones = [reached.get(milestone.code, 0) for milestone in version.program.milestones]
    streaks = dict(zip(_streaks(before), state.streaks, strict=True))
    state.streaks = [streaks.get(code, (0, -NEVER)) for code in _streaks(version)]


def _cap_key(cap: Cap) -> Cap:
    return replace(cap, limit=0)


def _streaks(running: Running) -> list[str]:
    return [running.kinds[code - 1] for code in running.desk.compiled.streaks]


def _carry_waits(state: MemberState, before: Running, version: Running) -> None:
    """Give pending points the same expiry and behaviour in the new version; the unit's own where it has none such."""
    old, new = before.desk.compiled, version.desk.compiled
    for wait in state.waits:
        if wait.expiry >= 0:
            expiry = old.expiries[wait.expiry]
            wait.expiry = new.expiries.index(expiry) if expiry in new.expiries else -1
        if wait.event:
            wait.event = new.behaviours.get(before.kinds[wait.event - 1], 0)


def _counters(running: Running) -> Sequence[tuple[int, str]]:
    """Return what is counted, by names that mean the same in every version."""
    compiled = running.desk.compiled
    names = []
    for kind, of in compiled.counters:
        name = running.unit_codes[of] if kind == COUNT_EARNED else running.kinds[of - 1] if of else ""
        names.append((kind, name))
    return names


def _count_anew(dossier: Dossier, version: Running, advanced: Outcome) -> None:
    """Add up what was counted so far for the windows of the new version; windows since a reset begin at it."""
    state = dossier.state
    days = dict(_by_day(days_of(version, {dossier.member_id: (FIRST_DAY, state.standing_day)})[dossier.member_id]))
    for counter, (kind, of) in enumerate(version.desk.compiled.counters):
        for entry in advanced.entries:
            if kind == COUNT_EARNED and entry.kind == "activation" and entry.unit == of:
                row = days.setdefault(entry.day - 1, [0] * len(version.desk.compiled.counters))
                row[counter] += entry.amount
    state.days = [(day, *days[day]) for day in sorted(days)]
    old = dossier.running.desk.compiled
    resets = dict(zip(old.windows, state.resets, strict=True))
    state.resets = [resets.get(window, (-NEVER, 0)) for window in version.desk.compiled.windows]
    state.windows = version.desk.windows_from(state.days, state)


def _by_day(rows: Sequence[tuple[int, ...]]) -> list[tuple[int, list[int]]]:
    return [(row[0], list(row[1:])) for row in rows]
