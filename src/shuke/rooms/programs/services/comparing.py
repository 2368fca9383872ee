"""Says what a program file would change: line by line against the newest version, and who would move on a ladder.

Members are put under the new version in memory; nothing is written.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from threading import Lock
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.engine.compile import compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.states import MemberState
from shuke.engine.yaml_tree import Mapping, Scalar, Sequence, Value, read_tree
from shuke.foundation.transactions import snapshot
from shuke.rooms.members import facade as members
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Comparison, Difference, Moves
from shuke.rooms.programs.services.changing import change_version
from shuke.rooms.programs.services.loading import Wanted, open_desktop
from shuke.rooms.programs.services.publishing import check_change
from shuke.rooms.programs.services.timeline import Running, Timeline, published, timeline

SAMPLE = 2_000  # members looked at, spread evenly by id


_room = Lock()  # one at a time in a process: who compares simulates thousands of members, and tills wait for the rest


def compare(text: str, at: datetime) -> Comparison:
    """Compare a file with the newest version, and count who would stand elsewhere under it at `at`."""
    if not _room.acquire(blocking=False):
        raise Refusal("comparison_running", "Another file is being compared; try again in a few seconds.")
    try:
        return _compare(text, at)
    finally:
        _room.release()


def _compare(text: str, at: datetime) -> Comparison:
    program = load_program(text)
    compiled = compile_program(program)
    with snapshot():
        plan = published(timeline(program.code))
        check_change(plan, compiled)
        latest = queries.version(plan.latest.id)
        known = {unit.code: unit.id for unit in points.all_units()}
        unit_ids = tuple(known.get(unit.code, -place) for place, unit in enumerate(program.units, start=1))
        draft = Running(0, plan.latest.number + 1, int(at.timestamp()), Desk(compiled), unit_ids)
        total, member_ids = queries.membership_sample(plan.program_id, SAMPLE)
        moves, looked_at = _moves(plan, draft, member_ids, int(at.timestamp()))
    return Comparison(plan.latest.number, tuple(_differences(latest.text, text)), moves, looked_at, total)


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
    elif isinstance(value, Mapping):
        for key, part in value.entries:
            yield from _flat(part, f"{path}.{key.value}".lstrip("."))
    elif isinstance(value, Sequence):
        for place, part in enumerate(value.entries, start=1):
            yield from _flat(part, f"{path}.{_name_of(part) or place}")


def _name_of(entry: Value) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    names = {key.value: part.value for key, part in entry.entries if isinstance(part, Scalar)}
    return names.get("code") or names.get("ladder")


def _moves(plan: Timeline, draft: Running, member_ids: list[UUID], seconds: int) -> tuple[tuple[Moves, ...], int]:
    """Return, of the members asked about, how many would come to other tiers than under the version in force.

    Under either version all are looked at once: whom a review moves anyway does not count.
    """
    desktop = open_desktop(plan, dict.fromkeys(member_ids, Wanted(seconds, draws=True)), members.facts(member_ids))
    moved: Counter[tuple[str, str, str]] = Counter()
    for dossier in desktop.dossiers.values():
        outcome = desktop.advance(dossier, seconds)
        held = _looked_at(dossier.running, deepcopy(dossier.state))
        change_version(dossier, draft, outcome)
        for ladder, code in _looked_at(draft, dossier.state).items():
            if held.get(ladder, code) != code:
                moved[ladder, held[ladder], code] += 1
    found = (Moves(*key, count) for key, count in sorted(moved.items()))
    return tuple(found), len(desktop.dossiers)


def _looked_at(running: Running, state: MemberState) -> dict[str, str]:
    """Return by ladder the code of the tier to which a member comes when looked at now; moves the member there."""
    running.desk.adopt(state, upgrades=True, downgrades=True)
    standing = zip(running.program.ladders, state.ladders, strict=True)
    return {ladder.code: ladder.levels[held.rank].code for ladder, held in standing}
