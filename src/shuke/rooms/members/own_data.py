"""What is kept of a member themself, in clear: for the copy that they take of their own data, and for nobody else."""

from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import definitions, fields, queries
from shuke.rooms.members.contracts import ID_PREFIX, Field, OwnData
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor


def take(member_id: UUID, actor: Actor) -> OwnData:
    """Return a member's personal fields and attributes in clear; the audit log keeps that they were taken.

    Raises: Refusal `unknown_member`.
    """
    with unit_of_work():
        row = queries.row(member_id)
        if row is None:
            raise Refusal("unknown_member", "There is no such member.")
        org.audit("member.own_data_taken", ids.encode(ID_PREFIX, member_id), None, None, actor)
        values = {**row.attributes, **definitions.personal_values(row)}
        return OwnData({field: fields.read(row, field) for field in Field}, values)
