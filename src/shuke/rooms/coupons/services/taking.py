"""Members take coupons by a code that they were told: one of a pool, or one that was issued to its bearer."""

from datetime import datetime
from uuid import UUID

from shuke.core.values.errors import Refusal
from shuke.foundation import codes, ids
from shuke.foundation.transactions import unit_of_work
from shuke.rooms.coupons import queries
from shuke.rooms.coupons.contracts import Cause, HeldCoupon, State
from shuke.rooms.coupons.models import Template as Row
from shuke.rooms.coupons.services import giving, issuing, limits, views
from shuke.rooms.coupons.services.views import Coupon
from shuke.rooms.members import facade as members


def by_code(code: str, member_id: UUID, now: datetime) -> HeldCoupon:
    """Let a member hold the coupon with a code; what is theirs already is answered again."""
    plain = codes.plain(code)
    with unit_of_work():
        seen = _with_code(plain)
        if seen.many:
            raise Refusal("coupon_code_for_many", "Its one code is for whoever has it; nothing is issued.")
        row = queries.using([seen.template_id])[seen.template_id]
        counter = row.id, member_id, views.period_start(row, now)
        counts = row.per_member is not None and seen.member_id is None
        had = limits.had([counter])[counter] if counts else 0  # counters are locked before coupons
        held = _locked(seen.id, plain)
        if held.member_id is None:
            _hand_to(held, row, member_id, now, had)
            queries.count_taken({counter: 1} if counts else {})
        elif held.member_id not in members.records([member_id])[member_id]:
            raise _unknown()
        (taken,) = views.held(queries.coupons_by_code({plain}), now)
    return taken


def _with_code(plain: str) -> Coupon:
    found = queries.coupons_by_code({plain})
    if not found:
        raise _unknown()
    return Coupon(*found[0])


def _locked(coupon_id: UUID, code: str) -> Coupon:
    """Lock a coupon; one of a pool that somebody got a moment ago has another id by now, and is no more in the pool."""
    found = queries.lock_coupons([coupon_id]) or queries.lock_coupons([_with_code(code).id])
    if not found:
        raise _unknown()
    return Coupon(*found[0])


def _hand_to(coupon: Coupon, row: Row, member_id: UUID, now: datetime, had: int) -> None:
    """Give a coupon that nobody holds to a member who had so many of its template.

    One of the pool is issued by that, with the dates of today; but none that is had for points, on a condition or by a
    rule: its code is what those give, and no way around them.
    """
    if coupon.pooled and (row.points is not None or row.claim_when is not None or row.given_on):
        raise _unknown()
    refusal = issuing.may_not(members.facts([member_id]).get(member_id))
    if refusal is None and coupon.pooled:
        refusal = views.not_open(row, now)
    if refusal is not None:
        raise refusal
    if views.state_at(coupon, now) is not State.ISSUED:
        raise giving.unusable()
    if row.per_member is not None and had >= row.per_member:
        raise issuing.limit_reached(row)
    if coupon.pooled:
        queries.hand_out([(coupon.id, ids.new_id(), member_id, now, *views.dates(row, now), Cause.CLAIM.value, None)])
    else:
        queries.give_to(coupon.id, member_id)


def _unknown() -> Refusal:
    return Refusal("unknown_coupon", "There is no such coupon.", pointer="/code")
