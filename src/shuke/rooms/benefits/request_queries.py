"""The statements of requests for services; they decide nothing and open no transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shuke.rooms.benefits.contracts import NewRequest, Request, Stage, Step
from shuke.rooms.benefits.models import RequestRow, RequestStep


def insert(member_id: UUID, request_id: UUID, new: NewRequest, at: datetime, by: str) -> None:
    """Write a request with its first step."""
    RequestRow.objects.create(
        member_id=member_id,
        id=request_id,
        benefit=new.benefit,
        use_id=request_id,
        wish=new.wish,
        stage=Stage.REQUESTED,
        requested_at=at,
        wanted_at=new.wanted_at,
        store=new.store,
        assignee="",
        steps=1,
    )
    _append(member_id, request_id, 1, Step(Stage.REQUESTED), at, by)


def step(found: Request, taken: Step, at: datetime, by: str) -> None:
    """Write a step, and where the request stands after it."""
    row = RequestRow.objects.get(id=found.id)
    RequestRow.objects.filter(id=found.id).update(
        stage=taken.stage,
        due_at=taken.due_at or row.due_at,
        quote_minor=row.quote_minor if taken.quote_minor is None else taken.quote_minor,
        assignee=row.assignee if taken.assignee is None else taken.assignee,
        steps=row.steps + 1,
    )
    _append(found.member_id, found.id, row.steps + 1, taken, at, by)


def _append(member_id: UUID, request_id: UUID, number: int, taken: Step, at: datetime, by: str) -> None:
    RequestStep.objects.create(
        member_id=member_id,
        id=request_id,
        number=number,
        stage=taken.stage,
        at=at,
        by=by,
        note=taken.note,
        quote_minor=taken.quote_minor,
    )


def row(request_id: UUID) -> RequestRow | None:
    return RequestRow.objects.filter(id=request_id).first()


def steps(request_id: UUID) -> list[tuple[int, str, datetime, str, str, int | None]]:
    found = RequestStep.objects.filter(id=request_id).order_by("number")
    return list(found.values_list("number", "stage", "at", "by", "note", "quote_minor"))


def rows(stages: Sequence[str], after: UUID | None, limit: int, member_id: UUID | None) -> list[RequestRow]:
    """Return requests after one, in the order of their ids, which is that of time."""
    found = RequestRow.objects.filter(stage__in=stages).order_by("id")
    if after is not None:
        found = found.filter(id__gt=after)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    return list(found[:limit])


def count(stages: Sequence[str]) -> int:
    return RequestRow.objects.filter(stage__in=stages).count()
