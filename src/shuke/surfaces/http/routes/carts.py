"""Carts: what offers make of them before anything is bought."""

from dataclasses import replace

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.rooms.programs.contracts import CartPriced
from shuke.surfaces.http import guessing, keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import DryRun, Now
from shuke.surfaces.http.recording import NAMED, TIMES
from shuke.surfaces.http.schemas import cart_examples
from shuke.surfaces.http.schemas.carts import (
    CartAnswer,
    CartBody,
    CartCommitAnswer,
    CartCommitBody,
    cart_answer,
    commit_answer,
)

router = Router(tags=["carts"])

_OF_CARTS = (
    *NAMED,
    "amount_out_of_range",
    "currency_mismatch",
    "invalid_attribute",
    "no_program",
    "not_enrolled",
    "too_many_lines",
    "too_many_orders",
    "unknown_member",
)


@operation(
    router,
    "POST",
    "/carts/evaluate",
    CartAnswer,
    Operation(
        id="evaluateCart",
        en="Price a cart with its offers",
        zh="试算购物车优惠",
        about_zh="按购买时生效的会员计划与会员等级计算购物车的优惠、可抵扣的积分与将获得的积分；不保存任何内容。"
        "不能同时使用时取实付最低的组合，未使用的优惠逐项说明原因。",
        scope=Right.ORDERS_WRITE,
        guesses=True,
        codes=(*_OF_CARTS, "out_of_bounds"),
        request_example=cart_examples.CART,
        response_example=cart_examples.PRICED_CART,
    ),
)
def evaluate_cart(request: HttpRequest, body: CartBody) -> CartAnswer:
    """Price a cart with the offers of the program in force when it is bought, for the member as they stand then.

    Where offers can't stand together, those are used with which it costs least; the others are told with why. The
    answer also tells how many points may pay for it and what the order would earn; nothing is stored.
    """
    priced = programs.evaluate_cart(body.value(), body.choice(), body.taxes())
    guessing.tell_wrong(request, _unknown(body, priced))
    if keys.may_write_history(request):  # an order of this key would give none
        priced = replace(priced, gives=())
    return cart_answer(body, priced, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/carts/commit",
    CartCommitAnswer,
    Operation(
        id="commitCart",
        en="Commit a cart as an order",
        zh="提交购物车并下单",
        about_zh="按提交时的优惠与积分下单：记录订单、扣减所选积分、占用优惠次数与额度，全部成功或全部不做。"
        "下单时间最早为五分钟之前，密钥具有 history:write 时除外。"
        "内容相同的重发得到第一次的应答；实付与 expected_minor 不同则不做任何事。"
        "整单退款后退还优惠次数，积分按比例退回。",
        scope=Right.ORDERS_WRITE,
        guesses=True,
        status=201,
        writes=True,
        codes=(
            *_OF_CARTS,
            *TIMES,
            "balance_limit",
            "cap_reached",
            "insufficient_points",
            "price_changed",
            "supply_exhausted",
        ),
        request_example=cart_examples.CART_COMMIT,
        response_example=cart_examples.COMMITTED_CART,
        links={
            "read": ("getOrder", "order_id", "$response.body#/id"),
            "explanation": ("explainOrder", "order_id", "$response.body#/id"),
        },
    ),
)
def commit_cart(
    request: HttpRequest, body: CartCommitBody, *, dry_run: DryRun = False, now: Now = None
) -> CartCommitAnswer:
    """Place the order of a cart at what it costs now: its points are used and its offers counted, all or nothing.

    A repeat with the same content gets the first answer again. Where it costs something else than `expected_minor`,
    nothing is done. It is taken as of five minutes ago at the earliest; earlier only by a key that has `history:write`.
    A refund of all of it gives its offers back, any refund its points in proportion.
    """
    committed = programs.commit_cart(
        body.value(),
        keys.actor(request),
        body.choice(),
        body.taxes(),
        expected_minor=body.expected_minor,
        history=keys.may_write_history(request),
    )
    guessing.tell_wrong(request, _unknown(body, committed.priced))
    return commit_answer(body, committed, livemode=keys.livemode(request), dry_run=dry_run)


def _unknown(body: CartBody, priced: CartPriced) -> int:
    """Return how many of the codes that were brought nobody knows."""
    brought = set(body.choice().coupons or ())
    return sum(code == name and code in brought for code, name, _ in priced.refused)
