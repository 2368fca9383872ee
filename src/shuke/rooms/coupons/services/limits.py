"""What each member had of templates that limit it, in the period that counts."""

from collections.abc import Collection
from uuid import UUID

from shuke.rooms.coupons import queries
from shuke.rooms.members import facade as members

Counter = tuple[UUID, UUID, int]  # template, member, local day on which the period began


def had(counters: Collection[Counter]) -> dict[Counter, int]:
    """Lock counters, and return what each says, with what those had who live on in its member."""
    found = queries.lock_taken(list(counters))
    records = members.records({member_id for _, member_id, _ in found})
    merged = {
        (template_id, record_id, since): (template_id, member_id, since)
        for template_id, member_id, since in found
        for record_id in records[member_id]
        if record_id != member_id
    }
    for counter, count in queries.taken(list(merged)).items() if merged else ():
        found[merged[counter]] += count
    return found
