"""Examples of facts that move value or give a tier, and of what became of them."""

from typing import Final

from shuke.surfaces.http.schemas.examples import ENTRY_ID, MEMBER_ID, ORDER_ID, TIER, Json

REFUND_ID: Final = "rfd_01KAKV4AB3W9C5D7E1F0G2H4JK"
HOLD_ID: Final = "hld_01KAKV4AB3W9C5D7E1F0G2H4JK"
BEHAVIOUR_ID: Final = "bhv_01KAKV4AB3W9C5D7E1F0G2H4JK"
_ORDER: Json = {"source": "till-3", "external_id": "A-20170115-0042"}
_MEMBER: Json = {"id": MEMBER_ID}
_MOVED: Json = {
    "status": "recorded",
    "source": "till-3",
    "member_id": MEMBER_ID,
    "owed": [],
    "effective_at": "2017-03-01T17:00:00Z",
    "late": False,
    "entry_ids": [ENTRY_ID],
    "livemode": False,
    "dry_run": False,
    "passed": None,
}


def _moved(prefix: str, external_id: str, points: int, balance: int) -> Json:
    return _MOVED | {
        "id": f"{prefix}_01KAKV4AB3W9C5D7E1F0G2H4JK",
        "external_id": external_id,
        "points": [{"unit": "points", "points": points}],
        "balances": [{"unit": "points", "points": balance}],
    }


NEW_ORDER_REFUND: Json = {
    "source": "till-3",
    "external_id": "F-20170120-0003",
    "lines": [{"line_number": 2, "quantity": 1, "net_minor": 8000}],
}
NEW_REFUND: Json = NEW_ORDER_REFUND | {"order": _ORDER}
REFUND_RESULT: Json = _moved("rfd", "F-20170120-0003", -80, 6) | {
    "order": _ORDER,
    "money_minor": 8000,
    "undecided": None,
}
REFUND: Json = {
    "id": REFUND_ID,
    "source": "till-3",
    "external_id": "F-20170120-0003",
    "order": _ORDER,
    "order_id": ORDER_ID,
    "member_id": MEMBER_ID,
    "state": "applied",
    "refused_because": None,
    "net_minor": 8000,
    "lines": NEW_ORDER_REFUND["lines"],
    "occurred_at": "2017-01-20T15:00:00Z",
    "recorded_at": "2017-01-20T15:00:01.204113Z",
    "livemode": False,
}
REFUNDS: Json = {"items": [REFUND], "livemode": False}
NEW_BEHAVIOUR: Json = {
    "source": "app",
    "external_id": "check-in-20170115-C-1001",
    "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
    "kind": "check_in",
    "occurred_at": "2017-01-15T10:00:00-05:00",
    "attributes": {"minutes": 12},
}
BEHAVIOUR_RESULT: Json = {
    "status": "recorded",
    "id": BEHAVIOUR_ID,
    "source": "app",
    "external_id": "check-in-20170115-C-1001",
    "member_id": MEMBER_ID,
    "decision": {
        "version": 1,
        "effective_at": "2017-01-15T15:00:00Z",
        "late": False,
        "points": [{"unit": "points", "points": 5}],
        "milestones": [],
        "tier_before": "base",
        "tier_after": "base",
        "entry_ids": [ENTRY_ID],
    },
    "balances": [{"unit": "points", "points": 91}],
    "owed": [],
    "coupons": [],
    "livemode": False,
    "dry_run": False,
    "passed": None,
}
NEW_BEHAVIOUR_BATCH: Json = {"behaviours": [NEW_BEHAVIOUR]}
BEHAVIOUR_BATCH: Json = {
    "recorded": 1,
    "repeated": 0,
    "refused": 0,
    "results": [{"index": 0, "status": "recorded", "behaviour": BEHAVIOUR_RESULT, "problem": None}],
    "dry_run": False,
}
BEHAVIOURS: Json = {
    "items": [
        {
            "id": BEHAVIOUR_ID,
            "source": "app",
            "external_id": "check-in-20170115-C-1001",
            "member_id": MEMBER_ID,
            "kind": "check_in",
            "order_id": None,
            "store": None,
            "channel": None,
            "attributes": {"minutes": 12},
            "occurred_at": "2017-01-15T15:00:00Z",
            "recorded_at": "2017-01-15T15:00:01.204113Z",
            "livemode": False,
        }
    ],
    "next_cursor": None,
    "livemode": False,
}
RETURN: Json = _moved("ret", "R-20170301-0007-1", 200, 1227)
NEW_HOLD: Json = {
    "member": _MEMBER,
    "points": 500,
    "until": "2017-03-01T18:00:00Z",
    "source": "till-3",
    "external_id": "H-20170301-0007",
}
HOLD_RESULT: Json = _moved("hld", "H-20170301-0007", 500, 1027)
HOLD: Json = {
    "id": HOLD_ID,
    "member_id": MEMBER_ID,
    "unit": "points",
    "state": "open",
    "points": 500,
    "left": 200,
    "captured": 300,
    "released": 0,
    "lapsed": 0,
    "made_at": "2017-03-01T17:00:00Z",
    "until": "2017-03-01T18:00:00Z",
    "livemode": False,
}
CAPTURE: Json = _moved("cap", "H-20170301-0007-1", 300, 1027)
RELEASE: Json = _moved("rel", "H-20170301-0007-2", 200, 1227)
NEW_ADJUSTMENT: Json = {
    "member": _MEMBER,
    "points": 200,
    "reason": "late delivery",
    "source": "desk",
    "external_id": "T-4711",
}
ADJUSTMENT: Json = _moved("adj", "T-4711", 200, 1227) | {"source": "desk"}
NEW_TRANSFER: Json = {
    "member": _MEMBER,
    "to": {"external_id": {"source": "shop", "external_id": "C-1002"}},
    "points": 100,
    "source": "app",
    "external_id": "G-0007",
}
TRANSFER: Json = _moved("trf", "G-0007", -100, 927) | {"source": "app"}
NEW_OPENING_LOT: Json = {
    "member": _MEMBER,
    "points": 3000,
    "earned_on": "2016-08-01",
    "expires_on": "2017-12-31",
    "source": "old-crm",
    "external_id": "L-88",
}
OPENING_LOT: Json = _moved("opn", "L-88", 3000, 4027) | {"source": "old-crm"}
NEW_TIER: Json = {
    "tier": "silver",
    "until": "2018-12-31",
    "reason": "status match",
    "source": "desk",
    "external_id": "T-4712",
}
TIER_RESULT: Json = {
    "status": "recorded",
    "id": "tch_01KAKV4AB3W9C5D7E1F0G2H4JK",
    "source": "desk",
    "external_id": "T-4712",
    "member_id": MEMBER_ID,
    "tiers": [TIER | {"gift": "silver", "gift_until": "2018-12-31"}],
    "livemode": False,
    "dry_run": False,
    "passed": None,
}
TIER_CHANGES: Json = {
    "items": [
        {
            "ladder": "tiers",
            "before": "base",
            "after": "silver",
            "until": "2018-12-31",
            "reason": "qualified",
            "why": "What silver asks for was reached.",
            "note": "",
            "fact": ORDER_ID,
            "occurred_at": "2017-04-02T15:00:00Z",
        }
    ],
    "next_cursor": None,
    "livemode": False,
}
