"""Examples of carts, and of what offers make of them."""

from shuke.surfaces.http.schemas.examples import MEMBER_ID, ORDER_RESULT, Json

CART: Json = {
    "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
    "currency": "USD",
    "shipping_minor": 500,
    "points": 1000,
    "store": "367",
    "lines": [
        {"sku": "1029743", "category": "GROCERY", "quantity": 2, "net_minor": 1300, "tax_percent": "8.875"},
        {"sku": "6534178", "category": "FUEL", "quantity": 1, "net_minor": 8000},
    ],
}
PRICED_CART: Json = {
    "member_id": MEMBER_ID,
    "program": "grocer",
    "version": 2,
    "currency": "USD",
    "listed_minor": 9800,
    "off_minor": 630,
    "shipping_minor": 0,
    "tax_minor": 95,
    "total_minor": 9170,
    "pay_minor": 8170,
    "lines": [{"off_minor": 130, "pay_minor": 1170}, {"off_minor": 0, "pay_minor": 8000}],
    "applied": [
        {"code": "grocery", "coupon_id": None,
         "name": "Ten percent off groceries", "off_minor": 130, "shipping_off_minor": 0, "gifts": [],
         "points_times": "1"},
        {"code": "post", "coupon_id": None,
         "name": "Free delivery", "off_minor": 500, "shipping_off_minor": 500, "gifts": [],
         "points_times": "1"},
    ],
    "refused": [{"code": "gold", "name": "Five off for gold", "reason": "condition"}],
    "points": {"unit": "points", "scale": 0, "least": 100, "step": 100, "most": 4500, "most_minor": 4500, "used": 1000,
               "used_minor": 1000},
    "value": {"most_minor": 2500, "used_minor": 0, "used_principal_minor": 0, "used_bonus_minor": 0},
    "earns": [{"unit": "points", "points": 91}],
    "gives": [{"template": "twenty", "name": "Twenty off the next visit"}],
    "livemode": False,
}  # fmt: skip
CART_COMMIT: Json = {
    "source": "shop",
    "external_id": "A-2001",
    "occurred_at": "2017-01-15T12:00:00-05:00",
    "expected_minor": 8170,
    **CART,
}
COMMITTED_CART: Json = {**ORDER_RESULT, "source": "shop", "external_id": "A-2001", "cart": PRICED_CART}
