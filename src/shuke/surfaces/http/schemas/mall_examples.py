"""Examples of the mall: an item, what a member sees of it, and the order that it becomes."""

from typing import Final

from shuke.surfaces.http.schemas.examples import MEMBER_ID, Json

MALL_ORDER_ID: Final = "mlo_01KAKV4AB3W9C5D7E1F0G2H4JK"
NEW_ITEM: Json = {
    "kind": "goods",
    "name": "双层保温杯",
    "description": "350 ml，316 不锈钢",
    "category": "家居",
    "prices": [{"points": 1500, "tier": "gold"}, {"points": 2000}],
    "ways": ["ship", "pickup"],
    "limits": {"per_member": 2, "per_day": 100},
}
ITEM: Json = {
    "code": "cup",
    "kind": "goods",
    "name": "双层保温杯",
    "description": "350 ml，316 不锈钢",
    "category": "家居",
    "prices": [
        {"points": 1500, "cash_minor": 0, "tier": "gold", "tag": ""},
        {"points": 2000, "cash_minor": 0, "tier": "", "tag": ""},
    ],
    "unit": "",
    "ways": ["ship", "pickup"],
    "counted": True,
    "on_sale": True,
    "visibility": {"tiers": [], "tags": [], "stores": [], "starts_at": None, "ends_at": None},
    "limits": {"per_member": 2, "per_period": None, "period": "month", "per_day": 100},
    "supply": None,
    "coupon": "",
    "hold_minutes": 15,
    "picture": None,
    "left": 480,
    "revision": 1,
    "livemode": False,
    "dry_run": False,
}
ITEMS: Json = {"items": [ITEM], "livemode": False}
MALL: Json = {
    "member_id": MEMBER_ID,
    "currency": "CNY",
    "items": [
        {
            "code": "cup",
            "kind": "goods",
            "name": "双层保温杯",
            "description": "350 ml，316 不锈钢",
            "category": "家居",
            "ways": ["ship", "pickup"],
            "picture": None,
            "unit": "points",
            "points": 2000,
            "cash_minor": 0,
            "usable": 1240,
            "missing": 760,
            "allowance": 2,
            "affordable": False,
        }
    ],
    "livemode": False,
}
NEW_EXCHANGE: Json = {
    "source": "app",
    "external_id": "X-20170301-0007",
    "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
    "item": "cup",
    "way": "pickup",
    "store": "367",
}
MALL_ORDER: Json = {
    "id": MALL_ORDER_ID,
    "number": "M170301F0G2H4JK",
    "member_id": MEMBER_ID,
    "item": "cup",
    "name": "双层保温杯",
    "kind": "goods",
    "quantity": 1,
    "unit": "points",
    "points": 2000,
    "cash_minor": 0,
    "currency": "CNY",
    "way": "pickup",
    "state": "ready_for_pickup",
    "store": "367",
    "placed_at": "2017-03-01T15:00:00Z",
    "until": None,
    "pickup_code": "480213574",
    "carrier": "",
    "tracking": "",
    "address_masked": "",
    "livemode": False,
    "dry_run": False,
}
EXCHANGE: Json = {
    "status": "recorded",
    "member_id": MEMBER_ID,
    "order": MALL_ORDER,
    "payment": None,
    "livemode": False,
    "dry_run": False,
    "passed": None,
}
MALL_ORDERS: Json = {"items": [MALL_ORDER], "next_cursor": None, "livemode": False}
NEW_PICTURE: Json = {
    "content": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
}
PICTURE: Json = {"id": "019aa7b1-fcb8-4e3a-b148-5e036e67a0a8", "livemode": False, "dry_run": False}
CARDS: Json = {"item": "video-month", "added": 2, "known": 0, "left": 502, "livemode": False, "dry_run": False}
SUPPLIER: Json = {
    "code": "cards",
    "name": "卡密",
    "kind": "pool",
    "url": "",
    "active": True,
    "has_secret": False,
    "livemode": False,
    "dry_run": False,
}
SUPPLIERS: Json = {"suppliers": [SUPPLIER], "livemode": False}
STATEMENT: Json = {
    "supplier": "cards",
    "month": "2017-03",
    "lines": [
        {
            "delivered_at": "2017-03-01T15:00:00Z",
            "order_number": "M170301F0G2H4JK",
            "item": "video-month",
            "sku": "",
            "reference": "",
            "quantity": 1,
            "cost_minor": 1200,
            "currency": "CNY",
        }
    ],
    "total_minor": 1200,
    "open": 0,
    "livemode": False,
}
