"""Says what a program file would change against the newest version: in meaning, text by text, and for members."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from threading import Lock

from shuke.core.program.meaning import changes
from shuke.core.values.errors import Refusal
from shuke.engine import yaml_tree
from shuke.engine.compile import Compiled, compile_program
from shuke.engine.online import Desk
from shuke.engine.schema import load_program
from shuke.engine.yaml_tree import Scalar, Value, read_tree
from shuke.foundation import clock
from shuke.foundation.transactions import snapshot
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.comparisons import Comparison, Difference
from shuke.rooms.programs.services.effects import Looked
from shuke.rooms.programs.services.publishing import admit
from shuke.rooms.programs.services.timeline import Running, Timeline, published, timeline

SAMPLE = 2_000  # members looked at, spread evenly by id


WAIT_SECONDS = 10  # of who publishes for who compares already; every one that waits keeps a thread from tills
_room = Lock()  # one at a time in a process: who compares simulates thousands of members, and tills wait for the rest


def compare(
    text: str, effective_from: datetime | None, against: str | None = None, *, wait_seconds: float = 0
) -> Comparison:
    """Compare a file with another, by default the newest version, and say what it does to members from its first
    instant on. Whoever compares already is waited for so many seconds.

    Raises: Refusal `comparison_running`, and as `facade.compare`.
    """
    if not _room.acquire(timeout=wait_seconds):
        raise Refusal("comparison_running", "Another file is being compared; try again in a few seconds.")
    try:
        return _compare(text, effective_from, against)
    finally:
        _room.release()


def _compare(text: str, effective_from: datetime | None, against: str | None) -> Comparison:
    compiled = compile_program(load_program(text))
    with snapshot():
        at = admit(compiled, effective_from, clock.business_now())
        plan = published(timeline(compiled.program.code))
        before = queries.version(plan.latest.id).text
        old, without = plan.latest, plan
        if against is not None and against != before:
            before, other = against, compile_program(load_program(against))
            admit(other, effective_from, clock.business_now())
            old = _draft(plan, other, at)
            without = replace(plan, versions=(*plan.versions, old))
        total, member_ids = queries.membership_sample(plan.program_id, SAMPLE)
        draft = _draft(plan, compiled, at)
        looked = Looked(without, replace(plan, versions=(*plan.versions, draft)), member_ids, total)
        return Comparison(
            number=plan.latest.number,
            at=at,
            currency=compiled.program.currency,
            meaning=changes(old.program, compiled.program),
            differences=tuple(_differences(before, text)),
            moves=looked.moves,
            reviews=looked.reviews,
            looked_at=len(member_ids),
            members=total,
            effect=looked.effect(),
        )


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
