"""`shuke members`: statuses with their reasons."""


def test_nobody_is_found_by_what_names_nobody(live):
    assert live.both("members", "status", "shop/nobody", code=1)[1] == "There is no such member.\n"
    assert "mbr_" in live.both("members", "status", "mbr_1", code=1)[1]
