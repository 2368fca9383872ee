"""The mall: items and their stock, what a member sees of them, and the orders that exchanges become."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from shuke.core.values.errors import Refusal
from shuke.foundation import ids
from shuke.rooms.mall import facade as mall
from shuke.rooms.mall.contracts import ORDER_PREFIX, OrderSearch, Restock
from shuke.rooms.members import facade as members
from shuke.rooms.members.contracts import MemberRef
from shuke.rooms.org.contracts import Right
from shuke.rooms.programs import facade as programs
from shuke.surfaces.http import keys
from shuke.surfaces.http.naming import name_of
from shuke.surfaces.http.operations import Operation, operation
from shuke.surfaces.http.parameters import (
    PAGE,
    After,
    DryRun,
    ItemCodePath,
    Limit,
    MallOrderIdPath,
    MemberIdPath,
    StoreQuery,
)
from shuke.surfaces.http.recording import NAMED, OF_A_MEMBER, REASONED
from shuke.surfaces.http.schemas import examples
from shuke.surfaces.http.schemas import mall_examples as shown
from shuke.surfaces.http.schemas.mall import (
    ExchangeAnswer,
    ExchangeBody,
    ItemAnswer,
    ItemBody,
    ItemsAnswer,
    MallAnswer,
    MallOrderAnswer,
    MallOrderDetailAnswer,
    MallOrdersAnswer,
    NoteBody,
    PickupBody,
    ShipmentBody,
    StockBody,
    TakenBackBody,
    exchange_answer,
    item_answer,
    mall_answer,
    mall_order_answer,
    payment_answer,
)
from shuke.surfaces.http.schemas.members import decode_member_id

router = Router(tags=["mall"])
_TEXTS = ("text_characters", "text_length")
_OF_ORDER = {"mall_order_id": shown.MALL_ORDER_ID}
_LINKS = {
    name: (id, "mall_order_id", "$response.body#/order/id")
    for name, id in (("read", "getMallOrder"), ("confirm", "confirmMallOrder"), ("cancel", "cancelMallOrder"))
}


@operation(
    router,
    "GET",
    "/mall/items",
    ItemsAnswer,
    Operation(
        id="listMallItems",
        en="List the items of the mall",
        zh="商城礼品列表",
        about_zh="列出全部礼品及其价格、库存与限制，含未上架的。",
        scope=Right.MALL_READ,
        response_example=shown.ITEMS,
    ),
)
def list_mall_items(request: HttpRequest) -> ItemsAnswer:
    """List every item with its prices, stock and limits, those that are not on sale too."""
    livemode = keys.livemode(request)
    return ItemsAnswer(items=[item_answer(item, livemode=livemode) for item in mall.all_items()], livemode=livemode)


@operation(
    router,
    "PUT",
    "/mall/items/{item}",
    ItemAnswer,
    Operation(
        id="writeMallItem",
        en="Create or change an item of the mall",
        zh="新增或修改礼品",
        about_zh="按代码新增礼品，或修改已有的；价格按顺序，会员适用第一个符合的。已有订单保持下单时的价格。",
        scope=Right.MALL_WRITE,
        writes=True,
        codes=(
            *_TEXTS,
            "bad_code",
            "item_changed",
            "item_ends_before",
            "item_fixed",
            "out_of_bounds",
            "price_required",
            "price_unreached",
            "unknown_picture",
            "unknown_store",
            "unknown_supplier",
            "unknown_tier",
            "way_not_possible",
        ),
        parameter_examples={"item": "cup"},
        request_example=shown.NEW_ITEM,
        response_example=shown.ITEM,
    ),
)
def write_mall_item(request: HttpRequest, item: ItemCodePath, body: ItemBody, *, dry_run: DryRun = False) -> ItemAnswer:
    """Create the item with this code, or change it. The first price that fits a member is theirs.

    Orders that were placed keep the price of then.
    """
    draft, by = body.value(item), keys.actor(request)
    try:
        known = mall.item_by_code(item)
    except Refusal:
        written = programs.create_mall_item(draft, by)
    else:
        written = programs.change_mall_item(known.id, draft, by, body.revision)
    return item_answer(written, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/items/{item}/stock",
    ItemAnswer,
    Operation(
        id="changeMallStock",
        en="Change the stock of an item",
        zh="调整礼品库存",
        about_zh="增加或减少库存并说明原因；每次变动都记入库存流水，库存不会低于零。",
        scope=Right.MALL_WRITE,
        writes=True,
        codes=(
            *REASONED,
            "out_of_bounds",
            "stock_below_zero",
            "stock_not_by_hand",
            "stock_unchanged",
            "unknown_item",
        ),
        parameter_examples={"item": "cup"},
        request_example={"change": 500, "reason": "first delivery"},
        response_example=shown.ITEM,
    ),
)
def change_mall_stock(
    request: HttpRequest, item: ItemCodePath, body: StockBody, *, dry_run: DryRun = False
) -> ItemAnswer:
    """Let pieces come in or take some off, with a reason. Send Idempotency-Key: a change has no other name."""
    found = mall.item_by_code(item)
    mall.restock([Restock(found.id, body.change, body.reason)], keys.actor(request))
    return item_answer(mall.item(found.id), livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/members/{member_id}/mall-items",
    MallAnswer,
    Operation(
        id="listMallOfMember",
        en="List what a member sees in the mall",
        zh="会员可见的礼品",
        about_zh="列出会员当前可见的礼品、适用价格、还差多少积分与还可兑换几件。",
        scope=Right.MALL_READ,
        codes=("invalid_id", "no_program", "not_enrolled", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=shown.MALL,
    ),
)
def list_mall_of_member(request: HttpRequest, member_id: MemberIdPath, *, store: StoreQuery = "") -> MallAnswer:
    """List the items that a member sees now, at their price, and what of each they can have."""
    view = programs.mall_of(MemberRef(id=members.get(decode_member_id(member_id)).id), store)
    return mall_answer(view, livemode=keys.livemode(request))


@operation(
    router,
    "POST",
    "/mall/orders",
    ExchangeAnswer,
    Operation(
        id="exchangePoints",
        en="Exchange points for an item",
        zh="积分兑换礼品",
        about_zh="以会员的积分兑换礼品：积分、库存与订单一并成功或一并不变。给出 reserve 时先预占，确认后才使用。"
        "请给出 source 与 external_id，或 Idempotency-Key。",
        scope=Right.POINTS_WRITE,
        status=201,
        writes=True,
        codes=(
            *NAMED,
            *OF_A_MEMBER,
            "address_required",
            "cap_reached",
            "idempotency_key_required",
            "incomplete_business_key",
            "insufficient_points",
            "item_limit_reached",
            "item_not_for_sale",
            "out_of_bounds",
            "sold_out",
            "sold_out_today",
            "store_required",
            "unknown_item",
            "unknown_payment_method",
            "unknown_store",
            "unknown_unit",
            "way_not_possible",
        ),
        request_example=shown.NEW_EXCHANGE,
        response_example=shown.EXCHANGE,
        links=_LINKS,
    ),
)
def exchange_points(request: HttpRequest, body: ExchangeBody, *, dry_run: DryRun = False) -> ExchangeAnswer:
    """Give points of a member for pieces of an item: points, stock and order change together or not at all.

    With `reserve` both are set aside until the order is confirmed. Send source and external_id, or Idempotency-Key.
    """
    done = programs.exchange(body.value(*name_of(request, body)), keys.actor(request))
    return exchange_answer(done, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "GET",
    "/mall/orders/{mall_order_id}",
    MallOrderDetailAnswer,
    Operation(
        id="getMallOrder",
        en="Read an order of the mall",
        zh="读取商城订单",
        about_zh="读取一笔商城订单：状态、物流、自提码与现金部分的付款。",
        scope=Right.MALL_READ,
        codes=("invalid_id", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        response_example=shown.MALL_ORDER | {"payment": None},
    ),
)
def get_mall_order(request: HttpRequest, mall_order_id: MallOrderIdPath) -> MallOrderDetailAnswer:
    """Read an order: how it stands, is sent or picked up, and how the payment of its cash part stands."""
    order = mall.order(_id(mall_order_id))
    shown_order = mall_order_answer(order, livemode=keys.livemode(request))
    payment = payment_answer(programs.mall_payment_of(order.id))
    return MallOrderDetailAnswer(**shown_order.model_dump(), payment=payment)


@operation(
    router,
    "GET",
    "/members/{member_id}/mall-orders",
    MallOrdersAnswer,
    Operation(
        id="listMallOrders",
        en="List a member's orders of the mall",
        zh="会员商城订单列表",
        about_zh="列出会员的商城订单，最新的在前。",
        scope=Right.MALL_READ,
        codes=("invalid_id", "unknown_member"),
        parameter_examples={"member_id": examples.MEMBER_ID},
        response_example=shown.MALL_ORDERS,
    ),
)
def list_mall_orders(
    request: HttpRequest, member_id: MemberIdPath, *, limit: Limit = PAGE, cursor: After = None
) -> MallOrdersAnswer:
    """List a member's orders, last placed first."""
    search = OrderSearch(member_id=members.get(decode_member_id(member_id)).id)
    page, livemode = mall.orders_page(search, limit, cursor), keys.livemode(request)
    return MallOrdersAnswer(
        items=[mall_order_answer(order, livemode=livemode) for order in page.orders],
        next_cursor=page.next_cursor,
        livemode=livemode,
    )


@operation(
    router,
    "POST",
    "/mall/orders/{mall_order_id}/confirm",
    MallOrderAnswer,
    Operation(
        id="confirmMallOrder",
        en="Confirm a reserved order",
        zh="确认预留的订单",
        about_zh="使用预占的积分，订单开始履约；逾期未确认的订单自动取消。",
        scope=Right.POINTS_WRITE,
        writes=True,
        codes=("invalid_id", "order_in_other_state", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        response_example=shown.MALL_ORDER,
    ),
)
def confirm_mall_order(
    request: HttpRequest, mall_order_id: MallOrderIdPath, *, dry_run: DryRun = False
) -> MallOrderAnswer:
    """Use the points that are set aside, and let the order begin. One that is not confirmed in time is cancelled."""
    order = programs.confirm_exchange(_id(mall_order_id), keys.actor(request))
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/orders/{mall_order_id}/cancel",
    MallOrderAnswer,
    Operation(
        id="cancelMallOrder",
        en="Cancel an order of the mall",
        zh="取消商城订单",
        about_zh="取消尚未履约的订单：积分退回原批次，库存退回。已取消的订单原样返回。",
        scope=Right.POINTS_WRITE,
        writes=True,
        codes=("delivery_uncertain", "invalid_id", "order_in_other_state", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        request_example={"reason": "changed their mind"},
        response_example=shown.MALL_ORDER | {"state": "cancelled", "pickup_code": None},
    ),
)
def cancel_mall_order(
    request: HttpRequest, mall_order_id: MallOrderIdPath, body: NoteBody, *, dry_run: DryRun = False
) -> MallOrderAnswer:
    """End an order before it is fulfilled: its points go back into their lots, its pieces into stock.

    One that is over is answered as it is.
    """
    order = programs.cancel_exchange(_id(mall_order_id), keys.actor(request), body.reason)
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/orders/{mall_order_id}/ship",
    MallOrderAnswer,
    Operation(
        id="shipMallOrder",
        en="Note that an order was sent",
        zh="商城订单发货",
        about_zh="登记承运商与运单号。",
        scope=Right.MALL_FULFIL,
        writes=True,
        codes=(*_TEXTS, "invalid_id", "order_in_other_state", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        request_example={"carrier": "SF", "tracking": "SF1234567890"},
        response_example=shown.MALL_ORDER
        | {"way": "ship", "state": "shipped", "pickup_code": None, "carrier": "SF", "tracking": "SF1234567890"},
    ),
)
def ship_mall_order(
    request: HttpRequest, mall_order_id: MallOrderIdPath, body: ShipmentBody, *, dry_run: DryRun = False
) -> MallOrderAnswer:
    """Note who carries an order, and under which number."""
    order = mall.ship(_id(mall_order_id), body.carrier, body.tracking, keys.actor(request))
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/orders/{mall_order_id}/complete",
    MallOrderAnswer,
    Operation(
        id="completeMallOrder",
        en="Note that an order arrived",
        zh="商城订单完成",
        about_zh="登记已发货的订单送达，或服务已完成；收货地址随即删除。",
        scope=Right.MALL_FULFIL,
        writes=True,
        codes=("invalid_id", "order_in_other_state", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        response_example=shown.MALL_ORDER | {"way": "ship", "state": "done", "pickup_code": None},
    ),
)
def complete_mall_order(
    request: HttpRequest, mall_order_id: MallOrderIdPath, *, dry_run: DryRun = False
) -> MallOrderAnswer:
    """Note that what was sent arrived, or that a service is done; the address is deleted."""
    order = mall.complete(_id(mall_order_id), keys.actor(request))
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/orders/{mall_order_id}/refund",
    MallOrderAnswer,
    Operation(
        id="refundMallOrder",
        en="Take back an order of the mall",
        zh="商城订单退货",
        about_zh="退回已履约的订单：积分退回原批次；restock 表示礼品可再次兑换。已退回的订单原样返回。",
        scope=Right.POINTS_WRITE,
        writes=True,
        codes=(*REASONED, "invalid_id", "order_in_other_state", "unknown_mall_order"),
        parameter_examples=_OF_ORDER,
        request_example={"reason": "lid broken", "restock": False},
        response_example=shown.MALL_ORDER | {"state": "refunded", "pickup_code": None},
    ),
)
def refund_mall_order(
    request: HttpRequest, mall_order_id: MallOrderIdPath, body: TakenBackBody, *, dry_run: DryRun = False
) -> MallOrderAnswer:
    """Take back a fulfilled order: its points go back into their lots, its pieces into stock where `restock` says so.

    One that was taken back is answered as it is.
    """
    order = programs.refund_exchange(_id(mall_order_id), keys.actor(request), body.reason, restock=body.restock)
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


@operation(
    router,
    "POST",
    "/mall/pickups",
    MallOrderAnswer,
    Operation(
        id="handOutMallOrder",
        en="Hand out an order by its pickup code",
        zh="核销自提码",
        about_zh="在门店凭自提码交付订单；自提码有校验位，只在所选门店有效。",
        scope=Right.MALL_FULFIL,
        guesses=True,
        writes=True,
        codes=("pickup_code_unknown", "pickup_code_used", "pickup_code_wrong", "pickup_elsewhere"),
        request_example={"code": "480213574", "store": "367"},
        response_example=shown.MALL_ORDER | {"state": "picked_up"},
    ),
)
def hand_out_mall_order(request: HttpRequest, body: PickupBody, *, dry_run: DryRun = False) -> MallOrderAnswer:
    """Hand out what waits under a code, in the store where it waits. Its last digit checks the others."""
    order = mall.hand_out(body.code, body.store, keys.actor(request))
    return mall_order_answer(order, livemode=keys.livemode(request), dry_run=dry_run)


def _id(mall_order_id: str) -> UUID:
    return ids.decode(ORDER_PREFIX, mall_order_id)
