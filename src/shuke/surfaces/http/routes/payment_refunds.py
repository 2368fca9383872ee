"""Refunds of payments: those of one, those that their provider refused, and what becomes of these."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import clock, ids
from shuke.rooms.org.contracts import Right
from shuke.rooms.payments import facade as payments
from shuke.rooms.payments.contracts import PAYMENT_PREFIX, REFUND_PREFIX
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import PAGE, After, DryRun, Limit, PaymentIdPath, PaymentRefundIdPath
from shuke.surfaces.http.schemas import paid_examples as examples
from shuke.surfaces.http.schemas.payments import (
    PaidByHandBody,
    PaymentRefundAnswer,
    PaymentRefundPageAnswer,
    PaymentRefundsAnswer,
    refund_answer,
)

router = Router(tags=["payments"])
_OF_ONE = ("invalid_id", "refund_exceeds_payment", "unknown_payment")


@operation(
    router,
    "GET",
    "/payments/{payment_id}/refunds",
    PaymentRefundsAnswer,
    Operation(
        id="listPaymentRefunds",
        en="List the refunds of a payment",
        zh="付款的退款列表",
        about_zh="列出一笔付款的全部退款，最早的在前；由人工打款的附有经办人与凭证号。",
        scope=Right.PAID_READ,
        codes=("invalid_id", "unknown_payment"),
        parameter_examples={"payment_id": examples.PAYMENT_ID},
        response_example={"items": [examples.REFUND_BY_HAND], "livemode": False},
    ),
)
def list_payment_refunds(request: HttpRequest, payment_id: PaymentIdPath) -> PaymentRefundsAnswer:
    """List what went back or is to go back of a payment, first asked first, and who paid it where people did."""
    payment, livemode = payments.find(ids.decode(PAYMENT_PREFIX, payment_id)), keys.livemode(request)
    found = payments.refunds_of([payment.id]).get(payment.id, ())
    return PaymentRefundsAnswer(
        items=[refund_answer(payment, one, livemode=livemode) for one in found], livemode=livemode
    )


@operation(
    router,
    "GET",
    "/failed-refunds",
    PaymentRefundPageAnswer,
    Operation(
        id="listFailedRefunds",
        en="List refunds that failed",
        zh="失败的退款列表",
        about_zh="列出被支付渠道拒绝、款项尚未退回的退款，最早的在前。",
        scope=Right.PAID_READ,
        codes=("invalid_cursor",),
        response_example={"items": [examples.FAILED_REFUND], "next_cursor": None, "livemode": False},
    ),
)
def list_failed_refunds(request: HttpRequest, *, limit: Limit = PAGE, cursor: After = None) -> PaymentRefundPageAnswer:
    """List refunds that their provider refused and whose money is still here, first asked first."""
    page, livemode = payments.failed_refunds(limit, cursor), keys.livemode(request)
    items = [refund_answer(payment, refund, livemode=livemode) for payment, refund in page.refunds]
    return PaymentRefundPageAnswer(items=items, next_cursor=page.next_cursor, livemode=livemode)


@operation(
    router,
    "POST",
    "/failed-refunds/{payment_refund_id}/retry",
    PaymentRefundAnswer,
    Operation(
        id="retryRefund",
        en="Try a refund again",
        zh="重试退款",
        about_zh="重试一笔失败的退款：先向支付渠道查询结果，未退才再次发起，因此不会重复退款。未失败的退款原样返回。",
        scope=Right.PAID_SELL,
        codes=_OF_ONE,
        parameter_examples={"payment_refund_id": examples.REFUND_ID},
        response_example=examples.FAILED_REFUND | {"state": "pending", "reason": ""},
    ),
)
def retry_refund(request: HttpRequest, payment_refund_id: PaymentRefundIdPath) -> PaymentRefundAnswer:
    """Try a refund again that failed; its provider is first asked what became of it, so nothing goes back twice."""
    refund_id = _id(payment_refund_id)
    payments.retry_refund(refund_id, clock.business_now(), keys.actor(request))
    payments.send_refund(refund_id)
    return refund_answer(*payments.refund_of(refund_id), livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/failed-refunds/{payment_refund_id}/paid-by-hand",
    PaymentRefundAnswer,
    Operation(
        id="payRefundByHand",
        en="Say that a refund was paid by hand",
        zh="登记人工退款",
        about_zh="登记失败的退款已由人工打款，须给出凭证号；记录经办人与时间，该退款即完成，不能再次重试或登记。",
        scope=Right.APPROVALS_DECIDE,
        writes=True,
        codes=(*_OF_ONE, "reason_required", "reason_too_long", "reference_required", "refund_not_failed"),
        parameter_examples={"payment_refund_id": examples.REFUND_ID},
        request_example={"reference": "bank transfer 20170120-17", "note": "the card was closed"},
        response_example=examples.REFUND_BY_HAND,
    ),
)
def pay_refund_by_hand(
    request: HttpRequest, payment_refund_id: PaymentRefundIdPath, body: PaidByHandBody, *, dry_run: DryRun = False
) -> PaymentRefundAnswer:
    """Close a refund that failed: its money was paid otherwise. Who says so, when and by which proof is kept."""
    refund_id, now = _id(payment_refund_id), clock.business_now()
    payments.pay_refund_by_hand(refund_id, body.reference, body.note or "", now, keys.actor(request))
    return refund_answer(*payments.refund_of(refund_id), livemode=keys.livemode(request), dry_run=dry_run)


def _id(payment_refund_id: str) -> UUID:
    return ids.decode(REFUND_PREFIX, payment_refund_id)
