"""Examples of requests and answers; the OpenAPI file shows them and tests check them against their schemas."""

from typing import Any, Final

MEMBER_ID: Final = "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
ORDER_ID: Final = "ord_01KAKV41C2E7Z8M3K6P0D9R5SB"
ENTRY_ID: Final = "ent_01KAKV3Z5R8QX5J4Y0V9W6T2NM1001"
LOT_ID: Final = "lot_01KAKV3Z5R8QX5J4Y0V9W6T2NM1001"
REDEMPTION_ID: Final = "rdm_01KAKV4AB3W9C5D7E1F0G2H4JK"
APPROVAL_ID: Final = "apr_01KAKV4AB3W9C5D7E1F0G2H4JK"
REQUEST_ID: Final = "req_01KAKV3Z5R8QX5J4Y0V9W6T2NM"

Json = dict[str, Any]

NEW_MEMBER: Json = {
    "external_ids": [{"source": "shop", "external_id": "C-1001"}],
    "phone": "13800000001",
    "name": "张小满",
    "birthday": "1990-05-17",
    "language": "zh-hans",
    "channel": "wechat",
    "store": "nanjinglu",
}
MEMBER: Json = {
    "id": MEMBER_ID,
    "display_name": "张**",
    "phone_masked": "138****0001",
    "email_masked": "",
    "birthday_md": "05-17",
    "status": "active",
    "language": "zh-hans",
    "joined_at": "2017-01-01T15:00:00Z",
    "channel": "wechat",
    "store": "nanjinglu",
    "last_active_at": None,
    "external_ids": [{"source": "shop", "external_id": "C-1001"}],
    "tags": [],
    "attributes": [{"code": "skin", "value": "dry"}],
    "profile_completed": True,
    "profile_missing": [],
    "livemode": False,
    "dry_run": False,
}
_LIKE: Json = {
    "id": MEMBER_ID,
    "display_name": "张**",
    "phone_masked": "138****0001",
    "email_masked": "",
    "joined_at": "2017-01-01T15:00:00Z",
    "external_ids": [{"source": "shop", "external_id": "C-1001"}],
}
DUPLICATES: Json = {
    "items": [
        {
            "elder": _LIKE,
            "younger": _LIKE | {"id": "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NN", "phone_masked": "139****0001"},
            "because": ["phone_tail"],
        }
    ],
    "next_cursor": None,
    "livemode": False,
}
STATUS_CHANGES: Json = {
    "items": [
        {
            "at": "2017-01-15T15:00:00Z",
            "before": "active",
            "after": "frozen",
            "reason": "lost card",
            "by": "Ann",
        }
    ],
    "livemode": False,
}
IDENTITY_CHANGES: Json = {
    "items": [
        {
            "at": "2017-01-15T15:00:00Z",
            "kind": "phone",
            "event": "changed",
            "source": "",
            "was": "138****0001",
            "by": "Ann",
        }
    ],
    "livemode": False,
}
NEW_ATTRIBUTE: Json = {
    "name_zh": "肤质",
    "name_en": "Skin",
    "kind": "choice",
    "required": True,
    "choices": [{"code": "dry", "name_zh": "干性", "name_en": "Dry"}],
}
ATTRIBUTE: Json = NEW_ATTRIBUTE | {"code": "skin", "personal": False, "livemode": False, "dry_run": False}
NEW_ORDER: Json = {
    "source": "till-3",
    "external_id": "A-20170115-0042",
    "member": {"external_id": {"source": "shop", "external_id": "C-1001"}},
    "occurred_at": "2017-01-15T10:00:00-05:00",
    "currency": "USD",
    "net_minor": 8650,
    "gross_minor": 9200,
    "store": "367",
    "channel": "store",
    "attributes": {"delivery": True},
    "lines": [
        {"sku": "1029743", "category": "GROCERY", "quantity": 2, "net_minor": 650},
        {"sku": "6534178", "category": "FUEL", "quantity": 1, "net_minor": 8000},
    ],
}
ORDER_RESULT: Json = {
    "status": "recorded",
    "id": ORDER_ID,
    "source": "till-3",
    "external_id": "A-20170115-0042",
    "member_id": MEMBER_ID,
    "decision": {
        "version": 1,
        "effective_at": "2017-01-15T15:00:00Z",
        "late": False,
        "points": [{"unit": "points", "points": 86}],
        "milestones": [],
        "tier_before": "base",
        "tier_after": "base",
        "entry_ids": [ENTRY_ID],
    },
    "undecided": None,
    "balances": [{"unit": "points", "points": 86}],
    "owed": [],
    "coupons": [
        {
            "id": "cpn_06CD7BHK1JE5JTJ0SJB0A4QFMC",
            "code": "7KQ2M9XJ4T8RZ5WB",
            "template": "twenty",
            "name": "Twenty off the next visit",
            "ends_at": "2017-02-15T05:00:00Z",
        }
    ],
    "livemode": False,
    "dry_run": False,
    "passed": None,
}
NEW_BATCH: Json = {"orders": [NEW_ORDER]}
BATCH: Json = {
    "recorded": 1,
    "repeated": 0,
    "refused": 1,
    "results": [
        {"index": 0, "status": "recorded", "order": ORDER_RESULT, "problem": None},
        {
            "index": 1,
            "status": "refused",
            "order": None,
            "problem": {
                "type": "/v1/docs#error-currency_mismatch",
                "title": "The order is in another currency than the program",
                "status": 422,
                "code": "currency_mismatch",
                "detail": "The program counts in USD.",
                "request_id": REQUEST_ID,
                "errors": [
                    {"pointer": "/currency", "code": "currency_mismatch", "message": "The program counts in USD."}
                ],
            },
        },
    ],
    "dry_run": False,
}
_LINE: Json = {"gift_card": False, "attributes": {}}
ORDER: Json = {
    "id": ORDER_ID,
    "source": "till-3",
    "external_id": "A-20170115-0042",
    "member_id": MEMBER_ID,
    "occurred_at": "2017-01-15T15:00:00Z",
    "recorded_at": "2017-01-15T15:00:01.204113Z",
    "currency": "USD",
    "net_minor": 8650,
    "gross_minor": 9200,
    "tax_minor": 0,
    "shipping_minor": 0,
    "points_paid_minor": 0,
    "refunded_minor": 0,
    "store": "367",
    "brand": None,
    "channel": "store",
    "attributes": {"delivery": True},
    "lines": [
        _LINE | {"number": 1, "sku": "1029743", "category": "GROCERY", "quantity": 2, "net_minor": 650},
        _LINE | {"number": 2, "sku": "6534178", "category": "FUEL", "quantity": 1, "net_minor": 8000},
    ],
    "unfit_refunds": [],
    "livemode": False,
}
NEW_REDEMPTION: Json = {
    "member": {"id": MEMBER_ID},
    "points": 500,
    "unit": "points",
    "source": "till-3",
    "external_id": "R-20170301-0007",
}
REDEMPTION: Json = {
    "status": "recorded",
    "id": REDEMPTION_ID,
    "member_id": MEMBER_ID,
    "unit": "points",
    "points": 500,
    "balance_after": 1027,
    "effective_at": "2017-03-01T17:00:00Z",
    "entry_ids": [ENTRY_ID],
    "livemode": False,
    "dry_run": False,
    "passed": None,
}
BALANCE: Json = {
    "unit": "points",
    "name": "points",
    "scale": 0,
    "available": 1027,
    "pending": 86,
    "held": 500,
    "debt": 0,
    "next_ready": "2018-01-08",
    "spendable": True,
    "expiring_30_days": 127,
    "next_expiry": {"points": 127, "on": "2018-02-01"},
}
BALANCES: Json = {"member_id": MEMBER_ID, "as_of": "2018-01-01T05:00:00Z", "balances": [BALANCE], "livemode": False}
_HURDLE: Json = {"met": False, "threshold": "1500", "missing": "1500", "conditions": []}
TIER: Json = {
    "ladder": "tiers",
    "ladder_name": "tiers",
    "code": "silver",
    "name": "silver",
    "rank": 1,
    "since": "2017-04-02",
    "until": "2018-12-31",
    "grace": False,
    "measure": "SPEND('this year')",
    "is_money": True,
    "measured": 0,
    "next_code": "gold",
    "next_name": "gold",
    "next_threshold": 150000,
    "missing": 150000,
    "projected": "base",
    "to_keep": 50000,
    "gift": None,
    "gift_until": None,
    "levels": [{"code": "gold", "name": "gold", "reach": _HURDLE, "keep": _HURDLE}],
    "sentences": ["tiers: SPEND('this year') 0.00 = 0.", "gold: 1,500 of 1,500 missing."],
}
STANDING: Json = {
    "member_id": MEMBER_ID,
    "program": "grocer",
    "as_of": "2018-01-01T05:00:00Z",
    "joined_at": "2017-01-01T15:00:00Z",
    "tier": TIER,
    "tiers": [TIER],
    "balances": [BALANCE],
    "livemode": False,
}
LOTS: Json = {
    "items": [
        {
            "id": LOT_ID,
            "unit": "points",
            "origin": "accrual",
            "gift": False,
            "earned": 86,
            "remaining": 86,
            "waiting": 0,
            "held": 0,
            "clawed_back": 0,
            "ready_on": None,
            "ready_when": None,
            "cancelled_on": None,
            "earned_at": "2017-01-15T15:00:00Z",
            "expires_at": "2018-02-01T05:00:00Z",
        }
    ],
    "next_cursor": None,
    "livemode": False,
}
ENTRY: Json = {
    "id": ENTRY_ID,
    "member_id": MEMBER_ID,
    "unit": "points",
    "number": 1,
    "transaction_number": 1,
    "kind": "accrual",
    "account": "available",
    "counter_account": "issued",
    "amount": 86,
    "balance_after": 86,
    "lot_id": LOT_ID,
    "order_id": ORDER_ID,
    "redemption_id": None,
    "occurred_at": "2017-01-15T15:00:00Z",
    "recorded_at": "2017-01-15T15:00:01.204113Z",
    "livemode": False,
}
ENTRIES: Json = {"items": [ENTRY], "next_cursor": None, "livemode": False}
EXPLANATION: Json = {
    "program": "grocer",
    "version": 1,
    "member_id": MEMBER_ID,
    "order_id": ORDER_ID,
    "entry_id": ENTRY_ID,
    "kind": "accrual",
    "cause": {"kind": "order", "source": "till-3", "external_id": "A-20170115-0042", "note": None},
    "effective_at": "2017-01-15T15:00:00Z",
    "late": False,
    "tier_before": "base",
    "tier_after": "base",
    "rules": [
        {
            "code": "spend",
            "unit": "points",
            "line": 18,
            "matched": True,
            "conditions": [],
            "arithmetic": "net amount of the order 86.50 × tier multiplier 1",
            "exact": "86.5",
            "multiplies": False,
            "group": None,
            "left_out": False,
        }
    ],
    "units": [{"unit": "points", "scale": 0, "rounding": "floor", "exact": "86.5", "points": 86, "granted": 86}],
    "lots": [
        {
            "id": LOT_ID,
            "points": 86,
            "earned_at": "2017-01-15T15:00:00Z",
            "expires_at": "2018-02-01T05:00:00Z",
            "order_id": ORDER_ID,
        }
    ],
    "sentences": [
        "Tier before the order: base.",
        "Rule spend (line 18): net amount of the order 86.50 × tier multiplier 1 = 86.5.",
        "points: 86.5 in total, rounded down: 86.",
        "86 points were earned.",
        "By order till-3/A-20170115-0042.",
        "86 of the lot of 2017-01-15, which ends on 2018-01-31.",
    ],
    "livemode": False,
}
PROGRAM_TEXT: Final = """shuke: 1
program: grocer
currency: USD
time_zone: America/New_York
units:
  points: {scale: 0, round: floor, at: order, value: 0.01, expiry: {after: 12 months, end_of: month}}
earn:
  - {code: spend, unit: points, points: order.net}
"""
VERSION: Json = {
    "program": "grocer",
    "name": "grocer",
    "number": 1,
    "effective_from": "2017-01-01T05:00:00Z",
    "published_at": "2017-01-01T05:00:00Z",
    "published_by": "Ann",
    "withdrawn_at": None,
    "withdrawn_by": None,
    "text": PROGRAM_TEXT,
    "source": "def prepare(...): ...",
    "shape": "9c1185a5c5e9fc54612808977ee8f548b2258d31f7a0c2c1b6f1f7b0a1d2c3e4",
    "livemode": False,
    "dry_run": False,
}
VERSION_WITHDRAWN: Json = VERSION | {
    "number": 2,
    "effective_from": "2027-01-01T05:00:00Z",
    "withdrawn_at": "2026-12-01T15:00:00Z",
    "withdrawn_by": "Ann",
}
VERSIONS: Json = {
    "items": [
        {
            "program": "grocer",
            "name": "grocer",
            "number": 1,
            "effective_from": "2017-01-01T05:00:00Z",
            "published_at": "2017-01-01T05:00:00Z",
            "published_by": "Ann",
            "withdrawn_at": None,
            "withdrawn_by": None,
        }
    ],
    "livemode": False,
}
VALIDATION: Json = {
    "valid": False,
    "program": None,
    "errors": [
        {
            "pointer": "8:41",
            "code": "unknown_fact",
            "message": "There is no fact order.nett.",
            "suggestion": "order.net",
        }
    ],
    "warnings": [],
}
APPROVAL: Json = {
    "id": APPROVAL_ID,
    "kind": "points.adjustment",
    "subject": MEMBER_ID,
    "summary": {"unit": "points", "change": "+2,000", "reason": "late delivery"},
    "detail": {},
    "state": "approved",
    "requested_by": {"kind": "staff", "id": "stf_01KAKV3Z5R8QX5J4Y0V9W6T2NM", "label": "Kim"},
    "requested_at": "2017-01-15T17:00:00Z",
    "expires_at": "2017-01-29T17:00:00Z",
    "decided_by": {"kind": "key", "id": "key_01KAKV3Z5R8QX5J4Y0V9W6T2NM", "label": "office"},
    "decided_at": "2017-01-15T17:05:00Z",
    "comment": "ok",
    "result": None,
    "livemode": False,
    "dry_run": False,
}
APPROVAL_WITHDRAWN: Json = APPROVAL | {
    "state": "withdrawn",
    "requested_by": APPROVAL["decided_by"],
    "comment": "",
}
APPROVALS: Json = {"items": [APPROVAL], "next_cursor": None, "livemode": False}
IMPORT_ID: Final = "imp_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
NEW_IMPORT: Json = {
    "name": "members.csv",
    "source": "old-crm",
    "content": "external_id,phone,name\nC-1001,13800000001,张小满\nC-1002,12,李四\n",
    "columns": [],
    "on_match": "fill",
}
_NO_ROWS: Json = dict.fromkeys(("waiting", "created", "updated", "skipped", "failed", "undone", "kept"), 0)
IMPORT: Json = {
    "id": IMPORT_ID,
    "name": "members.csv",
    "state": "checked",
    "rows": 2,
    "foreseen": _NO_ROWS | {"created": 1, "failed": 1},
    "counts": _NO_ROWS | {"waiting": 1, "failed": 1},
    "faults": [
        {
            "code": "invalid_phone",
            "message": "This is not a phone number",
            "column": "phone",
            "count": 1,
            "rows": [3],
            "found": "12",
            "expected": "a phone number, with its country code where it is of another country",
        }
    ],
    "created_at": "2017-01-15T15:00:00Z",
    "created_by": "all",
    "livemode": False,
    "dry_run": False,
}
APPROVAL_WAITING: Json = APPROVAL | {"state": "pending", "decided_by": None, "decided_at": None, "comment": ""}
REFUSAL: Json = {
    "code": "insufficient_points",
    "status": 422,
    "title": "Not enough points",
    "fix": "Read the balance; points may have expired.",
}
OTHER_MEMBER_ID: Final = "mbr_01KAKV3Z5R8QX5J4Y0V9W6T2NN"
MERGE_ID: Final = "mrg_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
MERGE: Json = {
    "id": MERGE_ID,
    "survivor_id": MEMBER_ID,
    "source_ids": [OTHER_MEMBER_ID],
    "at": "2017-01-15T15:00:00Z",
    "reason": "same person",
    "by": "all",
    "filled": ["email"],
    "undone_at": None,
    "moved": [{"member_id": OTHER_MEMBER_ID, "unit": "points", "lots": 3, "points": 240}],
    "balances": [BALANCE],
    "tiers": [{"ladder": "tiers", "code": "silver", "until": "2018-12-31"}],
    "livemode": False,
    "dry_run": False,
}
