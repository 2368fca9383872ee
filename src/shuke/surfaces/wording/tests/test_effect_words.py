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
