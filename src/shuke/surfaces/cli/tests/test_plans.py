"""`shuke plans` lists what is sold and makes codes; a plan that is not there is refused in words."""


def test_plans_are_listed_and_codes_of_none_are_refused(live):
    assert live.json("plans", "list") == []
    assert "There is no such plan" in live.both("plans", "codes", "plus", "month", "3", code=1)[1]
    assert "month, quarter or year" in live.both("plans", "codes", "plus", "week", "3", code=1)[1]


def test_failed_refunds_are_listed_and_one_that_is_not_there_is_refused(live):
    assert live.json("failed-refunds", "list") == []
    nobody = "prf_01KAKV5D2W8RQX5J4Y0V9W6T2N"
    assert "There is no such refund" in live.both("failed-refunds", "retry", nobody, code=1)[1]
    paid = ("failed-refunds", "paid-by-hand", nobody, "--reference")
    assert "There is no such refund" in live.both(*paid, "bank 17", code=1)[1]
    assert "by which proof" in live.both(*paid, " ", code=1)[1]
