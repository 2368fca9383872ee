"""Orders: record one or many, read one."""

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import ValidationError

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.orders import facade as orders
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import OrderFact, Result, Status
from shuke.surfaces.http import keys, problems
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, OrderIdPath
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
from shuke.surfaces.http.schemas.problems import ProblemAnswer

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
        "早于 30 天或超前 5 分钟以上的订单需要 history:write 权限。",
        scope=Right.ORDERS_WRITE,
        status=201,
        writes=True,
        codes=(
            "already_recorded_differently",
            "currency_mismatch",
            "gross_below_net",
            "no_program",
            "out_of_bounds",
            "points_out_of_range",
            "text_characters",
            "text_length",
            "too_far_ahead",
            "too_many_lines",
            "too_many_orders",
            "too_old",
        ),
        request_example=examples.NEW_ORDER,
        response_example=examples.ORDER_RESULT,
        links={
            "read": ("getOrder", "order_id", "$response.body#/id"),
            "explanation": ("explainOrder", "order_id", "$response.body#/id"),
        },
    ),
)
def record_order(request: HttpRequest, body: NewOrderBody, *, dry_run: DryRun = False) -> OrderResult:
    """Record one order and say what it earned. A repeat with the same content gets the first answer again.

    An order older than 30 days, or more than 5 minutes ahead, needs the scope history:write.
    """
    (result,) = _record(request, [body.value()])
    if result.refusal is not None:
        raise result.refusal
    return order_result(body, result, livemode=keys.livemode(request), dry_run=dry_run)


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
    checked = [_checked(item) for item in body.orders]
    facts = [item for item in checked if isinstance(item, NewOrderBody)]
    results = iter(_record(request, [fact.value() for fact in facts]))
    items = [
        _refused(request, index, item)
        if isinstance(item, Refusal)
        else _item(request, index, item, next(results), dry_run=dry_run)
        for index, item in enumerate(checked)
    ]
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
        about_zh="读取一笔已存订单及其明细。",
        scope=Right.ORDERS_READ,
        codes=("invalid_id", "unknown_order"),
        parameter_examples={"order_id": examples.ORDER_ID},
        response_example=examples.ORDER,
    ),
)
def get_order(request: HttpRequest, order_id: OrderIdPath) -> OrderAnswer:
    """Read one stored order with its lines."""
    order = orders.get(ids.decode(ORDER_PREFIX, order_id))
    return order_answer(order, orders.lines(order.id), livemode=keys.livemode(request))


def _record(request: HttpRequest, facts: list[OrderFact]) -> list[Result]:
    return programs.record(facts, keys.actor(request), history=keys.may_write_history(request)) if facts else []


def _checked(item: Any) -> NewOrderBody | Refusal:
    try:
        return NewOrderBody.model_validate(item)
    except ValidationError as error:
        return problems.invalid_request(error.errors(include_url=False, include_input=False), depth=0)


def _item(request: HttpRequest, index: int, body: NewOrderBody, result: Result, *, dry_run: bool) -> BatchItem:
    if result.refusal is not None:
        return _refused(request, index, result.refusal)
    order = order_result(body, result, livemode=keys.livemode(request), dry_run=dry_run)
    return BatchItem(index=index, status=order.status, order=order, problem=None)


def _refused(request: HttpRequest, index: int, refusal: Refusal) -> BatchItem:
    content = problems.problem(request, refusal)
    return BatchItem(index=index, status="refused", order=None, problem=ProblemAnswer(**content))
