"""Orders: record one or many, read one."""

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs.contracts import Status
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, Now, OrderIdPath
from shuke.surfaces.http.recording import NAMED, TIMES, recorded, recorded_each, refused
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas.orders import (
    ORDER_PREFIX,
    BatchAnswer,
    BatchItem,
    NewOrderBody,
    OrderAnswer,
    OrderBatchBody,
    OrderResult,
    order_answer,
    order_result,
)

router = Router(tags=["orders"])


@operation(
    router,
    "POST",
    "/orders",
    OrderResult,
    Operation(
        id="recordOrder",
        en="Record an order",
        zh="上报订单",
        about_zh="上报一笔订单并说明所得积分。内容相同的重发得到第一次的应答。"
        "早于 30 天或超前 5 分钟以上的订单需要 history:write 权限；正式环境不接受超前 24 小时以上的订单。",
        scope=Right.ORDERS_WRITE,
        status=201,
        writes=True,
        codes=(
            *NAMED,
            *TIMES,
            "amount_out_of_range",
            "currency_mismatch",
            "gross_below_net",
            "invalid_attribute",
            "no_program",
            "part_above_net",
            "points_out_of_range",
            "supply_exhausted",
            "too_many_lines",
            "too_many_orders",
        ),
        request_example=examples.NEW_ORDER,
        response_example=examples.ORDER_RESULT,
        links={
            "read": ("getOrder", "order_id", "$response.body#/id"),
            "explanation": ("explainOrder", "order_id", "$response.body#/id"),
            "refunds": ("listRefunds", "order_id", "$response.body#/id"),
        },
    ),
)
def record_order(request: HttpRequest, body: NewOrderBody, *, dry_run: DryRun = False, now: Now = None) -> OrderResult:
    """Record one order and say what it earned. A repeat with the same content gets the first answer again.

    An order older than 30 days, or more than 5 minutes ahead, needs the scope history:write; a live deployment takes
    none more than 24 hours ahead.
    """
    return order_result(body, recorded(request, body.value()), livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/orders/batch",
    BatchAnswer,
    Operation(
        id="recordOrders",
        en="Record up to 1,000 orders",
        zh="批量上报订单（至多 1,000 笔）",
        about_zh="按所给次序上报订单。被拒绝的逐笔说明且不留痕迹，其余照常记录。"
        "无论各笔结果如何，状态码均为 200，请逐笔查看。",
        scope=Right.ORDERS_WRITE,
        writes=True,
        request_example=examples.NEW_BATCH,
        response_example=examples.BATCH,
    ),
)
def record_orders(request: HttpRequest, body: OrderBatchBody, *, dry_run: DryRun = False) -> BatchAnswer:
    """Record orders in the sequence given. Refused ones are reported and leave nothing; the others are recorded.

    The status is 200 whatever became of the orders; look at each result.
    """
    livemode = keys.livemode(request)
    items = []
    for index, (item, result) in enumerate(recorded_each(request, NewOrderBody, body.orders, NewOrderBody.value)):
        if item is None or isinstance(result, Refusal):
            problem = refused(request, result)
            items.append(BatchItem(index=index, status="refused", order=None, problem=problem))
        else:
            order = order_result(item, result, livemode=livemode, dry_run=dry_run)
            items.append(BatchItem(index=index, status=order.status, order=order, problem=None))
    counts = {status.value: sum(item.status == status.value for item in items) for status in Status}
    return BatchAnswer(**counts, results=items, dry_run=dry_run)


@operation(
    router,
    "GET",
    "/orders/{order_id}",
    OrderAnswer,
    Operation(
        id="getOrder",
        en="Read an order",
        zh="读取订单",
        about_zh="读取一笔已存订单及其明细，以及先于订单到达而未生效的退款。",
        scope=Right.ORDERS_READ,
        codes=("invalid_id", "unknown_order"),
        parameter_examples={"order_id": examples.ORDER_ID},
        response_example=examples.ORDER,
    ),
)
def get_order(request: HttpRequest, order_id: OrderIdPath) -> OrderAnswer:
    """Read one stored order with its lines, and with refunds that came before it and did not fit it."""
    order = orders.get(ids.decode(ORDER_PREFIX, order_id))
    return order_answer(order, orders.lines(order.id), orders.refunds_of(order.id), livemode=keys.livemode(request))
