"""Says what a program file would change: line by line against the newest version, and who would move on a ladder.

Members are told time in memory up to where the file would be in force, under it and without it: by what tells them
when it is. Nothing is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from uuid import UUID

from shuke.core.values.dates import NEVER, SECONDS_PER_DAY
from shuke.core.values.errors import Refusal
from shuke.engine import yaml_tree
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.yaml_tree import Scalar, Value, read_tree
from shuke.engine.zones import day_start
from shuke.foundation import clock
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberFacts
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Comparison, Difference, Moves, Reviews
from shuke.rooms.programs.services.changing import renamed
from shuke.rooms.programs.services.dossiers import Dossier
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.publishing import admit
from shuke.rooms.programs.services.timeline import Running, Timeline, published, timeline

SAMPLE = 2_000  # members looked at, spread evenly by id


_room = Lock()  # one at a time in a process: who compares simulates thousands of members, and tills wait for the rest


def compare(text: str, effective_from: datetime | None) -> Comparison:
    """Compare a file with the newest version, and count whom it would move from its first instant on."""
    if not _room.acquire(blocking=False):
        raise Refusal("comparison_running", "Another file is being compared; try again in a few seconds.")
    try:
        return _compare(text, effective_from)
    finally:
        _room.release()


def _compare(text: str, effective_from: datetime | None) -> Comparison:
    compiled = compile_program(load_program(text))
    with snapshot():
        at = admit(compiled, effective_from, clock.business_now())
        plan = published(timeline(compiled.program.code))
        latest = queries.version(plan.latest.id)
        total, member_ids = queries.membership_sample(plan.program_id, SAMPLE)
        moves, reviews = _moves(plan, _draft(plan, compiled, at), member_ids)
    differences = tuple(_differences(latest.text, text))
    return Comparison(plan.latest.number, at, differences, moves, reviews, len(member_ids), total)


def _draft(plan: Timeline, compiled: Compiled, at: datetime) -> Running:
    """Return what would be published; units that the ledger does not know yet have numbers that nothing has."""
    known = {unit.code: unit.id for unit in points.all_units()}
    unit_ids = tuple(known.get(unit.code, -place) for place, unit in enumerate(compiled.program.units, start=1))
    return Running(0, plan.latest.number + 1, int(at.timestamp()), Desk(compiled), unit_ids)


def _differences(before: str, after: str) -> Iterator[Difference]:
    """Yield what was taken out, put in or changed, in the order of the new file and then of the old one."""
    old, new = (dict(_flat(read_tree(text), "")) for text in (before, after))
    for path in [*new, *(path for path in old if path not in new)]:
        if old.get(path) != new.get(path):
            yield Difference(path, old.get(path), new.get(path))


def _flat(value: Value, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a file with its path; entries of a list go by their code."""
    if isinstance(value, Scalar):
        yield path, value.value
    elif isinstance(value, yaml_tree.Mapping):
        for key, part in value.entries:
            yield from _flat(part, f"{path}.{key.value}".lstrip("."))
    elif isinstance(value, yaml_tree.Sequence):
        for place, part in enumerate(value.entries, start=1):
            yield from _flat(part, f"{path}.{_name_of(part) or place}")


def _name_of(entry: Value) -> str | None:
    if not isinstance(entry, yaml_tree.Mapping):
        return None
    names = {key.value: part.value for key, part in entry.entries if isinstance(part, Scalar)}
    return names.get("code") or names.get("ladder")


def _moves(plan: Timeline, draft: Running, member_ids: Sequence[UUID]) -> tuple[tuple[Moves, ...], tuple[Reviews, ...]]:
    """Return who changes tier as a draft comes into force, and who would at the next look, of the members asked about.

    Members are told time up to its first instant without it and with it, as they will be.
    """
    people = members.facts(list(member_ids))
    before = _standings(plan, people, draft.effective_from)
    after = _standings(replace(plan, versions=(*plan.versions, draft)), people, draft.effective_from)
    moved: Counter[tuple[str, str, str]] = Counter()
    reviewed: Counter[tuple[str, str, str, str]] = Counter()
    for key, (held, looked_at) in after.items():
        if key not in before:
            continue  # a ladder that only the draft has
        ladder, (held_before, looked_at_before) = key[1], before[key]
        if held != held_before:
            moved[ladder, held_before, held] += 1
        held_before, looked_at_before = (renamed(draft, ladder, code) for code in (held_before, looked_at_before))
        if looked_at != looked_at_before and (held, held_before) != (looked_at, looked_at_before):
            reviewed[ladder, held, looked_at_before, looked_at] += 1
    return (
        tuple(Moves(*move, count) for move, count in sorted(moved.items())),
        tuple(Reviews(*review, count) for review, count in sorted(reviewed.items())),
    )


def _standings(plan: Timeline, people: Mapping[UUID, MemberFacts], at: int) -> dict[tuple[UUID, str], tuple[str, str]]:
    """Return by member and ladder the tier held at a UTC second, and that to which the next look would bring."""
    ahead = at + SECONDS_PER_DAY
    desktop = open_desktop(plan, {member_id: Wanted(at, draws=True, ahead=ahead) for member_id in people}, people)
    found = {}
    for dossier in desktop.dossiers.values():
        desktop.advance(dossier, at)
        held, looked_at = _codes(dossier), _looked_at(dossier)
        found |= {(dossier.member_id, ladder): (code, looked_at[ladder]) for ladder, code in held.items()}
    return found


def _looked_at(dossier: Dossier) -> dict[str, str]:
    """Let a member move up as at a fact, let the coming midnight be the review and the end of any grace, and say where
    that leads by ladder.
    """
    desk, state = dossier.running.desk, dossier.state
    ranks = [held.rank for held in state.ladders]
    desk.adopt(state, upgrades=True, downgrades=False)
    midnight = state.standing_day + 1
    for rank, held in zip(ranks, state.ladders, strict=True):
        if held.rank == rank and held.until < NEVER:
            held.until, held.grace = midnight, True
    desk.advance(state, day_start(midnight, dossier.running.program.time_zone))
    return _codes(dossier)


def _codes(dossier: Dossier) -> dict[str, str]:
    """Return the code of the tier held by ladder."""
    standing = zip(dossier.running.program.ladders, dossier.state.ladders, strict=True)
    return {ladder.code: ladder.levels[held.rank].code for ladder, held in standing}
