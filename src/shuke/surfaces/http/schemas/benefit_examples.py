"""Examples of benefits, as the API's document shows them."""

from shuke.surfaces.http.schemas.examples import MEMBER_ID, Json

USE_ID = "use_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
REQUEST_ID = "frq_01KAKV3Z5R8QX5J4Y0V9W6T2NM"
TEXT = (
    "shuke: 1\nbenefits:\n  - {code: lounge, zh: 贵宾厅, en: Lounge, kind: counted, cost: 35.00, quota: 2}\n"
    "sets:\n  tiers:\n    main:\n      gold: [lounge]\n"
)
BENEFIT: Json = {
    "code": "lounge", "name_zh": "贵宾厅", "name_en": "Lounge", "kind": "counted", "part": "value_added",
    "purpose": "retention", "core": True, "cost_minor": 3500, "quota": 2, "per": "year", "days": None, "gives": "",
    "ahead_hours": 0,
}  # fmt: skip
CATALOGUE: Json = {
    "benefits": [BENEFIT],
    "sets": [{"subject": "tier:main:gold", "benefit": "lounge", "quota": 6}],
    "seasons": [{"code": "summer", "first": "2027-07-01", "last": "2027-08-31"}],
    "text": TEXT,
    "livemode": False,
}
APPLIED: Json = {
    "differences": [
        {
            "path": "sets.tier:main:gold",
            "before": "lounge",
            "after": "lounge × 6",
            "sentence": "tier gold: lounge → lounge × 6",
        }
    ],
    "livemode": False,
    "dry_run": False,
}
ENTITLEMENTS: Json = {
    "member_id": MEMBER_ID,
    "items": [
        {"benefit": "lounge", "name": "Lounge", "kind": "counted", "subject": "tier:main:gold", "state": "active",
         "quota": 6, "per": "year", "used": 2, "left": 4, "since": "2027-03-01", "until": None},
    ],
    "livemode": False,
}  # fmt: skip
EVENTS: Json = {
    "items": [
        {"benefit": "lounge", "subject": "tier:main:gold", "kind": "used", "quantity": 1, "at": "2027-03-02T05:00:00Z",
         "by": "till", "note": "CA1501"},
    ],
    "next_cursor": None,
    "livemode": False,
}  # fmt: skip
RIGHT: Json = {
    "benefit": "drops",
    "allowed": False,
    "reason": "too_early",
    "left": None,
    "opens_at": "2027-03-01T04:00:00Z",
    "livemode": False,
}
NEW_USE: Json = {"source": "gate", "external_id": "G-20270302-17", "quantity": 1, "note": "CA1501"}
USE: Json = {
    "id": USE_ID,
    "member_id": MEMBER_ID,
    "benefit": "lounge",
    "quantity": 1,
    "left": 4,
    "status": "recorded",
    "undone": False,
    "livemode": False,
    "dry_run": False,
}
UNDONE: Json = USE | {"left": 5, "undone": True}
NEW_REQUEST: Json = {
    "source": "shop",
    "external_id": "R-881",
    "benefit": "stylist",
    "wish": "A green coat, size 40",
    "wanted_at": "2027-03-05T06:00:00Z",
    "store": "S01",
}
REQUEST: Json = {
    "id": REQUEST_ID,
    "member_id": MEMBER_ID,
    "benefit": "stylist",
    "wish": "A green coat, size 40",
    "stage": "quoted",
    "requested_at": "2027-03-01T05:00:00Z",
    "wanted_at": "2027-03-05T06:00:00Z",
    "due_at": None,
    "quote_minor": 12000,
    "store": "S01",
    "assignee": "Mei",
    "next_stages": ["quoted", "accepted", "declined", "cancelled"],
    "steps": [
        {"stage": "requested", "at": "2027-03-01T05:00:00Z", "by": "shop", "note": "", "quote_minor": None},
        {"stage": "quoted", "at": "2027-03-01T08:00:00Z", "by": "Mei", "note": "wool", "quote_minor": 12000},
    ],
    "livemode": False,
    "dry_run": False,
}
REQUESTS: Json = {"items": [REQUEST | {"steps": []}], "next_cursor": None, "livemode": False}
STEP: Json = {"stage": "quoted", "quote_minor": 12000, "note": "wool", "assignee": "Mei"}
SHEET: Json = {
    "first": "2027-01-01",
    "last": "2027-03-31",
    "levels": [
        {
            "ladder": "main",
            "level": "gold",
            "members": 120,
            "cost_minor": 945000,
            "worth_minor": 21000,
            "gained": ["lounge"],
            "lost": [],
            "concerns": ["no_fixed"],
            "benefits": [
                {"benefit": "lounge", "quota": 6, "entitled": 120, "users": 90, "uses": 270, "cost_minor": 945000,
                 "worth_minor": 21000, "dead": False},
            ],
        }
    ],
    "others": [],
    "livemode": False,
}  # fmt: skip
