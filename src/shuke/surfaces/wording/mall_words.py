"""The words of the rewards mall: its states, kinds and ways, what was done in it, and why something was refused."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

STATES: Words = {
    "placed": _("Reserved"),
    "paying": _("Waiting for payment"),
    "to_ship": _("To be sent"),
    "shipped": _("Shipped"),
    "done": _("Completed"),
    "ready_for_pickup": _("Ready for pickup"),
    "picked_up": _("Picked up"),
    "delivering": _("Being given out"),
    "delivered": _("Given out"),
    "cancelled": _("Order cancelled"),
    "refunded": _("Taken back"),
}
KINDS: Words = {
    "goods": _("Goods"),
    "coupon": _("Coupon"),
    "service": _("Service"),
    "virtual": _("Virtual goods"),
}
WAYS: Words = {
    "ship": _("By post"),
    "pickup": _("Picked up in a store"),
    "deliver": _("Delivered at once"),
}
PERIODS: Words = {"day": _("A day"), "week": _("A week"), "month": _("A month"), "year": _("A year")}
CAUSES: Words = {
    "received": _("Pieces came in"),
    "corrected": _("Taken off by hand"),
    "ordered": _("Taken by an order"),
    "returned": _("Back from an order"),
}
DELIVERIES: Words = {
    "pending": _("Not asked yet"),
    "delivered": _("Given out"),
    "refused": _("Refused by the supplier"),
    "unknown": _("Uncertain, asked again"),
}
SUPPLIERS: Words = {"pool": _("Imported codes"), "http": _("Service over HTTP")}

ACTIONS: Words = {
    "not_finished_in_time": _("Not finished in time"),
    "refused_by_supplier": _("Refused by the supplier"),
    "codes_imported": _("Imported codes"),
    "mall.item_created": _("Created an item of the mall"),
    "mall.item_changed": _("Changed an item of the mall"),
    "mall.restocked": _("Changed the stock of an item"),
    "mall.cards_imported": _("Imported codes of an item"),
    "mall.order_shipped": _("Sent an order of the mall"),
    "mall.order_done": _("Completed an order of the mall"),
    "mall.order_picked_up": _("Handed out an order of the mall"),
    "mall.address_revealed": _("Looked at the address of an order"),
    "mall.codes_revealed": _("Looked at the codes of an order"),
    "mall.supplier_written": _("Changed a supplier"),
}

REFUSALS: Words = {
    "item_exists": _("There is an item with this code already."),
    "item_changed": _("Somebody changed the item meanwhile. Look at it again."),
    "item_fixed": _("What it is, its code, its supplier and whether it is counted stay as they were."),
    "unknown_item": _("There is no such item."),
    "stock_not_by_hand": _("The stock of this item is not counted by hand."),
    "not_a_pool": _("This item does not come out of imported codes."),
    "picture_too_large": _("A picture has at most 2 MiB."),
    "not_a_picture": _("This is no PNG, JPEG or WebP."),
    "unknown_picture": _("There is no such picture."),
    "unknown_supplier": _("There is no such supplier."),
    "supplier_url": _("A supplier is asked at an address that begins with https."),
    "price_required": _("An item has 1 to 50 prices of at least one point each."),
    "price_unreached": _("A price before this one takes everybody whom it is for."),
    "way_not_possible": _("This item can't be had in this way."),
    "item_ends_before": _("The item would end before it begins."),
    "stock_unchanged": _("Add pieces (above 0) or take them off (below 0)."),
    "stock_below_zero": _("Only %(left)s pieces are left to take off."),
    "sold_out": _("There are not so many pieces left."),
    "sold_out_today": _("There are not so many pieces left for today."),
    "item_limit_reached": _("The member may have %(left)s more of this item."),
    "item_not_for_sale": _("This item is not on sale now, or not for this member."),
    "address_required": _("Say where it is sent."),
    "store_required": _("Say in which store it is picked up."),
    "order_in_other_state": _("The order has gone on since; look at it again."),
    "delivery_uncertain": _("The supplier has been asked and has not said yes or no. Wait for its answer."),
    "pickup_code_wrong": _("A digit of this code is not right. Look again."),
    "pickup_code_unknown": _("Nothing waits under this code."),
    "pickup_code_used": _("This was picked up already, on %(at)s."),
    "pickup_elsewhere": _("This order waits in the store %(store)s."),
    "unknown_mall_order": _("There is no such order of the mall."),
    "address_gone": _("This order has no address, or it was deleted when the order was done."),
}


def of(words: Words, code: object) -> str:
    """Return the words for one of the codes above."""
    return str(words[str(code)])
