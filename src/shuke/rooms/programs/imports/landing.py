"""Rows of a file brought to the members they are about: enrolled, filled in, left alone or refused.

A chunk is one transaction of the caller. Rows are taken in order; of several about one person the first enrols, the
others fill what it left open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Amended, Amendment, Field, Member, NewMember
from shuke.rooms.org.contracts import Actor
from shuke.rooms.programs.contracts import RowState
from shuke.rooms.programs.imports.layout import ATTRIBUTE, Fault, Layout, person
from shuke.rooms.programs.services.enrolling import enrol

_FIELD_OF_POINTER = {"/external_ids/0": "external_id", "/tags": "tags"}
_EXPECTED = {
    "identity_required": "an external id, a phone or an e-mail address",
    "invalid_phone": "a phone number, with its country code where it is of another country",
    "invalid_email": "an e-mail address",
    "invalid_birthday": "a day from 1900 to today",
    "invalid_name": "1 to 100 printable characters",
    "invalid_external_id": "1 to 255 printable characters",
    "invalid_tag": "codes of lower-case letters, digits, - and _",
    "unknown_language": "zh-hans or en",
    "joined_in_future": "a time up to now",
    "joined_at_out_of_range": "a time from 1970-01-02 to now",
    "two_members": "identities of one member",
    "member_exited": "a member who has not left",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """A row to be landed: its number in the file and its texts by field."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row; `undo` says in JSON what it added to a member who was there."""

    number: int
    state: RowState
    fault: Fault | None = None
    member_id: UUID | None = None
    revision: int = 0
    undo: Mapping[str, Any] | None = None


def land(rows: Sequence[Staged], plan: Layout, actor: Actor, *, fill: bool) -> list[Outcome]:
    """Bring rows to their members in the open transaction and answer for each, in order."""
    outcomes: dict[int, Outcome] = {}
    people: dict[int, NewMember] = {}
    texts = {row.number: row.values for row in rows}
    for row in rows:
        read = person(row.values, plan)
        if isinstance(read, list):
            outcomes[row.number] = Outcome(row.number, RowState.FAILED, read[0])
        else:
            people[row.number] = read
    while people:
        done = _pass(people, texts, plan, actor, fill=fill)
        assert done, "the first row of a pass is always decided"
        outcomes |= done
        people = {number: one for number, one in people.items() if number not in done}
    return [outcomes[row.number] for row in rows]


def _pass(
    people: Mapping[int, NewMember],
    texts: Mapping[int, Mapping[str, str]],
    plan: Layout,
    actor: Actor,
    *,
    fill: bool,
) -> dict[int, Outcome]:
    """Land the rows that are about different persons each; what is left waits for the next pass."""
    found = dict(zip(people, members.matches(list(people.values())), strict=True))
    fresh: dict[int, NewMember] = {}
    known: dict[int, UUID] = {}
    done: dict[int, Outcome] = {}
    asked: set[object] = set()
    busy: set[UUID] = set()
    for number, one in people.items():
        identities = {*one.external, ("phone", one.phone), ("email", one.email)} - {("phone", None), ("email", None)}
        taken = identities & asked
        asked |= identities
        if taken:
            continue  # somebody before may become who this is about
        if len(found[number]) > 1:
            done[number] = _failed(number, "two_members", texts[number], plan, "external_id")
        elif not found[number]:
            fresh[number] = one
        elif found[number].isdisjoint(busy):
            (known[number],) = found[number]
            busy |= found[number]
    done |= _enrolled(fresh, texts, plan, actor)
    return done | _filled(known, people, texts, plan, actor, fill=fill)


def _enrolled(
    fresh: Mapping[int, NewMember], texts: Mapping[int, Mapping[str, str]], plan: Layout, actor: Actor
) -> dict[int, Outcome]:
    """Enrol who is nobody yet; one who turns out to be somebody of this batch waits for the next pass."""
    done = {}
    for number, answer in zip(fresh, enrol(list(fresh.values()), actor) if fresh else [], strict=True):
        if isinstance(answer, Member):
            done[number] = Outcome(number, RowState.CREATED, member_id=answer.id, revision=answer.revision)
        elif not answer.code.startswith("duplicate_"):
            done[number] = _refused(number, answer, texts[number], plan)
    return done


def _filled(
    known: Mapping[int, UUID],
    people: Mapping[int, NewMember],
    texts: Mapping[int, Mapping[str, str]],
    plan: Layout,
    actor: Actor,
    *,
    fill: bool,
) -> dict[int, Outcome]:
    if not fill:
        return {number: Outcome(number, RowState.SKIPPED, member_id=id) for number, id in known.items()}
    changes = [_amendment(id, people[number]) for number, id in known.items()]
    answers = members.amend(changes, actor) if changes else []
    done = {}
    for number, answer in zip(known, answers, strict=True):
        if isinstance(answer, Refusal):
            done[number] = _refused(number, answer, texts[number], plan)
        else:
            state = RowState.UPDATED if answer.changed else RowState.SKIPPED
            done[number] = Outcome(number, state, None, answer.member_id, answer.revision, _undo(answer))
    return done


def _amendment(member_id: UUID, one: NewMember) -> Amendment:
    fields = {Field.NAME: one.name, Field.PHONE: one.phone, Field.EMAIL: one.email, Field.BIRTHDAY: one.birthday}
    return Amendment(
        member_id,
        {field: value for field, value in fields.items() if value is not None},
        one.attributes,
        one.external,
        one.tags,
        overwrite=False,
    )


def _undo(answer: Amended) -> dict[str, Any] | None:
    if not answer.changed:
        return None
    return {
        "fields": [field.value for field in answer.fields],
        "attributes": list(answer.attributes),
        "external": [[one.source, one.external_id] for one in answer.external],
        "tags": list(answer.tags),
    }


def _refused(number: int, refusal: Refusal, values: Mapping[str, str], plan: Layout) -> Outcome:
    pointer = refusal.pointer or ""
    field = _FIELD_OF_POINTER.get(pointer) or pointer.removeprefix("/").replace("attributes/", ATTRIBUTE)
    return _failed(number, refusal.code, values, plan, field, refusal.detail)


def _failed(number: int, code: str, values: Mapping[str, str], plan: Layout, field: str, detail: str = "") -> Outcome:
    column = plan.header(field) if field else ""
    return Outcome(number, RowState.FAILED, Fault(column, code, values.get(field, ""), _EXPECTED.get(code, detail)))
