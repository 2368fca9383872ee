"""Rows of a file brought to the members they are about: enrolled, filled in, left alone or refused.

A chunk is one transaction of the caller. Rows are taken in order; of several about one person the first enrols, the
others fill what it left open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import Amended, Amendment, Field, Member, NewMember
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points
from shuke.rooms.programs import queries
from shuke.rooms.programs.contracts import Result, RowState
from shuke.rooms.programs.imports import worth
from shuke.rooms.programs.imports.layout import ATTRIBUTE, Fault, Layout, person
from shuke.rooms.programs.imports.undone import undone_rows
from shuke.rooms.programs.imports.worth import Worth
from shuke.rooms.programs.services.enrolling import enrol

_FIELD_OF_POINTER = {"/external_ids/0": "external_id", "/tags": "tags", "/until": "tier_until"}
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
    """What came of a row; `undo` says in JSON what it did, so that it can be taken back."""

    number: int
    state: RowState
    fault: Fault | None = None
    member_id: UUID | None = None
    revision: int = 0
    undo: Mapping[str, Any] | None = None


def land(rows: Sequence[Staged], plan: Layout, actor: Actor, *, fill: bool) -> list[Outcome]:
    """Bring rows to their members in the open transaction and answer for each, in order.

    A row is taken whole or not at all: where its points or tier are refused, the chunk is landed again without it.
    """
    lost: dict[int, Outcome] = {}
    while True:
        try:
            with transaction.atomic():
                outcomes = _land([row for row in rows if row.number not in lost], plan, actor, fill=fill)
        except _RefusedWorthError as refused:
            lost |= refused.outcomes
        else:
            return [lost.get(row.number) or outcomes[row.number] for row in rows]


class _RefusedWorthError(Exception):
    """Points or tiers of these rows are refused."""

    def __init__(self, outcomes: Mapping[int, Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _land(rows: Sequence[Staged], plan: Layout, actor: Actor, *, fill: bool) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    people: dict[int, NewMember] = {}
    worths: dict[int, Worth] = {}
    texts = {row.number: row.values for row in rows}
    for row in rows:
        read, brought = person(row.values, plan), worth.read(row.values, plan)
        if isinstance(read, list):
            outcomes[row.number] = Outcome(row.number, RowState.FAILED, read[0])
        elif isinstance(brought, Fault):
            outcomes[row.number] = Outcome(row.number, RowState.FAILED, brought)
        else:
            people[row.number], worths[row.number] = read, brought
    while people:
        done = _pass(people, texts, plan, actor, fill=fill)
        assert done, "the first row of a pass is always decided"
        outcomes |= done
        people = {number: one for number, one in people.items() if number not in done}
    return outcomes | _given(outcomes, worths, texts, plan, actor)


def _given(
    outcomes: Mapping[int, Outcome],
    worths: Mapping[int, Worth],
    texts: Mapping[int, Mapping[str, str]],
    plan: Layout,
    actor: Actor,
) -> dict[int, Outcome]:
    """Give the members of rows the points and tiers that those bring."""
    bring = {
        number: (one.member_id, worths[number], texts[number].get(worth.ORDINAL, ""))
        for number, one in outcomes.items()
        if one.member_id is not None and (worths[number].points or worths[number].tier)
    }
    if not bring:
        return {}
    told = worth.give(bring, undone_rows({member_id for member_id, _, _ in bring.values()}), plan.name, actor)
    refused = {
        number: _refused(number, refusal, texts[number], plan) for number, (_, refusal) in told.items() if refusal
    }
    if refused:
        raise _RefusedWorthError(refused)
    return {number: _worthier(outcomes[number], results) for number, (results, _) in told.items() if results}


def _worthier(outcome: Outcome, results: Sequence[Result]) -> Outcome:
    """Return the outcome of a row that brought something; what it was is told for its undo."""
    state = RowState.UPDATED if outcome.state is RowState.SKIPPED else outcome.state
    undo = {**(outcome.undo or {}), "facts": [str(result.reference) for result in results]}
    return replace(outcome, state=state, undo=undo)


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
    queries.hold_joining(alone=False)  # before the holders, as whoever publishes does
    points.lock(sorted(frozenset().union(*found.values())))  # before the members, as whoever records facts does
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
            done[number] = Outcome(number, RowState.CREATED, None, answer.id, answer.revision, {"created": True})
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
