"""Services that staff fulfil: asked for, quoted, accepted, made and done, or declined; each step is kept.

A request draws on the entitlement at once, so that two can't be asked for where one is left; who is declined, or calls
it off, has it back.
"""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, clock, cursors, ids
from shuke.foundation.business_keys import BusinessKey
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.benefits import request_queries as queries
from shuke.rooms.benefits import using
from shuke.rooms.benefits.contracts import (
    OPEN_STAGES,
    REQUEST_PREFIX,
    Kind,
    NewRequest,
    Request,
    RequestPage,
    Stage,
    Step,
    StepDone,
)
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor
from shuke.rooms.points import facade as points

KIND = "benefit_request"
TEXT_LIMIT = 500
QUOTE_LIMIT_MINOR = 10**13
_BITS = 43
_MASK = (1 << _BITS) - 1
_ENDS = (Stage.DECLINED, Stage.CANCELLED)
NEXT: dict[Stage, tuple[Stage, ...]] = {
    Stage.REQUESTED: (Stage.QUOTED, Stage.ACCEPTED, *_ENDS),
    Stage.QUOTED: (Stage.QUOTED, Stage.ACCEPTED, *_ENDS),
    Stage.ACCEPTED: (Stage.MADE, Stage.DONE, *_ENDS),
    Stage.MADE: (Stage.DONE,),
    Stage.DONE: (),
    Stage.DECLINED: (),
    Stage.CANCELLED: (),
}


def ask(new: NewRequest, actor: Actor) -> Request:
    """Ask for a service, once for ever under the outside id; it uses the entitlement once."""
    _check_text("/wish", new.wish, empty=False)
    with unit_of_work(apart=True):
        benefit = using.usable(new.benefit)
        if benefit.kind is not Kind.SERVICE:
            raise Refusal("not_a_service", "Only a service is asked for; other benefits are used.", pointer="/benefit")
        member_id = using.living(new.member_id)
        points.lock([member_id])
        (claimed,) = business_keys.claim([_key(new, member_id)])
        if claimed.mismatch is not None:
            raise Refusal("already_recorded_differently", "This external id was recorded with another content.")
        if not claimed.fresh:
            return get(claimed.reference)
        using.check_takes_part(member_id)
        now = clock.business_now()
        claim = using.drawn(member_id, new.benefit, 1, now)
        using.draw(claim, 1, claimed.reference, actor, new.wish[:TEXT_LIMIT])
        queries.insert(member_id, claimed.reference, new, now, actor.label)
        return get(claimed.reference)


def take(request_id: UUID, step: Step, actor: Actor) -> Request:
    """Take a request to its next stage, or change what is known of it where the stage stays."""
    _check_text("/note", step.note, empty=True)
    if step.quote_minor is not None and not 0 <= step.quote_minor <= QUOTE_LIMIT_MINOR:
        raise Refusal(
            "out_of_bounds",
            "A quote is an amount from 0 on.",
            pointer="/quote_minor",
            params={"least": 0, "most": QUOTE_LIMIT_MINOR},
        )
    with unit_of_work(apart=True):
        found = get(request_id)
        points.lock([found.member_id])
        found = get(request_id)
        same = step.stage is found.stage and found.stage in OPEN_STAGES
        if not same and step.stage not in found.next_stages:
            raise Refusal(
                "stage_not_possible",
                f"From {found.stage} a request does not go to {step.stage}.",
                pointer="/stage",
                params={"stage": found.stage.value, "wanted": step.stage.value},
            )
        if step.stage is Stage.QUOTED and step.quote_minor is None and found.quote_minor is None:
            raise Refusal("quote_missing", "A quote says an amount.", pointer="/quote_minor")
        if step.stage is Stage.DECLINED and not step.note.strip():
            raise Refusal("reason_required", "Who declines says why.", pointer="/note")
        now = clock.business_now()
        queries.step(found, step, now, actor.label)
        if step.stage in _ENDS:
            using.undo(found.member_id, request_id, step.note or step.stage.value, actor)
        subject = ids.encode(REQUEST_PREFIX, request_id)
        org.audit("request.step", subject, {"stage": found.stage.value}, {"stage": step.stage.value}, actor)
        return get(request_id)


def get(request_id: UUID) -> Request:
    """Return a request with its steps."""
    row = queries.row(request_id)
    if row is None:
        raise Refusal("unknown_request", "There is no such request.")
    return _request(row, tuple(StepDone(n, Stage(s), *rest) for n, s, *rest in queries.steps(request_id)))


def page(stages: tuple[Stage, ...], limit: int, cursor: str | None, member_id: UUID | None) -> RequestPage:
    """Return requests in some stages, in the order in which they were made."""
    after = None if cursor is None else _id_of(cursor)
    rows = queries.rows([stage.value for stage in stages], after, limit + 1, member_id)
    more = len(rows) > limit
    found = tuple(_request(row) for row in rows[:limit])
    return RequestPage(found, _cursor(found[-1].id) if more else None)


def _cursor(id: UUID) -> str:
    """Return an id as a cursor, in numbers that it can hold."""
    return cursors.encode(id.int >> 2 * _BITS, id.int >> _BITS & _MASK, id.int & _MASK)


def _id_of(cursor: str) -> UUID:
    high, middle, low = cursors.decode(cursor, 3)
    value = (high << _BITS | middle & _MASK) << _BITS | low & _MASK
    if value >> 128:
        raise Refusal("invalid_cursor", "The cursor is not one that a page was given with.", pointer="/cursor")
    return UUID(int=value)


def is_request(use_id: UUID) -> bool:
    """Say whether a use is that of a request."""
    return queries.row(use_id) is not None


def waiting() -> int:
    """Return how many requests are open."""
    return queries.count([stage.value for stage in OPEN_STAGES])


def _request(row: Any, steps: tuple[StepDone, ...] = ()) -> Request:
    stage = Stage(row.stage)
    return Request(
        row.id,
        row.member_id,
        row.benefit,
        row.wish,
        stage,
        row.requested_at,
        row.wanted_at,
        row.due_at,
        row.quote_minor,
        row.store,
        row.assignee,
        NEXT[stage],
        steps,
    )


def _key(new: NewRequest, member_id: UUID) -> BusinessKey:
    content = json.dumps([new.benefit, new.wish, _instant(new.wanted_at), new.store], ensure_ascii=False)
    return BusinessKey(
        new.source, KIND, new.external_id, hashlib.sha256(content.encode()).digest(), member_id, ids.new_id()
    )


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _check_text(pointer: str, text: str, *, empty: bool) -> None:
    if len(text) > TEXT_LIMIT or (not empty and not text.strip()):
        least = 0 if empty else 1
        raise Refusal(
            "text_length",
            f"A text has {least} to {TEXT_LIMIT} characters.",
            pointer=pointer,
            params={"least": least, "most": TEXT_LIMIT},
        )
