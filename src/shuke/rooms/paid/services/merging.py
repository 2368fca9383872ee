"""Subscriptions when two records become one person, and when they are taken apart again.

A subscription that runs goes on with the member that stays, as it is: its end, its price, its agreement, its money. Its
periods keep the record for which each was made; the first says where it goes back to. What is over stays where it was.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Actor
from shuke.rooms.paid import queries
from shuke.rooms.paid.contracts import LIVE, Cause, State
from shuke.rooms.paid.services import running


def hold(member_ids: Collection[UUID]) -> None:
    """Let nobody else change what members have of any plan until the transaction ends."""
    for member_id in sorted(member_ids):
        queries.lock_member(member_id)


def merge(survivor_id: UUID, source_ids: Collection[UUID], now: datetime, actor: Actor) -> None:
    """Let running subscriptions go on with the member that stays, who then holds no plan twice."""
    plans = {row.plan_id for row in queries.live_of([survivor_id])}
    for row in queries.live_of(source_ids):
        if row.plan_id in plans:
            raise _two_plans(queries.plan(row.plan_id).code)
        plans.add(row.plan_id)
        row.member_id = survivor_id
        running.move(row, State(row.state), Cause.MERGED, now, actor)


def unmerge(survivor_id: UUID, source_ids: Collection[UUID], now: datetime, actor: Actor) -> None:
    """Give subscriptions back to the records that they came from, with what was paid for them since."""
    owners = {record: source for source, records in members.records(source_ids).items() for record in records}
    for row, record in queries.brought_by(survivor_id, owners):
        row.member_id = owners[record]
        running.move(row, State(row.state), Cause.UNMERGED, now, actor)
        if row.state not in LIVE:  # it ended with the survivor; who gets it back carries nothing for it
            running.carry(row, now)


def _two_plans(code: str) -> Refusal:
    detail = f"Both have the plan {code}; end one of them first: what is left of it goes back."
    return Refusal("merge_two_plans", detail, params={"plan": code})
