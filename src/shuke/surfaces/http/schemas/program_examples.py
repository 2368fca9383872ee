"""Examples of what the API answers about changes of a program."""

from shuke.surfaces.http.schemas.examples import MEMBER_ID, Json

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
