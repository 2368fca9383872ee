"""An import from the file to its report: checked, committed chunk by chunk, undone where nothing was touched since."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import facade as benefits
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Amendment, ExternalId, Field, Member, MemberRef
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor, ActorKind
from shuke.rooms.points import facade as points
from shuke.rooms.programs.contracts import (
    IMPORT_PREFIX,
    FaultGroup,
    ImportFile,
    ImportReport,
    ImportState,
    RowState,
)
from shuke.rooms.programs.facts import AdjustFact
from shuke.rooms.programs.imports import expected, queries, reading, worth
from shuke.rooms.programs.imports.landing import Outcome, Staged, land
from shuke.rooms.programs.imports.layout import IGNORED, Fault, Layout, layout, meanings
from shuke.rooms.programs.models import Import, ImportRow
from shuke.rooms.programs.services import recording

CHUNK = 1_000
Progress = Callable[[int, int], None]
_EXPECTED_OF_ROW = {
    "unclosed_quote": "a closing quote within 20 lines",
    "cell_too_long": f"cells of at most {reading.CELL_LIMIT:,} characters",
    "unreadable_characters": "UTF-8 or GB18030 throughout, without control characters",
    "too_many_cells": "no more cells than the header has",
}
_LOT = ("source", "external_id", "phone", "email", *worth.FIELDS)  # what tells one lot of a file from another
_COMMITTING = (ImportState.COMMITTING, {ImportState.CHECKED})
_UNDOING = (ImportState.UNDOING, {ImportState.COMMITTING, ImportState.COMMITTED})
_NAME_LIMIT = 200
_FORMULA = re.compile("[=+\\-@\t\r＝＋－＠]")


def check(file: ImportFile, actor: Actor, progress: Progress | None = None) -> ImportReport:
    """Read a file of members, do all of it, roll it back, and keep what would come of each row.

    The same file whose commit stopped half-way is answered with that import. `progress(done, all)`.

    Raises:
        Refusal: `file_too_large`, `file_not_readable`, `file_empty`, `too_many_rows`, `unknown_columns`,
            `duplicate_columns`, `identity_column_missing`. The last three have as params the `headers` of the file and
            the `fields`, what each is taken for.
    """
    digest = _digest(file)
    started = queries.unfinished(digest)
    if started is not None:
        return report(started.id)
    rows = reading.read(file.data)
    header = next(rows, None)
    if header is None or header.wrong:
        raise Refusal("file_not_readable", "The file has no header that can be read.")
    plan = _plan(header.cells, file)
    staged, unread = _staged(rows, plan)
    if not staged and not unread:
        raise Refusal("file_empty", "The file has no rows below its header.")
    outcomes = unread | _foreseen(staged, plan, actor, fill=file.fill, progress=progress)
    texts = {row.number: row for row in staged}
    everything = [texts.get(number, Staged(number, {})) for number in sorted(outcomes)]
    with unit_of_work():
        row = _import(file, digest, plan, len(everything), actor)
        queries.insert(row)
        queries.insert_rows(row.id, everything, outcomes)
        after = {"name": row.name, "rows": row.rows}
        org.audit("import.checked", ids.encode(IMPORT_PREFIX, row.id), None, after, actor)
    return report(row.id)


def column_meanings() -> list[str]:
    """Return all that a column may mean: a field, `attribute:` and a code, `-` for nothing. Raises: nothing."""
    return meanings(members.defined_attributes())


def begin(import_id: UUID, actor: Actor, *, undo: bool) -> int:
    """Say that an import is being committed or undone from now on, and return how many rows it has.

    Raises: Refusal `unknown_import`, `import_in_other_state`.
    """
    under_way, before = _UNDOING if undo else _COMMITTING
    with unit_of_work():
        row = _known(import_id)
        if row.state != under_way:
            if row.state not in before:
                wanted = "undone" if undo else "committed"
                raise Refusal(
                    "import_in_other_state",
                    f"An import that is {row.state} is not {wanted}.",
                    params={"state": row.state},
                )
            queries.set_state(import_id, under_way)
            action = "import.undone" if undo else "import.committed"
            org.audit(action, ids.encode(IMPORT_PREFIX, import_id), None, {"rows": row.rows}, actor)
        return row.rows


def commit(import_id: UUID, actor: Actor, progress: Progress | None = None) -> ImportReport:
    """Commit what was checked, 1,000 rows at a time; one that was stopped goes on where it was.

    Raises:
        Refusal: `unknown_import`, `import_in_other_state`, `import_damaged` when a row is not as it was checked.
    """
    rows = begin(import_id, actor, undo=False)
    waiting = queries.counts(import_id, "state").get(RowState.WAITING, 0)
    return _work(import_id, actor, _commit_chunk, rows - waiting, rows, progress)


def undo(import_id: UUID, actor: Actor, progress: Progress | None = None) -> ImportReport:
    """Let the members leave whom an import enrolled, and empty what it filled, where nobody touched them since.

    Raises:
        Refusal: `unknown_import`, `import_in_other_state`.
    """
    rows = begin(import_id, actor, undo=True)
    return _work(import_id, actor, _undo_chunk, 0, rows, progress)


def _work(
    import_id: UUID,
    actor: Actor,
    chunk: Callable[[Import, Actor], int],
    done: int,
    rows: int,
    progress: Progress | None,
) -> ImportReport:
    """Do chunk after chunk, each a transaction of its own, until nothing is left."""
    taken = CHUNK
    while taken:
        with unit_of_work():
            taken = chunk(_known(import_id), actor)
        done += taken
        if progress:
            progress(done, rows)
    return report(import_id)


def report(import_id: UUID) -> ImportReport:
    """Return how an import stands.

    Raises:
        Refusal: `unknown_import`.
    """
    row = queries.find(import_id)
    if row is None:
        raise _unknown()
    return _report(row)


def latest(limit: int) -> list[ImportReport]:
    """Return up to `limit` imports, latest first. Raises: nothing."""
    return [_report(row) for row in queries.page(limit)]


def _report(row: Import) -> ImportReport:
    return ImportReport(
        id=row.id,
        name=row.name,
        state=ImportState(row.state),
        rows=row.rows,
        foreseen=queries.counts(row.id, "foreseen"),
        counts=queries.counts(row.id, "state"),
        faults=tuple(_group(*group) for group in queries.faults(row.id)),
        created_at=row.created_at,
        actor=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_label),
    )


def bad_rows(import_id: UUID, reason: Callable[[str], str] = str, *, chinese: bool = False) -> Iterator[str]:
    """Yield a CSV of the rows that were refused, as they were, with what is wrong with each.

    `reason` words the code of a fault; what was expected stands in English or Chinese.

    Raises:
        Refusal: `unknown_import`.
    """
    row = queries.find(import_id)
    if row is None:
        raise _unknown()
    meant = [(name, field) for name, field in zip(row.headers, row.fields, strict=True) if field != IGNORED]
    yield _line(["row", *(name for name, _ in meant), "reason", "column", "expected"])
    for bad in queries.failed(import_id):
        said = queries.texts(bad)
        cells = [said["values"].get(field, "") for _, field in meant]
        wanted = said["fault"]["expected"]
        wanted = expected.CHINESE.get(bad.code, wanted) if chinese else wanted
        yield _line([str(bad.number), *cells, reason(bad.code), bad.column, wanted])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return out.getvalue()


def _digest(file: ImportFile) -> bytes:
    options = json.dumps([file.source, sorted(file.mapping.items()), file.fill])
    return hashlib.sha256(options.encode() + b"\x00" + file.data).digest()


def _plan(headers: Sequence[str], file: ImportFile) -> Layout:
    own = org.organisation()
    zone = ZoneInfo(own.time_zone if own else "UTC")
    found = layout(headers, dict(file.mapping), file.source, zone, members.defined_attributes(), worth.scheme())
    name = "".join(filter(str.isprintable, file.name))[:_NAME_LIMIT]
    return replace(found, name=name or "-")


def _plan_of(row: Import) -> Layout:
    own = org.organisation()
    zone = ZoneInfo(own.time_zone if own else "UTC")
    known = {one.code: one for one in members.defined_attributes()}
    return Layout(tuple(row.fields), tuple(row.headers), row.source, zone, known, worth.scheme(), row.name)


def _staged(rows: Iterator[reading.Row], plan: Layout) -> tuple[list[Staged], dict[int, Outcome]]:
    """Return the rows that can be read by field, and what is wrong with the others."""
    staged: list[Staged] = []
    unread: dict[int, Outcome] = {}
    equal: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        wrong = row.wrong or ("too_many_cells" if any(row.cells[len(plan.fields) :]) else "")
        if wrong:
            unread[row.number] = Outcome(row.number, RowState.FAILED, Fault("", wrong, "", _EXPECTED_OF_ROW[wrong]))
            continue
        values = {field: cell for field, cell in zip(plan.fields, row.cells, strict=False) if cell and field != IGNORED}
        if "points" in values:
            lot = tuple(values.get(field, "") for field in _LOT)
            equal[lot] += 1
            values[worth.ORDINAL] = str(equal[lot])
        staged.append(Staged(row.number, values))
    return staged, unread


def _foreseen(
    staged: Sequence[Staged], plan: Layout, actor: Actor, *, fill: bool, progress: Progress | None
) -> dict[int, Outcome]:
    """Land every row in one transaction that is rolled back, so that later rows see what earlier ones did."""
    outcomes: dict[int, Outcome] = {}
    with unit_of_work(dry_run=True):
        for at in range(0, len(staged), CHUNK):
            with transaction.atomic():
                outcomes |= {one.number: one for one in land(staged[at : at + CHUNK], plan, actor, fill=fill)}
            if progress:
                progress(len(outcomes), len(staged))
    return outcomes


def _import(file: ImportFile, digest: bytes, plan: Layout, rows: int, actor: Actor) -> Import:
    return Import(
        id=ids.new_id(),
        name=plan.name,
        digest=digest,
        state=ImportState.CHECKED,
        fill=file.fill,
        source=file.source,
        headers=list(plan.headers),
        fields=list(plan.fields),
        rows=rows,
        created_at=clock.business_now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
    )


def _commit_chunk(row: Import, actor: Actor) -> int:
    if row.state != ImportState.COMMITTING:
        return 0
    rows = queries.waiting(row.id, CHUNK)
    if not rows:
        queries.set_state(row.id, ImportState.COMMITTED)
        return 0
    queries.write_outcomes(row.id, rows, land(rows, _plan_of(row), actor, fill=row.fill))
    return len(rows)


def _undo_chunk(row: Import, actor: Actor) -> int:
    if row.state != ImportState.UNDOING:
        return 0
    rows = queries.to_undo(row.id, CHUNK)
    if not rows:
        queries.set_state(row.id, ImportState.UNDONE)
        return 0
    member_ids = sorted({one.member_id for one in rows})
    points.lock(member_ids)  # a fact of theirs that is on its way is seen, or comes after
    people = members.get_many(member_ids)
    mine = queries.enrolled_by(row.id, member_ids)
    busy = queries.busy(row.id, sorted(mine))
    states: dict[int, tuple[RowState, str]] = {}
    gone: list[UUID] = []
    for one in rows:
        own = one.member_id in mine
        code = "touched_since" if one.member_id in busy else _take_back(one, people, row.name, actor, own=own)
        states[one.number] = (RowState.KEPT, code) if code else (RowState.UNDONE, "")
        if not code and one.undo and "fields" in one.undo:
            _look_further_back(one, people[one.member_id].revision, rows)
        if not code and one.state == RowState.CREATED:
            gone.append(one.member_id)
    if gone:
        members.take_back(gone, row.name, actor)
        benefits.leave(gone, clock.business_now())
    queries.write_undone(row.id, states)
    return len(rows)


def _take_back(row: ImportRow, people: dict[UUID, Member], file: str, actor: Actor, *, own: bool) -> str:
    """Undo one row; return why it stays, or nothing. `own`: the import itself enrolled the member.

    Points of a member whom the import enrolled go with the member; those of somebody else stay.
    """
    member = people[row.member_id]
    if member.revision != row.revision:
        return "touched_since"
    if not own and "facts" in (row.undo or {}):
        return "value_stays"
    try:
        if row.state == RowState.CREATED:
            _empty(row, file, actor)
        elif row.undo and "fields" in row.undo:
            (answer,) = members.amend([_reverse(row)], actor)
            if isinstance(answer, Refusal):
                return answer.code
            people[member.id] = replace(member, revision=answer.revision)
    except Refusal as refusal:
        return refusal.code
    return ""


def _empty(row: ImportRow, file: str, actor: Actor) -> None:
    """Take all points from a member who has nothing but what the import brought; the file's name is the reason."""
    accounts = points.balances([row.member_id])[row.member_id]
    units = {unit.id: unit.code for unit in points.all_units()}
    facts = [
        AdjustFact(
            worth.SOURCE,
            f"undo:{row.import_id}:{row.number}:{account.unit_id}",
            MemberRef(id=row.member_id),
            -account.available,
            file,
            units[account.unit_id],
            undoes=True,
        )
        for account in accounts.values()
        if account.available
    ]
    with unit_of_work(apart=True):  # of what is refused nothing is done
        for result in recording.record(facts, actor, history=True, dry_run=False) if facts else ():
            if result.refusal is not None:
                raise result.refusal


def _look_further_back(undone: ImportRow, revision: int, rows: Sequence[ImportRow]) -> None:
    """Let the row that came before an undone one about the same member find them as it left them."""
    queries.follow(undone.import_id, undone.member_id, undone.revision - 1, revision)
    for one in rows:
        if one.member_id == undone.member_id and one.revision == undone.revision - 1:
            one.revision = revision


def _reverse(row: ImportRow) -> Amendment:
    return Amendment(
        row.member_id,
        {Field(field): None for field in row.undo["fields"]},
        dict.fromkeys(row.undo["attributes"]),
        drop_external=tuple(ExternalId(source, external_id) for source, external_id in row.undo["external"]),
        drop_tags=tuple(row.undo["tags"]),
    )


def _group(code: str, column: str, count: int, first: Sequence[ImportRow]) -> FaultGroup:
    said: Mapping[str, str] = {"found": "", "expected": "a member who was not touched since the import"}
    if first[0].sealed is not None:
        said = queries.texts(first[0])["fault"]
    return FaultGroup(code, column, count, tuple(one.number for one in first), said["found"], said["expected"])


def _known(import_id: UUID) -> Import:
    row = queries.find(import_id, lock=True)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Refusal:
    return Refusal("unknown_import", "There is no such import.")
