"""The richer programs in examples/: what their comments say is what they do."""

import pytest

from shuke.core.values.errors import Refusal
from tests.scenarios.guests import Guest, example


def shopper(**more):
    return Guest(example("fresh-market"), "2025-01-05", **more)


def buys_and_gets(guest, when, amount, lines=None, **more):
    """Buy groceries that arrive the same day; return the points that came."""
    before = guest.has("points")
    guest.buys(when, amount, lines or [("杂货", amount)], **more)
    guest.does(f"{when.split()[0]} 23:00", "delivered", about=guest.causes)
    return guest.has("points") - before


def test_market_points_wait_for_the_delivery_or_are_cancelled():
    guest = shopper()
    guest.buys("2025-06-03", 100, [("杂货", 100)])
    assert (guest.has("points"), guest.waits_for("points")) == (0, 300)  # 100, and 200 for the first order
    guest.does("2025-06-05", "delivered", about=1)
    assert (guest.has("points"), guest.waits_for("points")) == (300, 0)
    guest.buys("2025-06-10", 50, [("杂货", 50)])
    assert guest.waits_until("2025-07-09 23:59").waits_for("points") == 50
    guest.waits_until("2025-07-10 00:00")
    assert (guest.has("points"), guest.waits_for("points")) == (300, 0)


def test_market_gift_cards_tobacco_and_shipping_earn_nothing():
    guest = shopper()
    guest.buys("2025-06-03", 1, [("杂货", 1)])
    assert buys_and_gets(guest, "2025-06-04", 300, [("礼品卡", 100), ("香烟", 100), ("杂货", 100)]) == 100
    assert guest.has("growth") == 101


def test_market_multipliers_add_up():
    guest = shopper()
    guest.buys("2025-06-03", 1, [("杂货", 1)])
    assert buys_and_gets(guest, "2025-06-17", 100) == 100
    assert buys_and_gets(guest, "2025-06-18", 100) == 200  # member day
    assert buys_and_gets(guest, "2025-07-18 08:30", 100) == 250  # and early on a working day
    assert buys_and_gets(guest, "2025-10-18 08:30", 100) == 200  # a Saturday


def test_market_takes_the_best_of_a_days_occasions():
    guest = shopper(birthday="06-20")
    guest.buys("2025-06-03", 1, [("杂货", 1)])
    assert buys_and_gets(guest, "2025-06-19", 100) == 100 + 50  # month of birth
    assert buys_and_gets(guest, "2025-06-20", 100) == 100 + 200  # the day itself
    assert buys_and_gets(guest, "2026-01-05", 100) == 100 + 365  # a year with us
    assert buys_and_gets(guest, "2026-02-17", 100) == 100 + 100  # Spring Festival


def test_market_check_ins_rise_to_seven_a_day_and_begin_anew_after_a_gap():
    guest = shopper()
    days = [f"2025-06-{day:02}" for day in range(1, 31)]
    got = []
    for day in days:
        before = guest.has("points")
        guest.does(day, "check_in")
        got.append(guest.has("points") - before)
    assert got == [1, 2, 3, 4, 5, 6, *[7] * 23, 57]
    before = guest.has("points")
    guest.does("2025-06-30 20:00", "check_in")  # a second time on one day
    guest.does("2025-07-02", "check_in")
    assert guest.has("points") - before == 1


@pytest.mark.parametrize(("words", "photo", "points"), [(14, True, 0), (15, False, 10), (15, True, 20)])
def test_market_reviews(words, photo, points):
    guest = shopper()
    guest.does("2025-06-02", "review", rating=5, words=words, photo=photo)
    assert (guest.has("points"), guest.waits_for("points")) == (0, points)
    assert guest.waits_until("2025-06-03").has("points") == points


def test_market_welcome_and_profile_come_once():
    guest = shopper()
    for when in ("2025-06-02", "2025-06-03"):
        guest.does(when, "sign_up")
        guest.does(when, "profile_completed")
    assert guest.has("points") == 150


def test_market_spent_points_of_a_refund_are_owed_and_repaid_first():
    guest = shopper()
    buys_and_gets(guest, "2025-06-03", 100)
    bought = guest.bought
    guest.redeems("2025-06-04", "points", 250)
    guest.refunds("2025-06-05", 0, bought=bought)
    assert (guest.has("points"), guest.owes("points")) == (0, 250)
    assert guest.has("growth") == 0
    guest.does("2025-06-06", "sign_up")
    assert (guest.has("points"), guest.owes("points")) == (0, 150)


def test_market_forest_by_value_and_visits_or_by_invitation():
    guest = shopper()
    for visit in range(48):
        assert guest.tier() != "forest"
        guest.buys(f"2025-{visit // 4 + 1:02}-{10 + visit % 4}", 250, [("杂货", 250)])
    assert guest.tier() == "forest"

    invited = shopper(tags=["店长邀请"])
    invited.buys("2025-06-03", 1, [("杂货", 1)])
    assert invited.tier() == "forest"


def test_token_transfers_move_both_sides_and_stay_within_limits():
    giver, other = (Guest(example("token"), "2026-01-01") for _ in range(2))
    giver.gets("2026-01-02", "token", 200 * 10**4)
    giver.buys("2026-01-03", 0)
    assert giver.tier() == "holder"
    giver.gives("2026-01-09", "token", 150 * 10**4, other)
    assert (giver.has("token"), other.has("token")) == ("50.0000", "150.0000")
    assert (giver.waits_until("2026-01-10").tier(), other.waits_until("2026-01-10").tier()) == ("guest", "holder")
    giver.gets("2026-01-10", "token", 10_000 * 10**4)
    with pytest.raises(Refusal) as caught:
        giver.gives("2026-01-10", "token", 5_001 * 10**4, other)
    assert caught.value.code == "cap_reached"
    assert (giver.has("token"), other.has("token")) == ("10050.0000", "150.0000")


def test_plaza_rounds_lines_doubles_stores_and_takes_the_best_promotion():
    guest = Guest(example("plaza"), "2026-04-01")
    guest.buys("2026-04-03", 30, [("", 15), ("", 15)], brand="plaza")
    assert guest.has("points") == 4  # 1.5 and 1.5 are 2 and 2
    guest.buys("2026-04-03", 30, [("", 15), ("", 15)], brand="plaza", store="L1-08")
    assert guest.has("points") == 4 + 6
    guest.buys("2026-04-05", 2000, [("", 2000)], brand="plaza", channel="app")  # a holiday: 10 or 16, the better one
    assert guest.waits_for("balance") == "36.00"
    assert guest.last_days("points")[0] == "2026-09-30"


def test_plaza_never_takes_the_founders_stars():
    guest = Guest(example("plaza"), "2026-04-01", tags=["创始"])
    guest.buys("2026-04-03", 1, [("", 1)], brand="plaza")
    assert (guest.tier(), guest.tier_ends()) == ("founder", "2028-03-31")
    guest.state.tags = 0
    assert guest.waits_until("2028-04-01").tier() == "founder"
