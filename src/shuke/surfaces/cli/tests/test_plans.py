"""`shuke plans` lists what is sold and makes codes; a plan that is not there is refused in words."""


def test_plans_are_listed_and_codes_of_none_are_refused(live):
    assert live.json("plans", "list") == []
    assert "There is no such plan" in live.both("plans", "codes", "plus", "month", "3", code=1)[1]
    assert "month, quarter or year" in live.both("plans", "codes", "plus", "week", "3", code=1)[1]
