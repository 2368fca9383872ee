"""What a version does to members, in sentences: who moves, what is owed, what a year costs."""

from shuke.surfaces.wording.effect_words import lines

NOBODY = {"ladder": "main", "up": 0, "down": 0, "up_later": 0, "down_later": 0}


def told(shift):
    owed = {"before_minor": 100, "after_minor": 100, "units": []}
    year = owed | {"after_minor": 150, "facts": 3, "members": 2, "first_day": "2026-01-01", "until_day": "2026-07-01"}
    return {"shifts": [shift], "liability": owed, "yearly": year, "currency": "CNY", "members": 9, "looked_at": 9}


def test_nobody_who_moves_is_said_in_one_word():
    assert lines(told(NOBODY), "zh")[:3] == [
        "main：没有会员的等级改变",
        "对会员的积分负债：¥1.00，不变",
        "一年所发积分的成本：¥1.00 → ¥1.50（+50.0%）",
    ]
    assert lines(told(NOBODY), "en")[0] == "main: nobody's tier changes"


def test_who_moves_is_counted():
    assert lines(told(NOBODY | {"up": 1_200, "down_later": 3}), "zh")[0] == (
        "main：随即升 1,200 人、降 0 人；其后升 0 人、降 3 人"
    )


def test_units_are_called_as_pages_call_them(db):
    found = told(NOBODY)
    found["liability"] = found["liability"] | {"units": [{"unit": "points", "scale": 0, "lots": 3, "lot_points": 975}]}
    issued = {"unit": "points", "scale": 0, "points_before": 1_050, "points_after": 1_100}
    found["yearly"] = found["yearly"] | {"units": [issued]}
    assert lines(found, "zh")[2::2][:2] == ["积分：3 个批次（975）的到期日或价值改变", "发放积分：1,050 → 1,100"]
    assert lines(found, "en")[2::2][:2] == [
        "points: 3 lots (975) end on another day or are worth something else",
        "points issued: 1,050 → 1,100",
    ]
