"""What members agreed to: an append-only line for every yes and no, of which the last of a purpose holds."""

from collections.abc import Mapping
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import clock, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.members import amending, histories, models, queries
from shuke.rooms.members.contracts import ID_PREFIX, Consent, Purpose
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor


def give(member_id: UUID, answers: Mapping[Purpose, bool], actor: Actor, through: str = "") -> None:
    """Write down what a member agrees to and what not; what is as it was is not written again.

    `through` says where it was asked, such as `store_qr nanjinglu`.

    Raises: Refusal `unknown_member`, `member_exited`, `member_merged`, `consent_needed` where the consent that the
        membership rests on would be taken back: that is leaving.
    """
    with unit_of_work():
        row = queries.lock(member_id)
        if row is None:
            raise Refusal("unknown_member", "There is no such member.")
        amending.require_open(row)
        held = {purpose: one.given for purpose, one in of(member_id).items()}
        if held.get(Purpose.SERVICE) and answers.get(Purpose.SERVICE) is False:
            raise Refusal("consent_needed", "A membership rests on this consent; leave instead.")
        changed = {purpose: given for purpose, given in answers.items() if held.get(purpose) is not given}
        models.Consent.objects.bulk_create(
            models.Consent(
                member_id=row.id,
                purpose=purpose,
                given=given,
                at=clock.business_now(),
                through=through,
                **histories.actor_columns(actor),
            )
            for purpose, given in changed.items()
        )
        if changed:
            after = {purpose.value: given for purpose, given in changed.items()}
            before = {purpose.value: held.get(purpose) for purpose in changed}
            org.audit("member.consents_changed", ids.encode(ID_PREFIX, member_id), before, after, actor)


def of(member_id: UUID) -> dict[Purpose, Consent]:
    """Return a member's last word on each purpose that they were asked about. Raises nothing."""
    rows = models.Consent.objects.filter(member_id=member_id).order_by("number")
    return {Purpose(row.purpose): Consent(Purpose(row.purpose), row.given, row.at, row.through) for row in rows}
