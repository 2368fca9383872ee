"""Coupons change hands, are frozen, and are called back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from shuke.core.values import reasons
from shuke.core.values.errors import Refusal
from shuke.foundation import business_keys, codes, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import (
    BATCH_PREFIX,
    COUPON_PREFIX,
    TEMPLATE_PREFIX,
    BatchState,
    Gift,
    HeldCoupon,
    IssueFact,
    RecallReport,
    State,
    TemplateState,
)
from shuke.rooms.coupons.services import batches, issuing, views
from shuke.rooms.coupons.services.views import Coupon
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import ID_PREFIX, Status
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor


def by_hand(fact: IssueFact, reason: str, actor: Actor) -> HeldCoupon:
    """Issue a coupon with a reason."""
    reasons.require(reason)
    with unit_of_work():
        (answer,) = issuing.issue([fact])
        if answer.coupon is None:
            assert answer.refusal is not None
            raise answer.refusal
        if not answer.repeated:
            told = {"template": fact.template, "code": answer.coupon.code[-4:], "reason": reason}
            member = ids.encode(ID_PREFIX, fact.member_id) if fact.member_id else "-"
            org.audit("coupons.given", member, None, told, actor)
    return answer.coupon


def offer(coupon_id: UUID, member_id: UUID, now: datetime) -> Gift:
    """Set a member's coupon aside for a friend: whoever brings the code that is returned may have it."""
    with unit_of_work():
        coupon = _mine(coupon_id, member_id)
        if coupon.claim_code is not None and views.state_at(coupon, now) is State.OFFERED:
            return _open(coupon.claim_code, now)
        (row,) = queries.templates([coupon.template_id])
        if not row.transferable or coupon.moved:
            raise Refusal("coupon_not_transferable", "This coupon can't be given to a friend, or was already.")
        if views.state_at(coupon, now) is not State.ISSUED:
            raise unusable()
        (gift,) = views.gifts([queries.offer(coupon_id, member_id, codes.new_code(), now)], now)
    return gift


def _open(claim_code: str, now: datetime) -> Gift:
    row = queries.gift(claim_code)
    assert row is not None, "what is offered has its gift"
    return views.gifts([row], now)[0]


def cancel(coupon_id: UUID, member_id: UUID) -> None:
    """Take back a coupon that no friend has taken yet."""
    with unit_of_work():
        if _mine(coupon_id, member_id).state != State.OFFERED:
            raise unusable()
        queries.set_states([coupon_id], State.ISSUED)


def accept(claim_code: str, member_id: UUID, now: datetime) -> HeldCoupon:
    """Give a coupon that is on its way to whoever brings its code; it has a new code from then on."""
    with unit_of_work():
        code = codes.plain(claim_code)
        id = queries.offered_as(code)
        found = [Coupon(*row) for row in queries.lock_coupons([id])] if id else []
        if not found or queries.offered_as(code) != id:  # it may have been offered under another code meanwhile
            raise unknown()
        (coupon,) = found
        if views.state_at(coupon, now) is State.EXPIRED:
            raise unusable()
        if coupon.member_id in members.records([member_id])[member_id]:
            raise Refusal("coupon_gift_to_oneself", "A coupon goes to somebody else.")
        person = members.facts([member_id]).get(member_id)
        if person is None or person.status is not Status.ACTIVE:
            raise Refusal("unknown_member", "There is no such active member.")
        queries.hand_over(coupon.id, member_id, code, codes.new_code(), now)
        (given,) = views.held(queries.coupons([coupon.id]), now)
    return given


def _mine(coupon_id: UUID, member_id: UUID) -> Coupon:
    found = [Coupon(*row) for row in queries.lock_coupons([coupon_id])]
    if not found or found[0].member_id not in members.records([member_id])[member_id]:
        raise Refusal("unknown_coupon", "There is no such coupon.")
    return found[0]


def unknown() -> Refusal:
    """Return the refusal of a friend's code that takes nothing."""
    return Refusal("unknown_coupon_gift", "Nobody gives a coupon with this code, or not any more.")


def unusable() -> Refusal:
    """Return the refusal of what only a usable coupon does."""
    return Refusal("coupon_not_usable", "The coupon is used, set aside, frozen, recalled or over.")


def set_frozen(coupon_ids: Sequence[UUID], reason: str, actor: Actor, *, frozen: bool) -> None:
    """Freeze coupons that can be used, or make frozen ones usable again: all or none."""
    reasons.require(reason)
    before, after = (State.ISSUED, State.FROZEN) if frozen else (State.FROZEN, State.ISSUED)
    with unit_of_work():
        found = [Coupon(*row) for row in queries.lock_coupons(coupon_ids)]
        if len(found) < len(set(coupon_ids)):
            raise Refusal("unknown_coupon", "There is no such coupon.")
        if any(coupon.state != before for coupon in found):
            raise unusable()
        queries.set_states([coupon.id for coupon in found], after)
        verb = "coupons.frozen" if frozen else "coupons.unfrozen"
        for coupon in found:
            org.audit(verb, ids.encode(COUPON_PREFIX, coupon.id), None, {"reason": reason}, actor)


def recall(source: str, external_ids: Sequence[str], now: datetime) -> RecallReport:
    """Make void what can be of the coupons issued under outside ids."""
    with unit_of_work():
        found = [business_keys.find(source, issuing.KEY, external_id) for external_id in external_ids]
        return _report(queries.recall(now, coupon_ids=[id for id in found if id is not None]))


def recall_template(template_id: UUID, reason: str, actor: Actor, now: datetime) -> RecallReport:
    """Stop a template, so that nothing more is issued of it, and make void what can be."""
    reasons.require(reason)
    with unit_of_work():
        row = queries.changing(template_id)
        if row is None:
            raise Refusal("unknown_coupon_template", "There is no such coupon template.")
        row.state = TemplateState.STOPPED.value
        row.save(update_fields=["state"])
        return _recalled(queries.recall(now, template_id=row.id), ids.encode(TEMPLATE_PREFIX, row.id), reason, actor)


def recall_batch(batch_id: UUID, reason: str, actor: Actor, now: datetime) -> RecallReport:
    """Make void what can be of a batch, and make no more of it."""
    reasons.require(reason)
    with unit_of_work():
        batch = queries.lock_batch(batch_id)
        if batch is None:
            raise batches.unknown()
        if batch.state == BatchState.RUNNING:
            batches.cancel(batch_id, actor)
        return _recalled(queries.recall(now, batch_id=batch_id), ids.encode(BATCH_PREFIX, batch_id), reason, actor)


def _recalled(found: list[tuple[str, int]], subject: str, reason: str, actor: Actor) -> RecallReport:
    report = _report(found)
    org.audit("coupons.recalled", subject, None, {"reason": reason, **asdict(report)}, actor)
    return report


def _report(found: list[tuple[str, int]]) -> RecallReport:
    counts = dict(found)
    return RecallReport(*(counts.get(name, 0) for name in ("recalled", "used", "locked", "expired")))
