"""Coupons: issued and claimed, found, set aside and used for orders, frozen, given to a friend."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router

from shuke.core.offers.model import Reason
from shuke.core.values.errors import Refusal
from shuke.foundation import clock, codes, ids
from shuke.rooms.coupons import facade as coupons
from shuke.rooms.coupons.contracts import COUPON_PREFIX, Cause, IssueFact, OrderRef, Use
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.naming import name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, MemberIdPath
from shuke.surfaces.http.recording import NAMED, OF_POINTS, REASONED
from shuke.surfaces.http.schemas import coupon_examples as examples
from shuke.surfaces.http.schemas.coupon_templates import CouponId
from shuke.surfaces.http.schemas.coupons import (
    AcceptCouponBody,
    CouponAnswer,
    CouponCodeBody,
    CouponGiverBody,
    CouponLockBody,
    CouponOrdersBody,
    CouponsAnswer,
    CouponUseBody,
    CouponUseResult,
    CouponUseResults,
    CouponUsesBody,
    FreedCouponsAnswer,
    GiftCodeAnswer,
    IssueCouponBody,
    IssuedCouponAnswer,
    coupon_answer,
)
from shuke.surfaces.http.schemas.examples import MEMBER_ID
from shuke.surfaces.http.schemas.member_care import ReasonBody
from shuke.surfaces.http.schemas.members import MemberRefBody, decode_member_id

router = Router(tags=["coupons"])
CouponIdPath = Annotated[CouponId, Path(description="The coupon's id.")]
_OF_COUPON = {"coupon_id": examples.COUPON_ID}
_CODES = ("invalid_id", "unknown_coupon")


@operation(
    router,
    "POST",
    "/coupons",
    IssuedCouponAnswer,
    Operation(
        id="issueCoupon",
        en="Issue a coupon",
        zh="发券、领券或以积分换券",
        about_zh="发放一张券。cause 为 claim 时须满足领取条件；为 points 时在同一事务中扣除积分价格。"
        "同一编号重发得到同一张券。按当前时间发放；密钥具有 history:write 时按 occurred_at 发放。",
        scope=Right.COUPONS_WRITE,
        status=201,
        writes=True,
        codes=(
            *OF_POINTS,
            "cap_reached",
            "coupon_budget_spent",
            "coupon_code_for_many",
            "coupon_limit_reached",
            "coupon_not_claimable",
            "coupon_not_for_member",
            "coupon_without_price",
            "coupons_exhausted",
            "coupons_not_open",
            "coupons_over",
            "coupons_paused",
            "coupons_stopped",
            "insufficient_points",
            "member_merged",
            "unknown_coupon_template",
        ),
        request_example=examples.ISSUE,
        response_example=examples.ISSUED,
        links={"read": ("getCoupon", "coupon_id", "$response.body#/coupon/id")},
    ),
)
def issue_coupon(request: HttpRequest, body: IssueCouponBody, *, dry_run: DryRun = False) -> IssuedCouponAnswer:
    """Issue a coupon: by hand, as a claim within its condition, or for points that are taken in the same transaction.

    source and external_id name it for ever: a repeat answers the same coupon. It is issued as of now; as of
    `occurred_at` by a key that has `history:write`.
    """
    source, external_id = name_of(request, body)
    member_id, at = _member(body.member), body.occurred_at or clock.business_now()
    cause = Cause(body.cause)
    if member_id is None and cause in (Cause.CLAIM, Cause.POINTS):
        raise Refusal("unknown_member", "A member claims or buys; say who.", pointer="/member")
    told = IssueFact(source, external_id, body.template, member_id, cause, at)
    (answer,) = programs.claim_coupons([told], keys.actor(request), history=keys.may_write_history(request))
    if answer.coupon is None:
        assert answer.refusal is not None
        raise answer.refusal
    livemode = keys.livemode(request)
    return IssuedCouponAnswer(
        status="repeated" if answer.repeated else "recorded",
        coupon=coupon_answer(answer.coupon, livemode=livemode),
        dry_run=dry_run,
        livemode=livemode,
    )


@operation(
    router,
    "POST",
    "/coupons/lookup",
    CouponAnswer,
    Operation(
        id="findCoupon",
        en="Find a coupon by its code",
        zh="按券码查找",
        about_zh="按券码查找一张券；大小写、空格与连字符不影响。",
        scope=Right.COUPONS_READ,
        guesses=True,
        codes=("unknown_coupon",),
        request_example={"code": "7kq2-m9xj-4t8r-z5wb"},
        response_example=examples.COUPON,
    ),
)
def find_coupon(request: HttpRequest, body: CouponCodeBody) -> CouponAnswer:
    """Find a coupon by the code that somebody brings; case, spaces and dashes don't matter."""
    found = coupons.by_codes([body.code], clock.business_now())
    if not found:
        raise Refusal("unknown_coupon", "There is no such coupon.", pointer="/code")
    return coupon_answer(found[0], livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/coupons",
    CouponsAnswer,
    Operation(
        id="listMemberCoupons",
        en="List a member's coupons",
        zh="会员的券",
        about_zh="列出会员的全部券及状态，最近发放的在前；不可用的说明原因。",
        scope=Right.COUPONS_READ,
        codes=("invalid_id", "unknown_member"),
        parameter_examples={"member_id": MEMBER_ID},
        response_example={"items": [examples.COUPON], "livemode": False},
    ),
)
def list_coupons(request: HttpRequest, member_id: MemberIdPath) -> CouponsAnswer:
    """List all coupons of a member, latest first, and why each can't be used that can't."""
    member, livemode = members.get(decode_member_id(member_id)), keys.livemode(request)
    held = coupons.of_member(member.id, clock.business_now())
    return CouponsAnswer(items=[coupon_answer(coupon, livemode=livemode) for coupon in held], livemode=livemode)


@operation(
    router,
    "POST",
    "/coupons/lock",
    CouponUseResults,
    Operation(
        id="lockCoupons",
        en="Set coupons aside for orders",
        zh="锁定券",
        about_zh="结账时为订单锁定券至所给时刻；届时未使用的自动解锁；最长 30 天。逐项说明结果。",
        scope=Right.COUPONS_REDEEM,
        guesses=True,
        writes=True,
        codes=(*NAMED, "out_of_bounds", "unknown_coupon", "unknown_member"),
        request_example=examples.LOCK,
        response_example=examples.USED,
    ),
)
def lock_coupons(request: HttpRequest, body: CouponLockBody, *, dry_run: DryRun = False) -> CouponUseResults:
    """Set coupons aside for orders that are not paid yet; a lock that ends by itself leaves the coupon usable.

    It ends within 30 days.
    """
    return _done(request, body.uses, coupons.lock(_uses(body.uses), body.until), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/coupons/redeem",
    CouponUseResults,
    Operation(
        id="redeemCoupons",
        en="Use coupons for orders",
        zh="核销券",
        about_zh="为订单使用券；同一订单重复核销无副作用。逐项说明结果。",
        scope=Right.COUPONS_REDEEM,
        guesses=True,
        writes=True,
        codes=(*NAMED, "unknown_coupon", "unknown_member"),
        request_example={"uses": [examples.USE]},
        response_example=examples.USED,
    ),
)
def redeem_coupons(request: HttpRequest, body: CouponUsesBody, *, dry_run: DryRun = False) -> CouponUseResults:
    """Use coupons for orders, each by one order at a time; told again for the same order it changes nothing."""
    return _done(request, body.uses, coupons.redeem(_uses(body.uses)), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/coupons/release",
    FreedCouponsAnswer,
    Operation(
        id="releaseCoupons",
        en="End the locks of orders",
        zh="解除锁定",
        about_zh="订单取消时解除其锁定的券。",
        scope=Right.COUPONS_REDEEM,
        writes=True,
        request_example={"orders": [examples.ORDER]},
        response_example=examples.FREED,
    ),
)
def release_coupons(request: HttpRequest, body: CouponOrdersBody, *, dry_run: DryRun = False) -> FreedCouponsAnswer:
    """Make coupons usable again that were set aside for orders which come to nothing."""
    return _freed(request, coupons.release(_orders(body)), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/coupons/give-back",
    FreedCouponsAnswer,
    Operation(
        id="giveBackCoupons",
        en="Give back the coupons of refunded orders",
        zh="退回券",
        about_zh="订单退款时，模板允许退回的券恢复可用。已上报到本系统的订单在全额退款时自动退回，此前会被拒绝。",
        scope=Right.COUPONS_REDEEM,
        writes=True,
        codes=("order_not_refunded",),
        request_example={"orders": [examples.ORDER]},
        response_example=examples.FREED,
    ),
)
def give_back_coupons(request: HttpRequest, body: CouponOrdersBody, *, dry_run: DryRun = False) -> FreedCouponsAnswer:
    """Make coupons of refunded orders usable again, where their template says so.

    Orders that were reported here do it by themselves when they are refunded in full; before, this is refused.
    """
    return _freed(request, programs.give_back_coupons(_orders(body)), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/coupons/accept",
    CouponAnswer,
    Operation(
        id="acceptCoupon",
        en="Take a coupon that a friend gives",
        zh="领取好友赠送的券",
        about_zh="凭好友给的领取码领取一张券；此后券码更换，原持有人不可再用。",
        scope=Right.COUPONS_WRITE,
        guesses=True,
        writes=True,
        codes=("coupon_gift_to_oneself", "coupon_not_usable", "unknown_coupon_gift", "unknown_member"),
        request_example={"claim_code": examples.GIFT["claim_code"], "member": examples.MEMBER},
        response_example=examples.COUPON,
    ),
)
def accept_coupon(request: HttpRequest, body: AcceptCouponBody, *, dry_run: DryRun = False) -> CouponAnswer:
    """Take a coupon with the code that a friend gave; the coupon has a new code from then on."""
    taken = coupons.accept(body.claim_code, members.find(body.member.value()).id, clock.business_now())
    return coupon_answer(taken, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/coupons/{coupon_id}",
    CouponAnswer,
    Operation(
        id="getCoupon",
        en="Read a coupon",
        zh="读取券",
        about_zh="读取一张券的当前状态；不可用时说明原因。",
        scope=Right.COUPONS_READ,
        codes=_CODES,
        parameter_examples=_OF_COUPON,
        response_example=examples.COUPON,
    ),
)
def get_coupon(request: HttpRequest, coupon_id: CouponIdPath) -> CouponAnswer:
    """Read a coupon as it stands now, and why it can't be used if it can't."""
    return _coupon(request, ids.decode(COUPON_PREFIX, coupon_id))


@operation(
    router,
    "POST",
    "/coupons/{coupon_id}/offer",
    GiftCodeAnswer,
    Operation(
        id="offerCoupon",
        en="Give a coupon to a friend",
        zh="转赠券",
        about_zh="将会员的券设为待领取并返回领取码；每张券至多转赠一次，好友领取前可撤回。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*_CODES, "coupon_not_transferable", "coupon_not_usable", "unknown_member"),
        parameter_examples=_OF_COUPON,
        request_example={"member": examples.MEMBER},
        response_example=examples.GIFT,
    ),
)
def offer_coupon(
    request: HttpRequest, coupon_id: CouponIdPath, body: CouponGiverBody, *, dry_run: DryRun = False
) -> GiftCodeAnswer:
    """Set a member's coupon aside for a friend, who takes it with the code that is answered; once in its life."""
    giver = members.find(body.member.value()).id
    gift = coupons.offer(ids.decode(COUPON_PREFIX, coupon_id), giver, clock.business_now())
    return GiftCodeAnswer(claim_code=gift.claim_code, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/coupons/{coupon_id}/offer-cancellation",
    CouponAnswer,
    Operation(
        id="cancelCouponOffer",
        en="Take back a coupon on its way to a friend",
        zh="撤回转赠",
        about_zh="好友领取之前撤回转赠，券恢复可用。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*_CODES, "coupon_not_usable", "unknown_member"),
        parameter_examples=_OF_COUPON,
        request_example={"member": examples.MEMBER},
        response_example=examples.COUPON,
    ),
)
def cancel_offer(
    request: HttpRequest, coupon_id: CouponIdPath, body: CouponGiverBody, *, dry_run: DryRun = False
) -> CouponAnswer:
    """Take back a coupon that no friend has taken yet."""
    decoded = ids.decode(COUPON_PREFIX, coupon_id)
    coupons.cancel_offer(decoded, members.find(body.member.value()).id)
    return _coupon(request, decoded)


@operation(
    router,
    "POST",
    "/coupons/{coupon_id}/freeze",
    CouponAnswer,
    Operation(
        id="freezeCoupon",
        en="Freeze a coupon",
        zh="冻结券",
        about_zh="冻结一张可用的券，解冻前不可使用；须说明原因。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*_CODES, *REASONED, "coupon_not_usable"),
        parameter_examples=_OF_COUPON,
        request_example={"reason": "stolen phone"},
        response_example=examples.COUPON | {"state": "frozen", "refused": "not_usable"},
    ),
)
def freeze_coupon(
    request: HttpRequest, coupon_id: CouponIdPath, body: ReasonBody, *, dry_run: DryRun = False
) -> CouponAnswer:
    """Let a coupon not be used until it is thawed, with a reason."""
    decoded = ids.decode(COUPON_PREFIX, coupon_id)
    coupons.freeze([decoded], body.reason, keys.actor(request))
    return _coupon(request, decoded)


@operation(
    router,
    "POST",
    "/coupons/{coupon_id}/unfreeze",
    CouponAnswer,
    Operation(
        id="unfreezeCoupon",
        en="Thaw a frozen coupon",
        zh="解冻券",
        about_zh="解冻一张券，恢复可用；须说明原因。",
        scope=Right.COUPONS_WRITE,
        writes=True,
        codes=(*_CODES, *REASONED, "coupon_not_usable"),
        parameter_examples=_OF_COUPON,
        request_example={"reason": "phone found"},
        response_example=examples.COUPON,
    ),
)
def unfreeze_coupon(
    request: HttpRequest, coupon_id: CouponIdPath, body: ReasonBody, *, dry_run: DryRun = False
) -> CouponAnswer:
    """Let a frozen coupon be used again, with a reason."""
    decoded = ids.decode(COUPON_PREFIX, coupon_id)
    coupons.unfreeze([decoded], body.reason, keys.actor(request))
    return _coupon(request, decoded)


def _member(ref: MemberRefBody | None) -> UUID | None:
    return None if ref is None else members.find(ref.value()).id


def _coupon(request: HttpRequest, coupon_id: UUID) -> CouponAnswer:
    return coupon_answer(coupons.coupon(coupon_id, clock.business_now()), livemode=keys.livemode(request))


def _uses(asked: Sequence[CouponUseBody]) -> list[Use]:
    """Find the coupons that are brought."""
    now = clock.business_now()
    found = {coupon.code: coupon.id for coupon in coupons.by_codes([use.code for use in asked], now)}
    uses = []
    for number, use in enumerate(asked):
        coupon_id = found.get(codes.plain(use.code))
        if coupon_id is None:
            raise Refusal("unknown_coupon", "There is no such coupon.", pointer=f"/uses/{number}/code")
        uses.append(Use(coupon_id, _member(use.member), *use.order.value(), use.off_minor, now))
    return uses


def _done(
    request: HttpRequest, asked: Sequence[CouponUseBody], reasons: Sequence[Reason | None], *, dry_run: bool
) -> CouponUseResults:
    items = [
        CouponUseResult(code=use.code, refused=reason.value if reason else None)
        for use, reason in zip(asked, reasons, strict=True)
    ]
    return CouponUseResults(items=items, dry_run=dry_run, livemode=keys.livemode(request))


def _orders(body: CouponOrdersBody) -> list[OrderRef]:
    return [OrderRef(*order.value()) for order in body.orders]


def _freed(request: HttpRequest, freed: Sequence[UUID], *, dry_run: bool) -> FreedCouponsAnswer:
    coupon_ids = [ids.encode(COUPON_PREFIX, id) for id in freed]
    return FreedCouponsAnswer(coupon_ids=coupon_ids, dry_run=dry_run, livemode=keys.livemode(request))
