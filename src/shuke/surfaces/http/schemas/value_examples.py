"""Examples of stored value and gift cards."""

from typing import Final

from shuke.surfaces.http.schemas.examples import APPROVAL_WAITING, MEMBER_ID, Json

TOP_UP_ID: Final = "tup_01KAKV5D2W8RQX5J4Y0V9W6T2N"
USE_ID: Final = "vus_01KAKV5D2W8RQX5J4Y0V9W6T2N"
REFUND_ID: Final = "vrf_01KAKV5D2W8RQX5J4Y0V9W6T2N"
CARD_BATCH_ID: Final = "gcb_01KAKV5D2W8RQX5J4Y0V9W6T2N"
_PAYMENT_ID: Final = "pay_01KAKV5D2W8RQX5J4Y0V9W6T2N"
_MEMBER: Json = {"external_id": {"source": "shop", "external_id": "C-1001"}}
_ORDER: Json = {"source": "till-3", "external_id": "A-77"}
_MADE: Json = {"livemode": False, "dry_run": False}

TERMS: Json = {
    "currency": "CNY",
    "principal": "balance",
    "bonus": "gift",
    "use": "principal first",
    "least_minor": 5000,
    "most_minor": 500000,
    "steps": [{"from_minor": 20000, "bonus_minor": 2000}, {"from_minor": 50000, "bonus_minor": 8000}],
    "named_minor": 500000,
    "unnamed_minor": 100000,
    "over": "warn",
    "fee_percent": "5",
    "bonus_back": "share",
    "methods": ["wechat", "alipay"],
    "livemode": False,
}
VALUE: Json = {
    "member_id": MEMBER_ID,
    "currency": "CNY",
    "principal_minor": 50000,
    "bonus_minor": 8000,
    "held_minor": 0,
    "bonus_ending_minor": 8000,
    "bonus_ends_on": "2018-01-15",
    "warnings": [],
    "livemode": False,
}
NEW_TOP_UP: Json = {
    "source": "till-3",
    "external_id": "T-1",
    "member": _MEMBER,
    "amount_minor": 50000,
    "method": "desk",
    "store": "367",
}
TOP_UP: Json = {
    "id": TOP_UP_ID,
    "source": "till-3",
    "external_id": "T-1",
    "member_id": MEMBER_ID,
    "amount_minor": 50000,
    "bonus_minor": 8000,
    "currency": "CNY",
    "method": "desk",
    "store": "367",
    "state": "paid",
    "refunded_minor": 0,
    "order": None,
    "asked_at": "2017-01-15T15:00:00Z",
    "paid_at": "2017-01-15T15:00:00Z",
    "payment": None,
    "warnings": [],
    "repeated": False,
    **_MADE,
}
NEW_PAYMENT: Json = {
    "source": "till-3",
    "external_id": "P-1",
    "member": _MEMBER,
    "amount_minor": 4200,
    "order": _ORDER,
}
PAYMENT: Json = {
    "id": USE_ID,
    "source": "till-3",
    "external_id": "P-1",
    "member_id": MEMBER_ID,
    "amount_minor": 4200,
    "principal_minor": 4200,
    "bonus_minor": 0,
    "order": _ORDER,
    "at": "2017-01-15T15:00:00Z",
    "repeated": False,
    **_MADE,
}
NEW_REFUND: Json = {"member": _MEMBER, "amount_minor": 40000, "reason": "moves away"}
PARTS: list[Json] = [
    {
        "amount_minor": 38000,
        "covered_minor": 40000,
        "top_up_id": TOP_UP_ID,
        "payment_id": _PAYMENT_ID,
        "method": "wechat",
        "state": None,
        "by_hand": None,
    }
]
PREVIEW: Json = {
    "member_id": MEMBER_ID,
    "principal_minor": 40000,
    "bonus_minor": 6400,
    "fee_minor": 2000,
    "money_minor": 38000,
    "parts": PARTS,
    "left_principal_minor": 10000,
    "left_bonus_minor": 1600,
    "livemode": False,
    "dry_run": True,
}
REFUND_WAITING: Json = APPROVAL_WAITING | {
    "kind": "value.refund",
    "summary": {
        "unit": "balance",
        "change": "-400.00",
        "balance": {"before": "500.00", "after": "100.00"},
        "fee": "20.00",
        "money": "380.00",
        "bonus": "64.00",
        "reason": "moves away",
    },
    "detail": {},
}
REFUND: Json = {
    "id": REFUND_ID,
    "member_id": MEMBER_ID,
    "principal_minor": 40000,
    "bonus_minor": 6400,
    "fee_minor": 2000,
    "reason": "moves away",
    "at": "2017-01-15T15:00:00Z",
    "parts": [PARTS[0] | {"state": "done"}],
    "livemode": False,
}
NEW_BATCH: Json = {"name": "Spring", "cards": 100, "amount_minor": 20000, "ends_on": "2019-12-31"}
BATCH: Json = {
    "id": CARD_BATCH_ID,
    "name": "Spring",
    "cards": 100,
    "amount_minor": 20000,
    "currency": "CNY",
    "ends_on": "2019-12-31",
    "made_at": "2017-01-15T15:00:00Z",
    "states": {"made": 100, "active": 0, "loaded": 0, "void": 0},
    "warnings": [],
    **_MADE,
}
CODE: Final = "7KQ2-M9XT-4VHA-0R5W"
CARD: Json = {
    "id": "gcd_01KAKV5D2W8RQX5J4Y0V9W6T2N",
    "code": CODE,
    "batch_id": CARD_BATCH_ID,
    "amount_minor": 20000,
    "currency": "CNY",
    "state": "active",
    "ends_on": "2019-12-31",
    "order": _ORDER,
    "active_at": "2017-01-15T15:00:00Z",
    "loaded_at": None,
    "member_id": None,
    "top_up_id": None,
}
ONE_CARD: Json = CARD | _MADE
SALE: Json = {"codes": [CODE], "order": _ORDER}
CARDS: Json = {"items": [CARD], "next_cursor": None, **_MADE}
LOAD: Json = {"code": CODE, "member": _MEMBER}
LOADED: Json = TOP_UP | {
    "source": "gift_card",
    "external_id": CARD["id"],
    "amount_minor": 20000,
    "bonus_minor": 0,
    "method": "gift_card",
    "store": "",
    "order": _ORDER,
}
FIGURES: Json = {
    "currency": "CNY",
    "principal_minor": 1250000,
    "bonus_minor": 98000,
    "paid_in_minor": 4800000,
    "bonus_given_minor": 510000,
    "principal_used_minor": 3490000,
    "bonus_used_minor": 402000,
    "bonus_expired_minor": 6000,
    "refunded_minor": 60000,
    "bonus_withdrawn_minor": 4000,
    "fees_minor": 3000,
    "cards_open_minor": 200000,
    "livemode": False,
}
