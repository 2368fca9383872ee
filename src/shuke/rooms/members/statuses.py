"""A member's status: which moves there are, and what leaving and coming back do to their identities.

Who leaves gives their identities free, so that the person can be enrolled anew; the personal fields stay sealed in
the row. Who leaves from the blacklist keeps their identities taken, so that leaving is no way around it.
"""

from datetime import datetime, timedelta

from shuke.core.values.errors import Refusal
from shuke.rooms.members import blinds, enrolment, fields, histories, models, queries
from shuke.rooms.members.contracts import REINSTATE_DAYS, ExternalId, Field, IdentityEvent, Status
from shuke.rooms.org.contracts import Actor

_MOVES = {
    Status.ACTIVE: {Status.FROZEN, Status.BLACKLISTED, Status.EXITED},
    Status.FROZEN: {Status.ACTIVE, Status.BLACKLISTED, Status.EXITED},
    Status.BLACKLISTED: {Status.ACTIVE, Status.EXITED},
    Status.EXITED: {Status.ACTIVE},
    Status.MERGED: set(),
}
_TAIL = 4


def move(row: models.Member, status: Status, reason: str, actor: Actor, now: datetime) -> None:
    """Give a locked member another status and write it down.

    Raises: Refusal `status_unchanged`, `status_not_allowed`, `reinstate_too_late`, `duplicate_phone`,
        `duplicate_email`, `duplicate_external_id`.
    """
    before = Status(row.status)
    if before is status:
        raise Refusal("status_unchanged", f"The member is {status} already.", params={"status": status.value})
    if status not in _MOVES[before]:
        raise Refusal("status_not_allowed", f"A member who is {before} cannot become {status}.")
    if status is Status.EXITED and before is not Status.BLACKLISTED:
        _release(row, actor, now)
    elif before is Status.EXITED:
        _restore(row, actor, now)
    row.status = status
    row.revision += 1
    row.save(force_update=True)
    histories.write_status(row.id, before, status, reason, actor, now)


def _release(row: models.Member, actor: Actor, now: datetime) -> None:
    """Give free all by which the member, and those merged into them, are found."""
    written: list[histories.IdentityRow] = []
    for one in [row, *queries.lock_merged_into(row.id)]:
        written += [
            (one.id, field.value, IdentityEvent.RELEASED, "", fields.masked(one, field), blind)
            for field, blind in ((Field.PHONE, one.phone_blind), (Field.EMAIL, one.email_blind))
            if blind is not None
        ]
        one.phone_blind = one.phone_tail_blind = one.email_blind = None
        if one is not row:
            one.save(update_fields=["phone_blind", "phone_tail_blind", "email_blind"])
    external = queries.external_ids([row.id]).get(row.id, ())
    written += [(row.id, "external_id", IdentityEvent.RELEASED, one.source, one.external_id, None) for one in external]
    queries.delete_external_ids(row.id)
    histories.write_identities(written, actor, now)


def _restore(row: models.Member, actor: Actor, now: datetime) -> None:
    """Take back what the member was found by, unless it is too late or somebody else has it by now."""
    left = histories.last_exit(row.id)
    if left is None or now >= left.at + timedelta(days=REINSTATE_DAYS):
        raise Refusal(
            "reinstate_too_late",
            f"Who left comes back within {REINSTATE_DAYS} days; later the person is enrolled anew.",
            params={"days": REINSTATE_DAYS},
        )
    if left.before == Status.BLACKLISTED:
        return  # nothing was given free
    phone, address = fields.read(row, Field.PHONE), fields.read(row, Field.EMAIL)
    if phone:
        row.phone_blind, row.phone_tail_blind = blinds.phone(phone), blinds.phone_tail(phone[-_TAIL:])
    if address:
        row.email_blind = blinds.email(address)
    external = [ExternalId(*one) for one in histories.released_external_ids(row.id, left.at)]
    enrolment.claim(row, external)
    queries.insert_external_ids({row.id: external})
    written: list[histories.IdentityRow] = [
        (row.id, field.value, IdentityEvent.RESTORED, "", "", None)
        for field, blind in ((Field.PHONE, row.phone_blind), (Field.EMAIL, row.email_blind))
        if blind is not None
    ]
    written += [(row.id, "external_id", IdentityEvent.RESTORED, one.source, "", None) for one in external]
    histories.write_identities(written, actor, now)
