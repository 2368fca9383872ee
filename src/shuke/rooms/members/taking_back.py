"""Enrolments that are taken back: members are closed with nothing personal left of them.

Their rows stay, for ledger and tiers keep for ever what was said of them by number; nobody is found by them any more.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shuke.rooms.members import definitions, fields, histories, queries
from shuke.rooms.members.contracts import Field, Status
from shuke.rooms.org.contracts import Actor


def take_back(member_ids: Collection[UUID], reason: str, actor: Actor, now: datetime) -> None:
    """Let members exit, and empty all that is personal or found them."""
    for row in queries.lock_many(member_ids):
        before = Status(row.status)
        for field in Field:
            fields.put_normal(row, field, None)
        row.attributes, row.tags = {}, []
        definitions.seal(row, {})
        row.status = Status.EXITED
        row.revision += 1
        row.save(force_update=True)
        queries.delete_external_ids(row.id)
        histories.write_status(row.id, before, Status.EXITED, reason, actor, now)
