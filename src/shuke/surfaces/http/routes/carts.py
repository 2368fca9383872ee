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
        about_zh="按生效中的会员计划与会员当前等级计算购物车的优惠；不保存任何内容。不能同时使用时取实付最低的组合，未使用的优惠逐项说明原因。",
        scope=Right.ORDERS_WRITE,
        codes=(
            *NAMED,
            "amount_out_of_range",
            "currency_mismatch",
            "no_program",
            "not_enrolled",
            "too_many_lines",
            "too_many_orders",
            "unknown_member",
        ),
        request_example=cart_examples.CART,
        response_example=cart_examples.PRICED_CART,
    ),
)
def evaluate_cart(request: HttpRequest, body: CartBody) -> CartAnswer:
    """Price a cart with the offers of the program in force, for the member as they stand now; nothing is stored.

    Where offers can't stand together, those are used with which the cart costs least; the others are told with why.
    """
    return cart_answer(body, programs.evaluate_cart(body.value()), livemode=keys.livemode(request))
