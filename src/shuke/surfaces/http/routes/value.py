"""Stored value: what a member has, top-ups, paying with it, and refunds that a second person agrees to."""

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from shuke.foundation import ids
from shuke.rooms.members import facade as members
from shuke.rooms.org.contracts import Approval, Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.value import facade as value
from shuke.rooms.value.contracts import REFUND_PREFIX, TOP_UP_PREFIX, USE_PREFIX, TopUpPage
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import (
    PAGE,
    After,
    DryRun,
    Limit,
    MemberIdPath,
    TopUpIdPath,
    ValueRefundIdPath,
    ValueUseIdPath,
)
from shuke.surfaces.http.recording import NAMED, OF_A_MEMBER, REASONED
from shuke.surfaces.http.schemas import value_examples as examples
from shuke.surfaces.http.schemas.approvals import ApprovalAnswer, approval_answer
from shuke.surfaces.http.schemas.examples import MEMBER_ID
from shuke.surfaces.http.schemas.members import decode_member_id
from shuke.surfaces.http.schemas.value import (
    TopUpAnswer,
    TopUpBody,
    TopUpPageAnswer,
    ValueAnswer,
    ValueFiguresAnswer,
    ValuePaymentAnswer,
    ValuePaymentBody,
    ValueRefundAnswer,
    ValueRefundBody,
    ValueRefundPageAnswer,
    ValueRefundPreviewAnswer,
    ValueTermsAnswer,
    payment_with_value,
    preview_answer,
    refund_of_value,
    terms_answer,
    top_up_answer,
    value_answer,
)

router = Router(tags=["value"])
OF_VALUE = ("no_program", "no_stored_value")
TAKING_PART = (*OF_A_MEMBER, "member_merged")
_PAGED = ("invalid_cursor",)


@operation(
    router,
    "GET",
    "/value-terms",
    ValueTermsAnswer,
    Operation(
        id="getValueTerms",
        en="Read the terms of stored value",
        zh="读取储值规则",
        about_zh="读取生效中的会员计划对储值的规定：本金与赠金单位、支付次序、充值档位、限额与退款规则，以及可用的支付方式。",
        scope=Right.VALUE_WRITE,
        codes=OF_VALUE,
        response_example=examples.TERMS,
    ),
)
def get_value_terms(request: HttpRequest) -> ValueTermsAnswer:
    """Read what the program in force says of stored value, and by which methods one tops up."""
    return terms_answer(programs.needed_value_terms(), livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/members/{member_id}/value",
    ValueAnswer,
    Operation(
        id="getValue",
        en="Read what a member has of stored value",
        zh="会员的储值余额",
        about_zh="读取会员现有的本金与赠金、被预占的部分，以及最先到期的赠金。",
        scope=Right.VALUE_WRITE,
        codes=(*OF_VALUE, "invalid_id", "not_enrolled", "unknown_member"),
        parameter_examples={"member_id": MEMBER_ID},
        response_example=examples.VALUE,
    ),
)
def get_value(request: HttpRequest, member_id: MemberIdPath) -> ValueAnswer:
    """Read the principal and bonus that a member can use now, and when the bonus ends."""
    member = members.get(decode_member_id(member_id))
    return value_answer(programs.value_of(member.id), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/top-ups",
    TopUpAnswer,
    Operation(
        id="topUp",
        en="Top up a member's stored value",
        zh="充值",
        about_zh="为会员充值：method 为 desk 时款项已由店员收取，本金与赠金立即到账；否则向支付渠道收款，付款后到账。"
        "相同的 source 与 external_id 只充一次。",
        scope=Right.VALUE_WRITE,
        status=201,
        writes=True,
        codes=(
            *NAMED,
            *OF_VALUE,
            *TAKING_PART,
            "balance_limit",
            "desk_needs_clerk",
            "payment_amount_invalid",
            "supply_exhausted",
            "top_up_bounds",
            "unknown_payment_method",
            "value_limit",
        ),
        request_example=examples.NEW_TOP_UP,
        response_example=examples.TOP_UP,
        links={"read": ("getTopUp", "top_up_id", "$response.body#/id")},
    ),
)
def top_up(request: HttpRequest, body: TopUpBody, *, dry_run: DryRun = False) -> TopUpAnswer:
    """Take money that a member pays ahead: at the desk it is there at once with its bonus, else once it is paid.

    A repeat with the same content gets the first one as it stands now, and tops up nothing more.
    """
    done = programs.top_up(body.value(), keys.actor(request))
    return top_up_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/top-ups",
    TopUpPageAnswer,
    Operation(
        id="listTopUps",
        en="List top-ups",
        zh="充值列表",
        about_zh="列出全部充值，最近的在前。",
        scope=Right.VALUE_WRITE,
        codes=_PAGED,
        response_example={"items": [examples.TOP_UP], "next_cursor": None, "livemode": False},
    ),
)
def list_top_ups(request: HttpRequest, *, limit: Limit = PAGE, cursor: After = None) -> TopUpPageAnswer:
    """List top-ups, last asked first."""
    return _page(request, value.top_ups(limit, cursor))


@operation(
    router,
    "GET",
    "/members/{member_id}/top-ups",
    TopUpPageAnswer,
    Operation(
        id="listMemberTopUps",
        en="List the top-ups of a member",
        zh="会员的充值",
        about_zh="列出一位会员的充值，最近的在前。",
        scope=Right.VALUE_WRITE,
        codes=(*_PAGED, "invalid_id", "unknown_member"),
        parameter_examples={"member_id": MEMBER_ID},
        response_example={"items": [examples.TOP_UP], "next_cursor": None, "livemode": False},
    ),
)
def list_member_top_ups(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> TopUpPageAnswer:
    """List the top-ups of a member, last asked first."""
    member = members.get(decode_member_id(member_id))
    return _page(request, value.top_ups(limit, cursor, [member.id]))


@operation(
    router,
    "GET",
    "/top-ups/{top_up_id}",
    TopUpAnswer,
    Operation(
        id="getTopUp",
        en="Read a top-up",
        zh="读取一笔充值",
        about_zh="读取一笔充值及其付款现在的状态。",
        scope=Right.VALUE_WRITE,
        codes=("invalid_id", "unknown_top_up"),
        parameter_examples={"top_up_id": examples.TOP_UP_ID},
        response_example=examples.TOP_UP,
    ),
)
def get_top_up(request: HttpRequest, top_up_id: TopUpIdPath) -> TopUpAnswer:
    """Read a top-up with its payment, as they stand."""
    return top_up_answer(value.top_up(ids.decode(TOP_UP_PREFIX, top_up_id)), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/value-payments",
    ValuePaymentAnswer,
    Operation(
        id="payWithValue",
        en="Pay with stored value",
        zh="用储值支付",
        about_zh="用会员的储值支付，按会员计划规定的次序从本金与赠金扣减，精确到分。给出 order 时，其退款按比例退回；"
        "随该订单充入的储值不能用于支付它。",
        scope=Right.VALUE_WRITE,
        status=201,
        writes=True,
        codes=(*NAMED, *OF_VALUE, *TAKING_PART, "cap_reached", "insufficient_value"),
        request_example=examples.NEW_PAYMENT,
        response_example=examples.PAYMENT,
    ),
)
def pay_with_value(request: HttpRequest, body: ValuePaymentBody, *, dry_run: DryRun = False) -> ValuePaymentAnswer:
    """Use stored value for what a till is to get, of principal and bonus in the program's order, to the cent.

    What was topped up with `order` does not pay for it; a refund of it gives the value back by share.
    """
    done = programs.pay_with_value(body.value(), keys.actor(request))
    return payment_with_value(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/value-payments/{value_use_id}/return",
    ValuePaymentAnswer,
    Operation(
        id="returnValuePayment",
        en="Give stored value back that did not pay",
        zh="撤销储值支付",
        about_zh="交易未成时退回一笔储值支付尚未退回的全部，回到原批次；重复调用不再变动。",
        scope=Right.VALUE_WRITE,
        writes=True,
        codes=(*OF_VALUE, "invalid_id", "unknown_value_use"),
        parameter_examples={"value_use_id": examples.USE_ID},
        response_example=examples.PAYMENT,
    ),
)
def return_value_payment(
    request: HttpRequest, value_use_id: ValueUseIdPath, *, dry_run: DryRun = False
) -> ValuePaymentAnswer:
    """Give all that is left of a payment back to its lots, where the purchase did not take place; once."""
    done = programs.give_value_back(ids.decode(USE_PREFIX, value_use_id), keys.actor(request))
    return payment_with_value(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/value-refunds",
    ValueRefundPreviewAnswer,
    Operation(
        id="askValueRefund",
        en="Ask for a refund of stored value",
        zh="申请储值退款",
        about_zh="为会员申请退还本金（不给出金额则为全部）：以 202 返回审批，由另一人批准后退款，"
        "扣除手续费并原路退回最近的付款，门店收款的由人工退还。dry_run 时只预览手续费、赠金与退款去向。",
        scope=Right.VALUE_REFUND,
        writes=True,
        codes=(*OF_VALUE, *REASONED, "insufficient_value", "not_enrolled", "unknown_member"),
        waits=ApprovalAnswer,
        waits_example=examples.REFUND_WAITING,
        request_example=examples.NEW_REFUND,
        response_example=examples.PREVIEW,
    ),
)
def ask_value_refund(request: HttpRequest, body: ValueRefundBody, *, dry_run: DryRun = False) -> BaseModel:
    """Ask that principal, all that is left by default, goes back less the fee: 202 with the approval that waits.

    A dry run says what it would come to: the fee, the bonus that goes with it, and where the money goes.
    """
    member, livemode = body.member.value(), keys.livemode(request)
    if dry_run:
        return preview_answer(programs.preview_value_refund(member, body.amount_minor), livemode=livemode)
    who = request.principal  # type: ignore[attr-defined]
    asked = programs.ask_value_refund(member, body.amount_minor, body.reason, keys.actor(request), who)
    assert isinstance(asked, Approval), "a key has no refund without a second person"
    return approval_answer(asked, livemode=livemode)


@operation(
    router,
    "GET",
    "/value-refunds",
    ValueRefundPageAnswer,
    Operation(
        id="listValueRefunds",
        en="List refunds of stored value",
        zh="储值退款列表",
        about_zh="列出已发生的储值退款，最近的在前。",
        scope=Right.VALUE_REFUND,
        codes=_PAGED,
        response_example={"items": [examples.REFUND], "next_cursor": None, "livemode": False},
    ),
)
def list_value_refunds(request: HttpRequest, *, limit: Limit = PAGE, cursor: After = None) -> ValueRefundPageAnswer:
    """List refunds that took place, last one first."""
    page, livemode = value.refunds(limit, cursor), keys.livemode(request)
    items = [refund_of_value(refund, livemode=livemode) for refund in page.refunds]
    return ValueRefundPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)


@operation(
    router,
    "GET",
    "/value-refunds/{value_refund_id}",
    ValueRefundAnswer,
    Operation(
        id="getValueRefund",
        en="Read a refund of stored value",
        zh="读取一笔储值退款",
        about_zh="读取一笔储值退款及其各部分款项的进度。",
        scope=Right.VALUE_REFUND,
        codes=("invalid_id", "unknown_value_refund"),
        parameter_examples={"value_refund_id": examples.REFUND_ID},
        response_example=examples.REFUND,
    ),
)
def get_value_refund(request: HttpRequest, value_refund_id: ValueRefundIdPath) -> ValueRefundAnswer:
    """Read a refund and how far each part of its money is."""
    found = value.refund_of(ids.decode(REFUND_PREFIX, value_refund_id))
    return refund_of_value(found, livemode=keys.livemode(request))


@operation(
    router,
    "GET",
    "/value-figures",
    ValueFiguresAnswer,
    Operation(
        id="getValueFigures",
        en="Read what stored value amounts to",
        zh="储值总览",
        about_zh="读取储值负债与累计：本金与赠金余额、累计充入、使用、退款、手续费，以及已售未充入的礼品卡。",
        scope=Right.VALUE_REFUND,
        codes=OF_VALUE,
        response_example=examples.FIGURES,
    ),
)
def get_value_figures(request: HttpRequest) -> ValueFiguresAnswer:
    """Read what is outstanding of stored value, and all that ever was paid in, used, refunded and kept as fees."""
    found = programs.value_figures()
    told = {name: getattr(found, name) for name in ValueFiguresAnswer.model_fields if name != "livemode"}
    return ValueFiguresAnswer(**told, livemode=keys.livemode(request))


def _page(request: HttpRequest, page: TopUpPage) -> TopUpPageAnswer:
    livemode = keys.livemode(request)
    items = [top_up_answer(top_up, livemode=livemode) for top_up in page.top_ups]
    return TopUpPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)
