"""Carts: what offers make of them before anything is bought."""

from django.http import HttpRequest
from ninja import Router

from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.recording import NAMED
from shuke.surfaces.http.schemas import cart_examples
from shuke.surfaces.http.schemas.carts import CartAnswer, CartBody, cart_answer

router = Router(tags=["carts"])


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
        codes=(
            *NAMED,
            "amount_out_of_range",
            "currency_mismatch",
            "invalid_attribute",
            "no_program",
            "not_enrolled",
            "out_of_bounds",
            "too_many_lines",
            "too_many_orders",
            "unknown_member",
        ),
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
    return cart_answer(body, priced, livemode=keys.livemode(request))
