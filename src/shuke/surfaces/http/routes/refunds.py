"""Refunds: record them by the order's id or by what its source calls it, read them."""

from django.http import HttpRequest
from ninja import Router

from shuke.foundation import ids
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import RefundFact
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, Now, OrderIdPath, RefundIdPath
from shuke.surfaces.http.recording import NAMED, TIMES, recorded
from shuke.surfaces.http.schemas import examples, movement_examples
from shuke.surfaces.http.schemas.orders import ORDER_PREFIX, REFUND_PREFIX
from shuke.surfaces.http.schemas.refunds import (
    OrderRefundBody,
    RefundAnswer,
    RefundBody,
    RefundListAnswer,
    RefundResult,
    refund_answer,
    refund_result,
)

router = Router(tags=["refunds"])
_CODES = (*NAMED, *TIMES, "already_refunded", "more_than_left", "refund_of_both", "refund_of_nothing", "unknown_line")
_LINKS = {"read": ("getRefund", "refund_id", "$response.body#/id")}


@operation(
    router,
    "POST",
    "/orders/{order_id}/refunds",
    RefundResult,
    Operation(
        id="refundOrder",
        en="Refund an order",
        zh="订单退款",
        about_zh="上报一笔订单的退款：按明细、按金额，或（均不给出）剩余全部。追回多给的积分，按比例退回用于支付的积分。",
        scope=Right.ORDERS_WRITE,
        status=201,
        writes=True,
        codes=(*_CODES, "invalid_id", "unknown_order"),
        parameter_examples={"order_id": examples.ORDER_ID},
        request_example=movement_examples.NEW_ORDER_REFUND,
        response_example=movement_examples.REFUND_RESULT,
        links=_LINKS,
    ),
)
def refund_order(
    request: HttpRequest, order_id: OrderIdPath, body: OrderRefundBody, *, dry_run: DryRun = False, now: Now = None
) -> RefundResult:
    """Record a refund of an order: of lines, of an amount, or (neither) of all that is left.

    What the order earned too much is taken back, and points that paid for it come back in proportion.
    """
    order = orders.get(ids.decode(ORDER_PREFIX, order_id))
    fact = body.value_of((order.source, order.external_id))
    return _recorded(request, fact, dry_run=dry_run)


@operation(
    router,
    "POST",
    "/refunds",
    RefundResult,
    Operation(
        id="recordRefund",
        en="Record a refund",
        zh="上报退款",
        about_zh="上报退款，以来源系统的编号指明订单。订单尚未上报时先行存放，待订单到达后再生效。",
        scope=Right.ORDERS_WRITE,
        status=201,
        writes=True,
        codes=_CODES,
        request_example=movement_examples.NEW_REFUND,
        response_example=movement_examples.REFUND_RESULT,
        links=_LINKS,
    ),
)
def record_refund(request: HttpRequest, body: RefundBody, *, dry_run: DryRun = False, now: Now = None) -> RefundResult:
    """Record a refund of an order named by its source. Before the order is known it is parked, and matched later."""
    fact = body.value_of(body.order.value())
    return _recorded(request, fact, dry_run=dry_run)


def _recorded(request: HttpRequest, fact: RefundFact, *, dry_run: bool) -> RefundResult:
    result = recorded(request, fact)
    money = programs.refund_money(result)
    return refund_result(fact, result, money, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/orders/{order_id}/refunds",
    RefundListAnswer,
    Operation(
        id="listRefunds",
        en="List an order's refunds",
        zh="订单退款列表",
        about_zh="按上报次序列出一笔订单的退款。",
        scope=Right.ORDERS_READ,
        codes=("invalid_id", "unknown_order"),
        parameter_examples={"order_id": examples.ORDER_ID},
        response_example=movement_examples.REFUNDS,
    ),
)
def list_refunds(request: HttpRequest, order_id: OrderIdPath) -> RefundListAnswer:
    """List the refunds of an order, as recorded."""
    livemode = keys.livemode(request)
    found = orders.refunds_of(orders.get(ids.decode(ORDER_PREFIX, order_id)).id)
    return RefundListAnswer(items=[refund_answer(refund, livemode=livemode) for refund in found], livemode=livemode)


@operation(
    router,
    "GET",
    "/refunds/{refund_id}",
    RefundAnswer,
    Operation(
        id="getRefund",
        en="Read a refund",
        zh="读取退款",
        about_zh="读取一笔退款及其状态：等待订单、已生效，或因超出订单而未生效。",
        scope=Right.ORDERS_READ,
        codes=("invalid_id", "unknown_refund"),
        parameter_examples={"refund_id": movement_examples.REFUND_ID},
        response_example=movement_examples.REFUND,
    ),
)
def get_refund(request: HttpRequest, refund_id: RefundIdPath) -> RefundAnswer:
    """Read a refund and where it stands."""
    return refund_answer(orders.refund(ids.decode(REFUND_PREFIX, refund_id)), livemode=keys.livemode(request))
