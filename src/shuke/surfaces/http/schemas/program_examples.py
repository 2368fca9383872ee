"""Examples of what the API answers about changes of a program."""

from shuke.surfaces.http.schemas.examples import APPROVAL_ID, MEMBER_ID, Json

COMPARISON: Json = {
    "against": 1,
    "effective_from": "2017-06-01T05:00:00Z",
    "meaning": [
        {
            "path": "tiers.main.gold.threshold",
            "before": "5000",
            "after": "4500",
            "en": "threshold of tier gold: 5000 → 4500",
            "zh": "等级 gold 的门槛：5000 → 4500",
        }
    ],
    "differences": [{"path": "tiers.levels.gold.from", "before": "5000", "after": "4500"}],
    "moves": [],
    "reviews": [{"ladder": "main", "held": "silver", "before": "silver", "after": "gold", "members": 12}],
    "looked_at": 2000,
    "members": 2469,
    "effect": {
        "currency": "USD",
        "looked_at": 2000,
        "members": 2469,
        "shifts": [{"ladder": "main", "up": 0, "down": 0, "up_later": 15, "down_later": 0}],
        "samples": [
            {"member_id": MEMBER_ID, "ladder": "main", "before": "silver", "after": "gold", "up": True, "later": True}
        ],
        "liability": {
            "before_minor": 4210000,
            "after_minor": 4210000,
            "units": [
                {
                    "unit": "points",
                    "scale": 0,
                    "points_before": 4210000,
                    "points_after": 4210000,
                    "minor_before": 4210000,
                    "minor_after": 4210000,
                    "lots": 0,
                    "lot_points": 0,
                }
            ],
        },
        "yearly": {
            "first_day": "2016-06-01",
            "until_day": "2017-06-01",
            "members": 500,
            "facts": 31200,
            "before_minor": 6414102,
            "after_minor": 6502881,
            "units": [
                {
                    "unit": "points",
                    "scale": 0,
                    "points_before": 6414102,
                    "points_after": 6502881,
                    "minor_before": 6414102,
                    "minor_after": 6502881,
                }
            ],
        },
    },
    "livemode": False,
}
TERMS: Json = {"always": False, "down": "1", "liability": "5", "yearly": "5", "livemode": False}
APPROVAL: Json = {
    "id": APPROVAL_ID,
    "kind": "program.publish",
    "subject": "program:grocer",
    "summary": {"version": {"before": 1, "after": 2}},
    "detail": {
        "against": 1,
        "effective_from": "2017-06-01T05:00:00+00:00",
        "meaning": COMPARISON["meaning"],
        **COMPARISON["effect"],
        "above": [
            {
                "en": "a year's cost changes by 6.2% (limit 5%)",
                "zh": "一年的成本变化 6.2%（上限 5%）",
            }
        ],
        "text": "shuke: 1\n…",
    },
    "state": "pending",
    "requested_by": {"kind": "key", "id": "key_01KAKV3Z5R8QX5J4Y0V9W6T2NM", "label": "office"},
    "requested_at": "2017-06-01T05:00:00Z",
    "expires_at": "2017-06-15T05:00:00Z",
    "decided_by": None,
    "decided_at": None,
    "comment": "",
    "result": None,
    "livemode": False,
    "dry_run": False,
}
SIMULATION: Json = {"invented": {"tier": "silver"}, "at": "2017-06-18T17:00:00Z", "order": {"net_minor": 8600}}
SIMULATED: Json = {
    "before": {"available": {"points": 0}, "pending": {"points": 0}, "tiers": {"main": "silver"}},
    "after": {"available": {"points": 107}, "pending": {"points": 0}, "tiers": {"main": "silver"}},
    "earned": {"points": 107},
    "why": [
        "Tier before the order: silver.",
        "Rule spend (line 18): net amount 86.00 × tier multiplier 1.25 = 107.5.",
        "points: 107.5 in total, rounded down: 107.",
    ],
    "livemode": False,
}
