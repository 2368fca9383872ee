"""Pushes coupons to an audience: what it would come to, and doing it, a committed chunk at a time."""

from collections.abc import Iterator
from uuid import UUID

from shuke.foundation import clock
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import Audience, Reckoning
from shuke.rooms.members import facade as members
from shuke.rooms.programs.services.timeline import timeline
from shuke.rooms.tiers import facade as tiers

CHUNK = 500
SAMPLE = 5
_LOOK = 20_000  # members looked at in one go
_NOBODY = UUID(int=0)


def reckon_push(template_id: UUID, audience: Audience) -> Reckoning:
    """Say what pushing a template to an audience would come to: members, coupons, what they cost at most, a sample.

    `members` is how many the batch will tell of, as issued or skipped; `coupons` at most how many of them get one.

    Raises: Refusal `unknown_coupon_template`.
    """
    template = coupons.template(template_id)
    sample: list[UUID] = []
    count = 0
    if audience.tier is None:
        count = members.count_active(audience.tags)
        sample = members.active_after(_NOBODY, SAMPLE, audience.tags)
    else:
        for chunk in _audience(audience, _NOBODY, _LOOK):
            count += len(chunk)
            sample += chunk[: SAMPLE - len(sample)]
    issued = count if template.left is None else min(count, template.left)
    cost = template.draft.cost_minor
    return Reckoning(count, issued, None if cost is None else cost * issued, tuple(sample))


def run(batch_id: UUID) -> int:
    """Issue what is left of a push, and return how many coupons it made in all."""
    audience = coupons.batch(batch_id).audience
    assert audience is not None
    for chunk in _audience(audience, coupons.told_upto(batch_id), CHUNK):
        if not coupons.push_chunk(batch_id, chunk, clock.business_now()):
            break
    coupons.push_chunk(batch_id, [], clock.business_now(), over=True)
    return coupons.batch(batch_id).made


def _audience(audience: Audience, after: UUID, size: int) -> Iterator[list[UUID]]:
    """Yield the members of an audience by id, in parts; one without anybody in it is passed over."""
    plan = timeline()
    while found := members.active_after(after, size, audience.tags):
        after = found[-1]
        chosen = found
        if audience.tier is not None:
            standing = tiers.load(found, plan.program_id) if plan and plan.latest.program.ladders else {}
            ladder = plan.latest.program.ladders[0].code if standing else ""
            chosen = [id for id in found if (at := standing.get(id, {}).get(ladder)) and at.tier.code == audience.tier]
        if chosen:
            yield chosen
